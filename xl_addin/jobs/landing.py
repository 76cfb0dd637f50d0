"""The landing of a run: its results go into the workbook, with a stamp of what they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xl_addin.jobs.base import ExcelJob, In, Landing
from xl_addin.sheets.book_language import SpokenBook, book_language
from xl_addin.sheets.last_run import LAST_RUN, formula_remarks, last_run_content
from xl_addin.workbook.columns import Table
from xl_addin.workbook.port import Row, WorkbookPort
from xl_addin.workbook.table.table_reader import no_table_for_results


def check_landing(job: ExcelJob[In], book: WorkbookPort) -> None:
    """Make sure, before anything is computed, that a workbook can take what a job gives.

    :raises TableMissingError: naming the tables that it lacks.
    """
    filled = [sheet for sheet in (*job.shares, *job.sheets) if isinstance(sheet, Table)]
    wanted = [*filled, LAST_RUN] if filled else []
    missing = [table.name for table in wanted if not book.has_table(table)]
    if missing:
        raise no_table_for_results(missing, book.name)


def land(job: ExcelJob[In], landing: Landing[In]) -> Sequence[Row]:
    """Write what a run gave, in the workbook's language; what it did not reach stays as it was.

    Return the user's cells on passages and answers that are no longer there.

    :raises WorkbookError: if the workbook cannot take it.
    """
    run, say = landing.run, book_language(landing.book).say
    run.lost = job.land(replace(landing, book=SpokenBook(landing.book, say)))
    if run.stamp and run.all_rows:
        what = job.kind.name.capitalize()
        formulas = formula_remarks(landing.book, run.stamp, whole=run.is_whole)
        remarks = [say(remark) for remark in (*run.remarks, *formulas)]
        landing.book.write_table(last_run_content(run.stamp, what, run.seconds, remarks))
    return run.lost


def lost_note(row: Row) -> str:
    """Say which of the user's cells have lost their passage."""
    kept = ", ".join(f"{name}: {value}" for name, value in row.values.items() if value)
    return f"No longer among the results, so its cells have no place: {kept}"
