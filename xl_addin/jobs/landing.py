"""The landing of a run: its results go into the workbook, with a stamp of what they stand on."""

from __future__ import annotations

from collections.abc import Sequence

from xl_addin.jobs.base import ExcelJob, In, Landing
from xl_addin.sheets.last_run import last_run_content
from xl_addin.workbook.port import Row


def land(job: ExcelJob[In], landing: Landing[In]) -> Sequence[Row]:
    """Write what a run gave; what it did not reach stays as it was.

    Return the user's cells on passages and answers that are no longer there.

    :raises WorkbookError: if the workbook cannot take it.
    """
    run = landing.run
    run.lost = job.land(landing)
    if run.stamp and run.all_rows:
        what = job.kind.name.capitalize()
        landing.book.write_table(last_run_content(run.stamp, what, run.seconds, run.remarks))
    return run.lost


def lost_note(row: Row) -> str:
    """Say which of the user's cells have lost their passage."""
    kept = ", ".join(f"{name}: {value}" for name, value in row.values.items() if value)
    return f"No longer among the results, so its cells have no place: {kept}"
