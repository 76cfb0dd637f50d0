"""The landing of a run's inputs: the sheet Inputs says what each result was made from."""

from __future__ import annotations

from collections.abc import Sequence

from worker.contract import AnswerRequest, IndexRequest, RankRequest, SourceReport
from xl_addin.jobs.base import Landing
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.input_formulas import StandingColumns
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.run_inputs import (
    INPUTS,
    RunInput,
    inputs_content,
    read_run_inputs,
    with_index,
)
from xl_addin.sheets.watched_inputs import WatchedRun
from xl_addin.workbook.columns import Table
from xl_addin.workbook.port import WorkbookPort
from xl_addin.workbook.table.user_cells import row_key

#: What becomes of a file that changes an index.
_CHANGING = ("indexed", "removed")


def note_inputs(
    landing: Landing[RankRequest] | Landing[AnswerRequest],
    ranking: RankRequest,
    answering: AnswerRequest | None = None,
) -> None:
    """Write down what a run was made from, once its results stand in the workbook.

    Inputs of runs of which nothing stands there any more go.
    """
    book, stamp = landing.book, landing.run.stamp
    if stamp is None or not book.has_table(INPUTS):
        return
    watched = WatchedRun(stamp, ranking, answering, landing.elsewhere, book).inputs()
    reaches_all = landing.run.is_whole and not ranking.is_part
    runs = _runs(book, [ANSWERS] if reaches_all else [RANKED, ANSWERS]) - {ranking.run_id}
    earlier = [given for given in _standing(book) if given.run in runs]
    earlier = with_index(earlier, stamp.collection, stamp.index_version)
    _write(book, [*watched, *earlier])


def note_index(landing: Landing[IndexRequest]) -> None:
    """Write down that an index has another version now, and which files made it so."""
    book, stamp = landing.book, landing.run.stamp
    if stamp is None or not stamp.index_version or not book.has_table(INPUTS):
        return
    sources = landing.run.rows(SourceReport)
    files = [source.file for source in sources if source.status in _CHANGING]
    _write(book, with_index(_standing(book), stamp.collection, stamp.index_version, files))


def _standing(book: WorkbookPort) -> list[RunInput]:
    return read_run_inputs(book.read_table(INPUTS).rows)


def _write(book: WorkbookPort, inputs: Sequence[RunInput]) -> None:
    book.write_table(inputs_content(inputs, StandingColumns.of(book)))


def _runs(book: WorkbookPort, tables: Sequence[Table]) -> set[str]:
    """Return the runs of which a row stands in tables of results."""
    found = map(book.find_table, tables)
    return {row_key(row.values, ("Run",))[0] for data in found if data for row in data.rows}
