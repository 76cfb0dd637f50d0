"""Reading ahead: files are read and split while those before them are embedded."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from queue import LifoQueue
from threading import Lock

from worker.documents import refusals
from worker.documents.chunks import Chunk, Splitting, split_document
from worker.documents.file_version import FileVersion, digest_of
from worker.documents.names import name_reading
from worker.documents.readers import read_bytes, read_document
from worker.errors import DocumentError
from worker.limited_process import (
    LimitedProcess,
    Limits,
    MemoryLimitError,
    ProcessLostError,
    TimeLimitError,
)

_READERS = 2  # each parses some 500 pages a second, more than a GPU embeds
_AHEAD = 8  # files that wait with their text in memory
_LOOK = 0.5  # seconds between two looks at the wish to stop
_BESIDE = 250_000_000  # bytes that a file may take beside others; one that needs more is read alone

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadFile:
    """A file that was read and split; no chunks if it is in the index as it stands.

    `modified` is the day of its last change as ISO date.
    """

    version: FileVersion
    chunks: list[Chunk] = field(default_factory=list)
    modified: str = ""


#: What a process is asked for.
_Reading = Callable[[], ReadFile]


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
    paths: Mapping[str, Path],
    splitting: Splitting,
    whole: Mapping[str, FileVersion],
    limits: Limits,
) -> Generator[FileAhead, None, None]:
    """Yield files in their order, a few of the next ones being read meanwhile.

    The result of a file must be taken before the next file is asked for: the end of the iterator,
    or closing it, ends all reading.

    :param paths: the files, by source.
    :param whole: the versions that an index holds, by source: such files are hashed, not parsed.
    :param limits: what the reading of one file may take.
    """
    with closing(_Readers(limits)) as readers:
        waiting: deque[FileAhead] = deque()
        for source, path in paths.items():
            read = readers.read(path, source, splitting, whole.get(source))
            waiting.append(FileAhead(source, read))
            if len(waiting) > _AHEAD:
                yield waiting.popleft()
        yield from waiting


def read_and_split(
    path: Path, source: str, splitting: Splitting, known: FileVersion | None = None
) -> ReadFile:
    """Return a file as an index takes it; one of the `known` version is not parsed.

    :raises DocumentError: if it cannot be read.
    """
    data = read_bytes(path, source)
    digest = digest_of(data, splitting)
    if known and known.digest == digest:
        return ReadFile(known)
    document = read_document(data, source)
    chunks = split_document(document, splitting)
    version = FileVersion(
        digest,
        len(chunks),
        len(document.text),
        lost=" ".join(document.lost),
        read_as="; ".join(filter(None, [name_reading(path), *document.read_as])),
    )
    return ReadFile(version, chunks, _changed_on(path))


def _changed_on(path: Path) -> str:
    """Return the day of a file's last change, or nothing if it has vanished since it was read."""
    try:
        return date.fromtimestamp(path.stat().st_mtime).isoformat()
    except OSError:
        return ""


class _Readers:
    """Processes that open, read and split files: nothing that a file holds can harm this one.

    Together they stay near the memory that one file may take. A file is first read beside others,
    with little; one that needs more is read anew while no other one may.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._alone = Lock()
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="reader")
        self._processes = [LimitedProcess() for _ in range(_READERS)]
        self._idle: LifoQueue[LimitedProcess] = LifoQueue()  # the warmest first
        for process in self._processes:
            self._idle.put(process)

    def read(
        self, path: Path, source: str, splitting: Splitting, known: FileVersion | None
    ) -> Future[ReadFile]:
        """Have a file read."""
        return self._threads.submit(
            self._read, source, partial(read_and_split, path, source, splitting, known)
        )

    def close(self) -> None:
        """End all reading, whatever it is at."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.close()
        self._threads.shutdown()

    def _read(self, source: str, reading: _Reading) -> ReadFile:
        try:
            return self._within_limits(reading)
        except DocumentError:
            raise
        except ProcessLostError as error:
            raise refusals.reader_ended(source) from error
        except TimeLimitError as error:
            raise refusals.takes_too_long(source, self._limits) from error
        except (MemoryLimitError, MemoryError) as error:
            raise refusals.takes_too_much(source, self._limits) from error
        except Exception as error:
            _log.exception("A file was not read, for a reason that nobody foresaw.")
            raise refusals.unforeseen(source, error) from error

    def _within_limits(self, reading: _Reading) -> ReadFile:
        process = self._idle.get()
        try:
            beside = min(_BESIDE, self._limits.memory)
            return process.call(replace(self._limits, memory=beside), reading)
        except MemoryLimitError:
            with self._alone:
                return self._read_alone(process, reading)
        finally:
            self._idle.put(process)

    def _read_alone(self, process: LimitedProcess, reading: _Reading) -> ReadFile:
        try:
            return process.call(self._limits, reading)
        finally:
            process.end()  # it gives its memory back before the next one may be as large
