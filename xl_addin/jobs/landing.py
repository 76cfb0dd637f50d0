"""The landing of a run: its results go into the workbook, with a stamp of what they stand on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

from worker.contract import AnswerRequest, QuestionRanking, RankRequest, RunStamp
from xl_addin.jobs.base import ExcelJob, In, Landing
from xl_addin.sheets.book_language import SpokenBook, book_language
from xl_addin.sheets.last_run import LAST_RUN, formula_remarks, last_run_content
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.stale_marks import unmarked_remarks
from xl_addin.workbook.columns import Table
from xl_addin.workbook.port import Row, TableContent, WorkbookPort
from xl_addin.workbook.table.table_reader import no_table_for_results


def check_landing(job: ExcelJob[In], book: WorkbookPort) -> None:
    """Make sure, before anything is computed, that a workbook can take what a job gives.

    :raises TableMissingError: naming the tables that it lacks.
    """
    filled = [sheet for sheet in (*job.shares, *job.sheets) if isinstance(sheet, Table)]
    wanted = [*filled, LAST_RUN] if filled else []
    needed = [table for table in wanted if not table.optional]
    missing = [table.name for table in needed if not book.has_table(table)]
    if missing:
        raise no_table_for_results(missing, book.name)


def land(job: ExcelJob[In], landing: Landing[In]) -> Sequence[Row]:
    """Write what a run gave, in the workbook's language; what it did not reach stays as it was.

    Return the user's cells on passages and answers that are no longer there. They are the run's
    `lost` also where a later table cannot be written: in an open workbook the first ones stay.

    :raises WorkbookError: if the workbook cannot take it.
    """
    run, say = landing.run, book_language(landing.book).say
    noting = _Noting(SpokenBook(landing.book, say))
    try:
        run.lost = job.land(replace(landing, book=cast(WorkbookPort, noting)))
    except BaseException:
        run.lost = noting.lost
        raise
    if run.stamp and run.all_rows:
        what = job.kind.name.capitalize()
        remarks = [say(remark) for remark in (*run.remarks, *_remarks(job, landing, run.stamp))]
        landing.book.write_table(last_run_content(run.stamp, what, run.seconds, remarks))
    return run.lost


class _Noting:
    """A workbook that notes what its tables had no place for any more."""

    def __init__(self, book: WorkbookPort) -> None:
        self._book = book
        self.lost: list[Row] = []

    def write_table(self, content: TableContent) -> Sequence[Row]:
        lost = self._book.write_table(content)
        self.lost += lost
        return lost

    def __getattr__(self, name: str) -> object:
        return getattr(self._book, name)


def _remarks(job: ExcelJob[In], landing: Landing[In], stamp: RunStamp) -> Iterator[str]:
    """Say what holds for some of the results in the workbook alone, or not at all."""
    book, request = landing.book, landing.request
    ranking = request.ranking if isinstance(request, AnswerRequest) else request
    is_part = isinstance(ranking, RankRequest) and ranking.is_part
    yield from formula_remarks(book, stamp, whole=landing.run.is_whole and not is_part)
    if not isinstance(ranking, RankRequest):
        return
    rows = sum(len(each.rows) for each in landing.run.rows(QuestionRanking))
    if is_part:
        rows = len(book.read_table(RANKED).rows)
        yield f"Run for {_counted(len(ranking.questions))} alone: the other results stay."
    yield from unmarked_remarks(book, rows)


def _counted(questions: int) -> str:
    return "one question" if questions == 1 else f"{questions:,} questions"


def lost_note(row: Row) -> str:
    """Say which of the user's cells have lost their passage."""
    kept = ", ".join(f"{name}: {value}" for name, value in row.values.items() if value)
    return f"No longer among the results, so its cells have no place: {kept}"
