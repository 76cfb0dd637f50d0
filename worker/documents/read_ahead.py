"""Reading ahead: files are read and split while those before them are embedded."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from worker.documents import refusals
from worker.documents.chunks import Chunk, Splitting, split_document
from worker.documents.file_version import FileVersion, digest_of
from worker.documents.readers import format_of, read_bytes, read_document

if TYPE_CHECKING:
    from pebble import ProcessPool

_READERS = 2  # each parses some 500 pages a second, more than a GPU embeds
_AHEAD = 8  # files that wait with their text in memory
_PATIENCE = 600.0  # seconds for one file
_LOOK = 0.5  # seconds between two looks at the wish to stop


@dataclass(frozen=True)
class ReadFile:
    """A file that was read and split; no chunks if it is in the index as it stands.

    `modified` is the day of its last change as ISO date.
    """

    version: FileVersion
    chunks: list[Chunk] = field(default_factory=list)
    modified: str = ""


@dataclass(frozen=True)
class FileAhead:
    """A file that is being read."""

    source: str
    _future: Future[ReadFile]

    def result(self, while_waiting: Callable[[], None]) -> ReadFile:
        """Return the file once it is read; `while_waiting` is called about twice a second.

        :raises DocumentError: if it cannot be read.
        """
        while not wait([self._future], timeout=_LOOK).done:
            while_waiting()
        return self._future.result()


def read_ahead(
    folder: Path, paths: Iterable[Path], splitting: Splitting, whole: Mapping[str, FileVersion]
) -> Generator[FileAhead, None, None]:
    """Yield files in their order, a few of the next ones being read meanwhile.

    The result of a file must be taken before the next file is asked for: the end of the iterator,
    or closing it, ends all reading.

    :param whole: the versions that an index holds, by source: such files are hashed, not parsed.
    """
    with _readers() as (threads, processes):

        def read(path: Path, source: str) -> ReadFile:
            known = whole.get(source)
            if known and known.digest == digest_of(read_bytes(path, source), splitting):
                return ReadFile(known)
            if format_of(source).apart:
                return _read_apart(processes, path, source, splitting)
            return read_and_split(path, source, splitting)

        waiting: deque[FileAhead] = deque()
        for path in paths:
            source = path.relative_to(folder).as_posix()
            waiting.append(FileAhead(source, threads.submit(read, path, source)))
            if len(waiting) > _AHEAD:
                yield waiting.popleft()
        yield from waiting


def read_and_split(path: Path, source: str, splitting: Splitting) -> ReadFile:
    """Return a file as an index takes it.

    :raises DocumentError: if it cannot be read.
    """
    data = read_bytes(path, source)
    document = read_document(data, source)
    chunks = split_document(document, splitting)
    version = FileVersion(
        digest_of(data, splitting),
        len(chunks),
        len(document.text),
        lost=" ".join(document.lost),
        read_as="; ".join(document.read_as),
    )
    return ReadFile(version, chunks, _changed_on(path))


def _changed_on(path: Path) -> str:
    """Return the day of a file's last change, or nothing if it has vanished since it was read."""
    try:
        return date.fromtimestamp(path.stat().st_mtime).isoformat()
    except OSError:
        return ""


@contextmanager
def _readers() -> Iterator[tuple[ThreadPoolExecutor, ProcessPool]]:
    """Provide threads, and processes that start when they are needed; end them all."""
    from pebble import ProcessPool

    threads = ThreadPoolExecutor(_READERS, thread_name_prefix="reader")
    processes = ProcessPool(_READERS, context=multiprocessing.get_context("spawn"))
    try:
        yield threads, processes
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        processes.stop()
        processes.join()


def _read_apart(processes: ProcessPool, path: Path, source: str, splitting: Splitting) -> ReadFile:
    """Read a file in a process that may crash or hang without harm to the others."""
    from pebble import ProcessExpired

    future = processes.schedule(read_and_split, [path, source, splitting], timeout=_PATIENCE)
    try:
        return future.result()
    except ProcessExpired as error:
        raise refusals.reader_ended(source) from error
    except FutureTimeoutError as error:
        raise refusals.takes_too_long(source, int(_PATIENCE // 60)) from error
