"""The index job: a folder of documents becomes a collection of chunks with vectors.

It runs where the documents lie and knows neither models nor stores: whatever touches the index
is asked for, of this process or of a worker elsewhere.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from worker import __version__
from worker.contract import (
    IndexRequest,
    IndexResult,
    OpenIndexResult,
    RunStamp,
    SourceReport,
)
from worker.documents.chunks import Splitting
from worker.documents.file_version import FileVersion, whole_version
from worker.documents.folder import Folder, look_into
from worker.documents.read_ahead import FileAhead, read_ahead
from worker.errors import CollectionError, DocumentError
from worker.pipeline.index_client import ChunkBatch, IndexClient, StoredFile
from worker.pipeline.job_context import Ask, JobContext, now
from worker.pipeline.source_reports import failed, indexed, passed_over, removed, skipped, unchanged

_FILES_AT_ONCE = 64  # that leave the index between two looks at the wish to stop


@dataclass(frozen=True)
class _Run:
    """One index run under way. `reports` are those of an earlier try, by file."""

    request: IndexRequest
    context: JobContext
    index: IndexClient
    opened: OpenIndexResult
    reports: dict[str, SourceReport]

    def tell(self, report: SourceReport) -> SourceReport:
        """Hand over a report, unless an earlier try has; return the one that holds."""
        earlier = self.reports.get(report.file)
        if report.status == "unchanged" and earlier and earlier.status in ("indexed", "unchanged"):
            return earlier
        if report != earlier:
            self.context.row(report)
        return report


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
    folder = look_into(
        Path(request.folder),
        follow_links=context.runtime.settings.follow_links,
        before_each=context.check_cancelled,
    )
    collection = IndexClient(request, ask)
    opened = collection.open()
    try:
        stamp = context.begin(_stamp(request, opened))
        reports = {report.file: report for report in context.stored(SourceReport)}
        run = _Run(request, context, collection, opened, reports)
        sources = _index_files(run, folder.documents)
        sources += _unread(run, folder)
        sources += _remove_vanished(run, folder)
        sources += [run.tell(report) for report in skipped(folder.others)]
    finally:
        finished = collection.finish()
    if not finished.chunks:
        raise _nothing_read(request, sources)
    return IndexResult(
        run=stamp.model_copy(update={"index_version": finished.index_version}),
        sources=tuple(sources),
        chunks=finished.chunks,
        embedded=sum(report.chunks for report in sources if report.status == "indexed"),
        seconds=perf_counter() - started,
    )


def _index_files(run: _Run, paths: dict[str, Path]) -> list[SourceReport]:
    batch = ChunkBatch(run.index, frozenset(run.opened.files))
    reports: dict[str, SourceReport] = {}
    splitting, limits = _splitting(run.request), run.context.runtime.settings.file_limits
    whole = _whole(run.opened)
    with closing(read_ahead(paths, splitting, whole, limits)) as files:
        for done, file in enumerate(files):
            run.context.progress("Indexing", done, len(paths), file.source)
            reports |= _index_file(run, file, batch)
    run.context.check_cancelled()
    reports |= _stored(run, batch.send())
    run.context.progress("Indexing", len(paths), len(paths))
    return [reports[source] for source in paths]


def _unread(run: _Run, folder: Folder) -> list[SourceReport]:
    """Report what is in the folder and was not read."""
    for error in folder.unread.values():
        run.context.problem(error)
    reports = [failed(source, error) for source, error in folder.unread.items()]
    reports += [passed_over(source, why) for source, why in folder.passed_over.items()]
    return [run.tell(report) for report in reports]


def _whole(opened: OpenIndexResult) -> dict[str, FileVersion]:
    """Return the versions of files that an index holds from beginning to end."""
    versions = {
        source: whole_version(marks, opened.lost.get(source, ""), opened.read_as.get(source, ""))
        for source, marks in opened.files.items()
    }
    return {source: version for source, version in versions.items() if version}


def _index_file(run: _Run, file: FileAhead, batch: ChunkBatch) -> dict[str, SourceReport]:
    """Bring a file in line; return what there is to report now, by file."""
    source, check = file.source, run.context.check_cancelled
    try:
        read = file.result(check)
    except DocumentError as error:
        run.context.problem(error)
        return {source: run.tell(failed(source, error))}
    if not read.chunks:
        return {source: run.tell(unchanged(source, read.version))}
    return _stored(run, batch.add(source, read, check))


def _stored(run: _Run, files: list[StoredFile]) -> dict[str, SourceReport]:
    model, max_tokens = run.request.embedder, run.opened.max_tokens
    return {file.source: run.tell(indexed(file, model, max_tokens)) for file in files}


def _remove_vanished(run: _Run, folder: Folder) -> list[SourceReport]:
    """Drop files that are gone; return their reports, and of those an earlier try has dropped."""
    vanished = sorted(source for source in run.opened.files if folder.lacks(source))
    for first in range(0, len(vanished), _FILES_AT_ONCE):
        run.context.check_cancelled()
        part = vanished[first : first + _FILES_AT_ONCE]
        run.index.remove(part)
        for source in part:
            run.tell(removed(source))
    dropped = {report.file for report in run.reports.values() if report.status == "removed"}
    return [removed(source) for source in sorted((dropped - set(folder.documents)) | set(vanished))]


def _splitting(request: IndexRequest) -> Splitting:
    return Splitting(
        request.chunk_size, request.chunk_overlap, request.splitter, request.whole_documents
    )


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
