"""The index job: a folder of documents becomes a collection of chunks with vectors.

It runs where the documents lie and knows neither models nor stores: whatever touches the index
is asked for, of this process or of a worker elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from worker import __version__
from worker.contract import (
    ChunkText,
    IndexRequest,
    IndexResult,
    JobResult,
    OpenIndexRequest,
    OpenIndexResult,
    RunStamp,
    SourceReport,
    StoreChunksRequest,
    StoreChunksResult,
)
from worker.documents.chunks import Chunk, Splitting
from worker.documents.file_version import FileVersion, whole_version
from worker.documents.folder import look_into
from worker.documents.read_ahead import FileAhead, ReadFile, read_ahead
from worker.documents.readers import FORMATS
from worker.errors import CollectionError, DocumentError
from worker.pipeline.job_context import JobContext, now

#: Answers a request that touches the index, or raises what went wrong.
Ask = Callable[[OpenIndexRequest | StoreChunksRequest], JobResult]

_CHUNKS_AT_ONCE = 64  # in one request, between two looks at the wish to stop
_BYTES_AT_ONCE = 256_000  # of text in one request
_FILES_AT_ONCE = 64  # that leave the index between two looks at the wish to stop


@dataclass(frozen=True)
class _Index:
    """The collection that a request names, at the other end of `ask`."""

    request: IndexRequest
    ask: Ask

    def open(self) -> OpenIndexResult:
        opened = self.ask(OpenIndexRequest(**self._names()))
        assert isinstance(opened, OpenIndexResult)
        return opened

    def store(
        self,
        chunks: Sequence[ChunkText] = (),
        current: dict[str, str] | None = None,
        removed: Sequence[str] = (),
        *,
        finish: bool = False,
    ) -> StoreChunksResult:
        request = StoreChunksRequest(
            chunks=tuple(chunks),
            current=current or {},
            removed=tuple(removed),
            finish=finish,
            **self._names(),
        )
        stored = self.ask(request)
        assert isinstance(stored, StoreChunksResult)
        return stored

    def _names(self) -> dict[str, Any]:
        return self.request.model_dump(include={"run_id", "collection", "embedder", "store"})


@dataclass(frozen=True)
class _Run:
    """One index run under way. `reports` are those of an earlier try, by file."""

    request: IndexRequest
    context: JobContext
    index: _Index
    opened: OpenIndexResult
    reports: dict[str, SourceReport]


def index(request: IndexRequest, context: JobContext, ask: Ask) -> IndexResult:
    """Bring a collection in line with a folder.

    Unchanged files cost a hash; changed ones are read while those before them are embedded,
    vanished ones leave. A file that cannot be read is reported, and the others go on; files of
    types that nobody reads are counted.

    :param ask: has the last word on an index that was opened: it is asked to finish the changes
        even when the run was stopped or has failed.
    :raises DocumentError: if the folder is absent, or not one file in it could be read.
    :raises CollectionError: if the collection was made with another model.
    """
    started = perf_counter()
    if request.chunk_overlap >= request.chunk_size:
        raise _overlap_error(request)
    folder = look_into(Path(request.folder))
    collection = _Index(request, ask)
    opened = collection.open()
    try:
        stamp = context.begin(_stamp(request, opened))
        reports = {report.file: report for report in context.stored(SourceReport)}
        run = _Run(request, context, collection, opened, reports)
        sources = _index_files(run, folder.documents)
        sources += _remove_vanished(run, {report.file for report in sources})
        sources += _skip(run, folder.others)
    finally:
        finished = collection.store(finish=True)
    if not finished.chunks:
        raise _nothing_read(request, sources)
    return IndexResult(
        run=stamp.model_copy(update={"index_version": finished.index_version}),
        sources=tuple(sources),
        chunks=finished.chunks,
        embedded=sum(report.chunks for report in sources if report.status == "indexed"),
        seconds=perf_counter() - started,
    )


def _index_files(run: _Run, paths: list[Path]) -> list[SourceReport]:
    request, opened = run.request, run.opened.files
    whole = {source: version for source in opened if (version := whole_version(opened[source]))}
    splitting = Splitting(request.chunk_size, request.chunk_overlap, request.splitter)
    reports = []
    with closing(read_ahead(Path(request.folder), paths, splitting, whole)) as files:
        for done, file in enumerate(files):
            run.context.progress("Indexing", done, len(paths), file.source)
            reports.append(_index_file(run, file))
    run.context.progress("Indexing", len(paths), len(paths))
    return reports


def _index_file(run: _Run, file: FileAhead) -> SourceReport:
    """Bring one file in line."""
    source = file.source
    try:
        report = _report(run, source, file.result(run.context.check_cancelled))
    except DocumentError as error:
        run.context.problem(error)
        report = SourceReport(file=source, type=_type(source), status="failed", problem=str(error))
    _tell(run, report)
    return report


def _tell(run: _Run, report: SourceReport) -> None:
    """Hand over a report, unless an earlier try has."""
    if report != run.reports.get(report.file):
        run.context.row(report)


def _report(run: _Run, source: str, read: ReadFile) -> SourceReport:
    unchanged = not read.chunks
    earlier = run.reports.get(source)
    if unchanged and earlier and earlier.status in ("indexed", "unchanged"):
        return earlier
    unseen = 0 if unchanged else _store(run, source, read)
    return SourceReport(
        file=source,
        type=_type(source),
        chunks=read.version.chunks,
        characters=read.version.characters,
        indexed_at=now(),
        status="unchanged" if unchanged else "indexed",
        problem=_remarks(read.version, unseen, run.opened.max_tokens),
    )


def _store(run: _Run, source: str, read: ReadFile) -> int:
    """Have a file's chunks stored; return how many are longer than the model reads."""
    mark, unseen, stored = read.version.mark, 0, 0
    for part in _parts(_chunk_text(chunk, read) for chunk in read.chunks):
        run.context.check_cancelled()
        stored += len(part)
        last = {source: mark} if stored == len(read.chunks) else None
        unseen += run.index.store(part, last).unseen.get(source, 0)
    return unseen


