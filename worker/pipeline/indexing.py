"""The index job: a folder of documents becomes a collection of chunks with vectors.

It runs where the documents lie and knows neither models nor stores: whatever touches the index
is asked for, of this process or of a worker elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from worker.documents.chunks import content_hash, split_document
from worker.documents.readers import Document, find_documents, read_document
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

    Unchanged files cost a read and a hash; changed ones are embedded again, vanished ones leave.
    A file that cannot be read is reported, and the others go on.

    :param ask: has the last word on an index that was opened: it is asked to finish the changes
        even when the run was stopped or has failed.
    :raises DocumentError: if the folder is absent, or not one file in it could be read.
    :raises CollectionError: if the collection was made with another model.
    """
    started = perf_counter()
    if request.chunk_overlap >= request.chunk_size:
        raise _overlap_error(request)
    paths = find_documents(Path(request.folder))
    collection = _Index(request, ask)
    opened = collection.open()
    try:
        stamp = context.begin(_stamp(request, opened))
        reports = {report.file: report for report in context.stored(SourceReport)}
        run = _Run(request, context, collection, opened, reports)
        sources = _index_files(run, paths)
        sources += _remove_vanished(run, {report.file for report in sources})
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
    folder = Path(run.request.folder)
    reports = []
    for done, path in enumerate(paths):
        source = path.relative_to(folder).as_posix()
        run.context.progress("Indexing", done, len(paths), source)
        reports.append(_index_file(run, path, source))
    run.context.progress("Indexing", len(paths), len(paths))
    return reports


def _index_file(run: _Run, path: Path, source: str) -> SourceReport:
    """Bring one file in line."""
    try:
        document = read_document(path, source)
        report = _report(run, document, _split(document, run.request))
    except DocumentError as error:
        run.context.problem(error)
        report = SourceReport(file=source, type=_type(source), status="failed", problem=str(error))
    _tell(run, report)
    return report


def _tell(run: _Run, report: SourceReport) -> None:
    """Hand over a report, unless an earlier try has."""
    if report != run.reports.get(report.file):
        run.context.row(report)


def _split(document: Document, request: IndexRequest) -> list[ChunkText]:
    size, overlap = request.chunk_size, request.chunk_overlap
    file_hash = content_hash(f"{size}/{overlap}/{document.text}")
    chunks = split_document(document, size=size, overlap=overlap)
    return [ChunkText(**asdict(chunk), file_hash=file_hash) for chunk in chunks]


def _report(run: _Run, document: Document, chunks: list[ChunkText]) -> SourceReport:
    source, file_hash = document.source, chunks[0].file_hash
    unchanged = run.opened.files.get(source) == {file_hash: len(chunks)}
    earlier = run.reports.get(source)
    if unchanged and earlier and earlier.status in ("indexed", "unchanged"):
        return earlier
    problem = "" if unchanged else _store(run, source, chunks)
    return SourceReport(
        file=source,
        type=_type(source),
        chunks=len(chunks),
        characters=len(document.text),
        indexed_at=now(),
        status="unchanged" if unchanged else "indexed",
        problem=problem,
    )


def _store(run: _Run, source: str, chunks: list[ChunkText]) -> str:
    """Have a file's chunks stored; return a remark on text the model does not see."""
    unseen, stored = 0, 0
    for part in _parts(chunks):
        run.context.check_cancelled()
        stored += len(part)
        last = {source: chunks[0].file_hash} if stored == len(chunks) else None
        unseen += run.index.store(part, last).unseen.get(source, 0)
    if not unseen:
        return ""
    return (
        f"{unseen} of {len(chunks)} passages are longer than the {run.opened.max_tokens} tokens "
        "the embedding model reads; the rest of them does not count in similarity."
    )


def _parts(chunks: list[ChunkText]) -> Iterator[list[ChunkText]]:
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
        sources[0].problem,
        "Correct the files named on the Sources sheet, then index again.",
    )


def _overlap_error(request: IndexRequest) -> CollectionError:
    return CollectionError(
        f"The chunk overlap {request.chunk_overlap} is not smaller than the chunk size "
        f"{request.chunk_size}.",
        "Passages would never move on.",
        "Lower 'Chunk overlap' on the Settings sheet.",
    )
