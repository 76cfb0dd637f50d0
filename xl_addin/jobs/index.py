"""The index job: a folder of documents becomes a collection, and Sources says what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from worker.contract import INDEX, IndexRequest, SourceReport
from worker.settings import Settings
from xl_addin.jobs.base import Asked, ExcelJob, Inputs, Landing, collection_fields, new_run_id
from xl_addin.jobs.books import documents_folder
from xl_addin.jobs.button import Button
from xl_addin.jobs.run import Run
from xl_addin.jobs.run_inputs import note_index
from xl_addin.sheets.options import Options
from xl_addin.sheets.settings.index import COLLECTION, DOCUMENTS, EMBEDDER, LONG_PASSAGES
from xl_addin.sheets.sources import SOURCES, sources_content
from xl_addin.workbook.port import Row


def index_request(options: Options, machine: Settings, folder: Path) -> IndexRequest:
    """Return the request to index a folder."""
    return IndexRequest(
        run_id=new_run_id(),
        folder=str(folder),
        **collection_fields(options, machine),
        **options.fields(IndexRequest),
    )


def ask(inputs: Inputs) -> Asked[IndexRequest]:
    """Ask for the folder that the options name.

    :raises SettingError: if they name none.
    """
    folder = documents_folder(inputs.options, inputs.path)
    return Asked(index_request(inputs.options, inputs.machine, folder))


def land(landing: Landing[IndexRequest]) -> Sequence[Row]:
    """Fill the Sources sheet, and say on Inputs that the index has changed."""
    sources = landing.run.rows(SourceReport)
    note_index(landing)
    return landing.book.write_table(sources_content(sources)) if sources else ()


_COUNTED = {
    "indexed": "{} indexed",
    "unchanged": "{} unchanged",
    "failed": "{} failed",
    "removed": "{} removed",
}


def summary(run: Run) -> Iterator[str]:
    """Say what was filled, how many files ended in which state, and what is not read."""
    sources = run.rows(SourceReport)
    if not (sources and run.stamp):
        return
    counts = Counter(source.status for source in sources if source.status != "skipped")
    files = ", ".join(_COUNTED[status].format(count) for status, count in counts.items())
    chunks = sum(source.chunks for source in sources)
    collection = run.stamp.collection
    yield f"Indexed into '{collection}': {files}; {chunks} passages; {run.seconds:.1f} s"
    skipped = [source for source in sources if source.status == "skipped"]
    if types := [source.file for source in skipped if source.is_of_type]:
        yield f"Not read, for their type: {', '.join(types)}"
    if others := [source.file for source in skipped if not source.is_of_type]:
        yield f"Not read, for where they lead or what they are: {', '.join(others)}"


JOB = ExcelJob(
    INDEX,
    ask,
    land,
    sheets=(SOURCES,),
    about="Read a folder of documents into an index. Only new and changed files cost time.",
    summary=summary,
    flags=(DOCUMENTS, COLLECTION, EMBEDDER, LONG_PASSAGES),
    button=Button(
        "bonsaiIndex",
        "Index",
        "index",
        "FileOpen",
        "Index the documents",
        "Reads the folder that Settings names, so that its passages can be ranked. "
        "Files that did not change cost next to nothing. Fills the sheet Sources.",
        "I",
        blocked_while_running=True,
    ),
)
