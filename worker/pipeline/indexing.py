"""The index job: a folder of documents becomes a collection of chunks with vectors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from worker import __version__
from worker.contract import IndexRequest, IndexResult, RowReady, RunStamp, SourceReport
from worker.documents.chunks import Chunk, content_hash, split_document
from worker.documents.readers import find_documents, read_document
from worker.errors import CollectionError, DocumentError
from worker.pipeline.job_context import JobContext, now
from worker.retrieval.base import Collection, Embedder, StoredChunk

_EMBED_AT_ONCE = 64  # chunks between two looks at the wish to stop


@dataclass
class _Run:
    """One index run under way."""

    request: IndexRequest
    context: JobContext
    embedder: Embedder
    collection: Collection
    known: dict[str, dict[str, str]]
    embedded: int = 0


def index(request: IndexRequest, context: JobContext) -> IndexResult:
    """Bring a collection in line with a folder.

    Unchanged files cost a read and a hash; changed ones are embedded again, vanished ones leave.
    A file that cannot be read is reported, and the others go on.

    :raises DocumentError: if the folder is absent, or not one file in it could be read.
    :raises CollectionError: if the collection was made with another model.
    """
    started = perf_counter()
    if request.chunk_overlap >= request.chunk_size:
        raise _overlap_error(request)
    paths = find_documents(Path(request.folder))
    embedder = context.runtime.embedder(request.embedder)
    store = context.runtime.store(request.store)
    collection = store.open_or_create(request.collection, embedder)
    context.started(_stamp(request, embedder, ""))
    run = _Run(request, context, embedder, collection, collection.chunk_ids_by_source())
    collection.begin_changes()
    try:
        reports = _index_files(run, paths)
        reports += _remove_vanished(run, {report.file for report in reports})
    finally:
        version = collection.finish_changes()
    if not collection.count():
        raise DocumentError(
            f"No file in {request.folder} could be read.",
            reports[0].problem,
            "Correct the files named on the Sources sheet, then index again.",
        )
    return IndexResult(
        run=_stamp(request, embedder, version),
        sources=tuple(reports),
        chunks=collection.count(),
        embedded=run.embedded,
        seconds=perf_counter() - started,
    )


def _index_files(run: _Run, paths: list[Path]) -> list[SourceReport]:
    folder = Path(run.request.folder)
    reports = []
    for done, path in enumerate(paths, start=1):
        source = path.relative_to(folder).as_posix()
        run.context.progress("Indexing", done - 1, len(paths), source)
        try:
            report = _index_file(run, path, source)
        except DocumentError as error:
            run.context.problem(error)
            report = SourceReport(
                file=source, type=_type(source), status="failed", problem=str(error)
            )
        run.context.row(RowReady(row=report))
        reports.append(report)
    run.context.progress("Indexing", len(paths), len(paths))
    return reports


def _index_file(run: _Run, path: Path, source: str) -> SourceReport:
    document = read_document(path, source)
    size, overlap = run.request.chunk_size, run.request.chunk_overlap
    chunks = split_document(document, size=size, overlap=overlap)
    file_hash = content_hash(f"{size}/{overlap}/{document.text}")
    unchanged = run.known.get(source) == {chunk.chunk_id: file_hash for chunk in chunks}
    problem = "" if unchanged else _store(run, chunks, file_hash)
    return SourceReport(
        file=source,
        type=_type(source),
        chunks=len(chunks),
        characters=len(document.text),
        indexed_at=now(),
        status="unchanged" if unchanged else "indexed",
        problem=problem,
    )


def _store(run: _Run, chunks: list[Chunk], file_hash: str) -> str:
    """Embed and store a file's chunks; return a remark on text the model does not see."""
    for first in range(0, len(chunks), _EMBED_AT_ONCE):
        run.context.check_cancelled()
        part = chunks[first : first + _EMBED_AT_ONCE]
        vectors = run.embedder.embed_documents([chunk.text for chunk in part])
        run.collection.upsert([_stored(chunk, file_hash) for chunk in part], vectors)
        run.embedded += len(part)
    fresh = {chunk.chunk_id for chunk in chunks}
    stale = [known for known in run.known.get(chunks[0].source, {}) if known not in fresh]
    run.collection.delete(stale)
    return _unseen_text(run.embedder, chunks)


def _unseen_text(embedder: Embedder, chunks: list[Chunk]) -> str:
    counts = embedder.count_tokens([chunk.text for chunk in chunks])
    longer = sum(count > embedder.max_tokens for count in counts)
    if not longer:
        return ""
    return (
        f"{longer} of {len(chunks)} passages are longer than the {embedder.max_tokens} tokens "
        "the embedding model reads; the rest of them does not count in similarity."
    )


def _remove_vanished(run: _Run, seen: set[str]) -> list[SourceReport]:
    reports = []
    for source in sorted(set(run.known) - seen):
        run.collection.delete(list(run.known[source]))
        report = SourceReport(
            file=source, type=_type(source), status="removed", problem="The file is gone."
        )
        run.context.row(RowReady(row=report))
        reports.append(report)
    return reports


def _stored(chunk: Chunk, file_hash: str) -> StoredChunk:
    return StoredChunk(chunk.chunk_id, chunk.source, chunk.page, chunk.start, chunk.text, file_hash)


def _type(source: str) -> str:
    return Path(source).suffix.lstrip(".").lower()


def _stamp(request: IndexRequest, embedder: Embedder, version: str) -> RunStamp:
    return RunStamp(
        run_id=request.run_id,
        time=now(),
        code_version=__version__,
        collection=request.collection,
        index_version=version,
        embedder=f"{embedder.name}@{embedder.revision}",
    )


def _overlap_error(request: IndexRequest) -> CollectionError:
    return CollectionError(
        f"The chunk overlap {request.chunk_overlap} is not smaller than the chunk size "
        f"{request.chunk_size}.",
        "Passages would never move on.",
        "Lower 'Chunk overlap' on the Settings sheet.",
    )
