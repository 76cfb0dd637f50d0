"""The Jobs sheet: one row for each job that a workbook has asked for."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from worker.contract import Progress
from worker.queueing.job import Job
from worker.visible_text import visible
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
ASKS = "asks"  # the state of a question before a run; macros know it by this word
PROGRESS_SECONDS = 30  # between two writings of mere progress: each empties Excel's Undo
_KEPT = 200  # rows of finished jobs that stay on the sheet

JobRow = dict[str, CellValue]


class JobSheet:
    """The rows of a workbook's Jobs table, read once and written back in one go.

    :param say: says messages in the workbook's language.
    """

    def __init__(self, book: WorkbookPort, say: Callable[[str], str] = str) -> None:
        self._book, self._say = book, say
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
        if isinstance(message := values.get("Message"), str):
            values = {**values, "Message": self._say(message)}
        before = self._rows.get(run_id)
        if before is None:
            self._rows = {run_id: {"Job": run_id, **values}, **self._rows}
            self._changed = True
        elif any(before.get(header) != value for header, value in values.items()):
            before.update(values)
            self._changed = True

    def forget_questions(self) -> None:
        """Drop questions that were asked before a run: they are answered, or nobody will."""
        kept = {run_id: row for run_id, row in self._rows.items() if row["State"] != ASKS}
        self._changed |= len(kept) < len(self._rows)
        self._rows = kept

    def put_progress(
        self, run_id: str, values: Mapping[str, CellValue], every: float = PROGRESS_SECONDS
    ) -> None:
        """Set the cells that say how far a job is, if its state is new or its row is old.

        The row tells its own age: the time of the heartbeat that it shows.
        """
        before = self._rows[run_id]
        is_new = before.get("State") != values["State"]
        if is_new or _seconds_between(before.get("Heartbeat"), values["Heartbeat"]) >= every:
            self.put(run_id, values)

    def write(self) -> None:
        """Write the table, if a row has changed."""
        if self._changed:
            rows = [row for row in self._rows.values()][:_KEPT]
            self._book.write_table(TableContent(JOBS, rows))
            self._changed = False


def progress_cells(job: Job, progress: Progress | None) -> dict[str, CellValue]:
    """Return the cells that say how far a job is."""
    cells: dict[str, CellValue] = {"State": job.state, "Heartbeat": _hour(job.heartbeat)}
    if progress:
        cells |= {
            "Done": progress.done,
            "Of": progress.of,
            "ETA": _remaining(job, progress),
            "Message": visible(": ".join(filter(None, (progress.stage, progress.message)))),
        }
    return cells


def ended_cells(job: Job, state: str, message: str) -> dict[str, CellValue]:
    """Return the cells of a job that has ended."""
    finished = clock(job.finished or time.time())
    return {
        "State": state,
        "ETA": "",
        "Heartbeat": "",
        "Message": visible(message),
        "Finished": finished,
    }


def clock(seconds: float) -> str:
    """Return seconds since 1970 as local time."""
    local = datetime.fromtimestamp(seconds, UTC).astimezone()
    return local.strftime("%Y-%m-%d %H:%M:%S")


def spoken(seconds: float) -> str:
    """Return a length of time as people say it."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _hour(heartbeat: float | None) -> str:
    return "" if heartbeat is None else clock(heartbeat)[11:]


def _seconds_between(before: CellValue, after: CellValue) -> float:
    """Return the seconds from one hour of the day to another; endless if one is none."""
    if before == after:
        return 0
    try:
        start, end = (datetime.strptime(str(hour), "%H:%M:%S") for hour in (before, after))
    except ValueError:
        return math.inf
    return (end - start).seconds  # past midnight, too


def _remaining(job: Job, progress: Progress) -> str:
    if not progress.done:
        return ""
    return spoken((time.time() - job.submitted) * (progress.of - progress.done) / progress.done)
