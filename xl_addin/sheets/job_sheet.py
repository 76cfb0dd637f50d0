"""The Jobs sheet: one row for each job that a workbook has asked for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timezone

from worker.contract import Progress
from worker.queueing.job import Job
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.port import CellValue, TableContent, WorkbookPort

JOBS = Table(
    "tblJobs",
    "Jobs",
    "Jobs",
    "What runs, what ran, and what went wrong.",
    (
        Column("Job", 22),
        Column("What", 10),
        Column("State", 12),
        Column("Done", 8, "integer"),
        Column("Of", 8, "integer"),
        Column("ETA", 10),
        Column("Heartbeat", 12),
        Column("Message", 80, "wrapped"),
        Column("Submitted", 21),
        Column("Finished", 21),
    ),
    key=("Job",),
)

UNFINISHED = ("queued", "running")
_KEPT = 200  # rows of finished jobs that stay on the sheet

JobRow = dict[str, CellValue]


class JobSheet:
    """The rows of a workbook's Jobs table, read once and written back in one go."""

    def __init__(self, book: WorkbookPort) -> None:
        self._book = book
        rows = [row.cells(JOBS.columns) for row in book.read_table(JOBS).rows]
        self._rows: dict[str, JobRow] = {str(row["Job"]): row for row in rows}
        self._changed = False

    @property
    def unfinished(self) -> list[str]:
        """Run ids of the jobs that wait or run, as far as the sheet knows."""
        return [run_id for run_id, row in self._rows.items() if row["State"] in UNFINISHED]

    def what(self, run_id: str) -> str:
        """Return which action a job belongs to."""
        return str(self._rows[run_id]["What"])

    def put(self, run_id: str, values: Mapping[str, CellValue]) -> None:
        """Set some cells of a job's row, which is added at the top if it is new."""
        before = self._rows.get(run_id)
        if before is None:
            self._rows = {run_id: {"Job": run_id, **values}, **self._rows}
            self._changed = True
        elif any(before.get(header) != value for header, value in values.items()):
            before.update(values)
            self._changed = True

    def write(self) -> None:
        """Write the table, if a row has changed."""
        if self._changed:
            rows = [row for row in self._rows.values()][:_KEPT]
            self._book.write_table(TableContent(JOBS, rows))
            self._changed = False


def progress_cells(job: Job, progress: Progress | None) -> dict[str, CellValue]:
    """Return the cells that say how far a job is."""
    cells: dict[str, CellValue] = {"State": job.state, "Heartbeat": _age(job.heartbeat)}
    if progress:
        cells |= {
            "Done": progress.done,
            "Of": progress.of,
            "ETA": _remaining(job, progress),
            "Message": ": ".join(filter(None, (progress.stage, progress.message))),
        }
    return cells


def ended_cells(job: Job, state: str, message: str) -> dict[str, CellValue]:
    """Return the cells of a job that has ended."""
    finished = clock(job.finished or time.time())
    return {"State": state, "ETA": "", "Heartbeat": "", "Message": message, "Finished": finished}


def clock(seconds: float) -> str:
    """Return seconds since 1970 as local time."""
    local = datetime.fromtimestamp(seconds, timezone.utc).astimezone()
    return local.strftime("%Y-%m-%d %H:%M:%S")


def _age(heartbeat: float | None) -> str:
    return "" if heartbeat is None else f"{max(0, time.time() - heartbeat):.0f} s ago"


def _remaining(job: Job, progress: Progress) -> str:
    if not progress.done:
        return ""
    seconds = (time.time() - job.submitted) * (progress.of - progress.done) / progress.done
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
