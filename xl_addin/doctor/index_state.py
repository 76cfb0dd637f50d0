"""The store and its indexes: readable, finished, and of the model that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec

from worker.addresses import masked
from worker.errors import package_missing
from worker.limited_process import (
    LimitedProcess,
    Limits,
    MemoryLimitError,
    ProcessLostError,
    TimeLimitError,
)
from worker.pipeline.kept_indexes import KeptIndex, kept_indexes
from worker.settings import Settings
from xl_addin.doctor.finding import Finding, fault, good, of_error, warning
from xl_addin.doctor.patient import Patient
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.settings.index import COLLECTION, EMBEDDER
from xl_addin.workbook.file.file_book import FileBook

#: For a process that Chroma may hang or end: what it may take.
_LIMITS = Limits(memory=2_000_000_000, seconds=6.0)


def look_at_indexes(patient: Patient) -> Iterator[Finding]:
    """Look at the store and at each index in it."""
    if find_spec("chromadb") is None:
        yield of_error(package_missing("chromadb", "local"), "package_missing")
        return
    store = masked(patient.settings.store)
    try:
        indexes = _in_a_process(patient.settings)
    except TimeLimitError:
        yield warning(
            "store_busy",
            f"The store {store} did not answer within {_LIMITS.seconds:.0f} seconds.",
            "A run may be writing into it, or its disk or server is slow.",
            "Wait for the run; if there is none, run the doctor again.",
        )
        return
    except (ProcessLostError, MemoryLimitError) as error:
        yield fault(
            "store_damaged",
            f"The store {store} cannot be opened.",
            f"It ends whatever reads it ({type(error).__name__}): its files may be damaged.",
            "Move the folder away and run Index again.",
        )
        return
    yield good("store", f"The store {store} can be read: {len(indexes)} indexes")
    for index in indexes:
        yield _state(index)
    if patient.opened:
        yield from _fits_the_workbook(patient, indexes)


def _in_a_process(settings: Settings) -> list[KeptIndex]:
    process = LimitedProcess()
    try:
        return process.call(_LIMITS, partial(kept_indexes, settings))
    finally:
        process.close()


def _state(index: KeptIndex) -> Finding:
    words = f"The index '{index.name}': {index.passages:,} passages, made with {index.model}"
    if index.version:
        return good("index", words, index.name)
    return warning(
        "index_unfinished",
        f"The index '{index.name}' is not finished: {index.passages:,} passages so far.",
        "It is being made now, or its making was cut short.",
        "Press Index again if no job runs: what is there is kept.",
        index.name,
    )


def _fits_the_workbook(patient: Patient, indexes: list[KeptIndex]) -> Iterator[Finding]:
    """Yield what does not fit between a workbook and its index."""
    options, book = patient.options, patient.opened
    assert options
    assert book
    name, model = options[COLLECTION], options[EMBEDDER] or patient.settings.embedder
    index = next((each for each in indexes if each.name == name), None)
    if index is None:
        yield warning(
            "index_missing",
            f"There is no index '{name}', which the workbook ranks from.",
            "Its documents were not indexed yet, or into another store.",
            "Press Index, or run: bonsai index my.xlsx",
            name,
        )
        return
    if index.model != model and not model.startswith("taste:"):
        yield fault(
            "index_model",
            f"The index '{name}' was made with {index.model}; the workbook asks for {model}.",
            "Vectors of two models cannot be compared.",
            "Choose the first model again at Embedder, or index into another collection.",
            name,
        )
    if (stamped := _stamped(book)) and index.version not in ("", stamped):
        yield warning(
            "index_newer",
            f"The results in the workbook are older than the index '{name}'.",
            "It was changed after the last run.",
            "Press Rank again.",
            name,
        )


def _stamped(book: FileBook) -> str:
    """Return the version of the index that the last run has read; empty if none says so."""
    table = book.find_table(LAST_RUN)
    rows = table.rows if table else ()
    values = {str(row.values["Item"]): row.values["Value"] for row in rows}
    return str(values.get("Index version") or "")
