"""A submitted job as every list of jobs shows it, whoever keeps the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from worker.errors import EngineError

State = Literal["queued", "running", "done", "failed", "cancelled"]

UNFINISHED: tuple[State, ...] = ("queued", "running")

#: Name under which a job's whole result is stored among its large results.
RESULT_BLOB = "result"

#: Workers that one job may kill, without a new event in between, before it counts as failed.
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Job:
    """One submitted job; times in seconds since 1970.

    `request`, `problem` and `progress` are JSON of the contract, the last two empty at first.
    `book` says which workbook asked, `place` where in it the results go, if that is no table.
    """

    run_id: str
    book: str
    place: str
    request: str
    state: State
    submitted: float
    heartbeat: float | None
    finished: float | None
    problem: str
    progress: str


def killed_its_workers() -> EngineError:
    """Return the error of a job that has used up its attempts."""
    return EngineError(
        "The job has ended its worker process each time it was tried.",
        f"It was tried {MOST_ATTEMPTS} times without getting any further; the machine may lack "
        "the memory for it.",
        "Try fewer or smaller documents, or a smaller model, and run it again.",
    )