def _chunk_text(chunk: Chunk, read: ReadFile) -> ChunkText:
    return ChunkText(**asdict(chunk), file_hash=read.version.mark, modified=read.modified)


def _remarks(version: FileVersion, unseen: int, max_tokens: int) -> str:
    """Say which text of a file is not in the index, or does not count there."""
    remarks = []
    if version.scanned:
        remarks.append(
            f"{version.scanned} pages are pictures without text, as a scanner makes them; "
            "run text recognition (OCR) on the file to have them read."
        )
    if unseen:
        remarks.append(
            f"{unseen} of {version.chunks} passages are longer than the {max_tokens} tokens "
            "the embedding model reads; the rest of them does not count in similarity."
        )
    return " ".join(remarks)


def _parts(chunks: Iterable[ChunkText]) -> Iterator[list[ChunkText]]:
    """Cut a file's chunks into what one request carries."""
    part: list[ChunkText] = []
    size = 0
    for chunk in chunks:
        length = len(chunk.text.encode())
        if part and (len(part) == _CHUNKS_AT_ONCE or size + length > _BYTES_AT_ONCE):
            yield part
            part, size = [], 0
        part.append(chunk)
        size += length
    yield part


def _remove_vanished(run: _Run, seen: set[str]) -> list[SourceReport]:
    """Drop files that are gone; return their reports, and of those an earlier try has dropped."""
    vanished = sorted(set(run.opened.files) - seen)
    for first in range(0, len(vanished), _FILES_AT_ONCE):
        run.context.check_cancelled()
        part = vanished[first : first + _FILES_AT_ONCE]
        run.index.store(removed=part)
        for source in part:
            _tell(run, _removed(source))
    dropped = {report.file for report in run.reports.values() if report.status == "removed"}
    return [_removed(source) for source in sorted((dropped - seen) | set(vanished))]


def _removed(source: str) -> SourceReport:
    return SourceReport(
        file=source, type=_type(source), status="removed", problem="The file is gone."
    )


def _skip(run: _Run, others: Counter[str]) -> list[SourceReport]:
    """Report the files that nobody reads, a row for each ending."""
    reports = [
        SourceReport(
            file=f"*{suffix}" if suffix else "(no ending)",
            type=suffix.lstrip("."),
            status="skipped",
            problem=f"{_files(count)} not read. Readable are {', '.join(FORMATS)}.",
        )
        for suffix, count in sorted(others.items())
    ]
    for report in reports:
        _tell(run, report)
    return reports


def _files(count: int) -> str:
    return "1 file of this type is" if count == 1 else f"{count} files of this type are"


def _type(source: str) -> str:
    return Path(source).suffix.lstrip(".").lower()


def _stamp(request: IndexRequest, opened: OpenIndexResult) -> RunStamp:
    return RunStamp(
        run_id=request.run_id,
        time=now(),
        code_version=__version__,
        collection=request.collection,
        index_version="",  # not known before the end
        embedder=opened.embedder,
    )


def _nothing_read(request: IndexRequest, sources: list[SourceReport]) -> DocumentError:
    return DocumentError(
        f"No file in {request.folder} could be read.",
        next(report.problem for report in sources if report.status == "failed"),
        "Correct the files named on the Sources sheet, then index again.",
    )


def _overlap_error(request: IndexRequest) -> CollectionError:
    return CollectionError(
        f"The chunk overlap {request.chunk_overlap} is not smaller than the chunk size "
        f"{request.chunk_size}.",
        "Passages would never move on.",
        "Lower 'Chunk overlap' on the Settings sheet.",
    )
