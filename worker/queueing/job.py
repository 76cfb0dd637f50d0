"""A submitted job as every list of jobs shows it, whoever keeps the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["queued", "running", "done", "failed", "cancelled"]


UNFINISHED: tuple[State, ...] = ("queued", "running")


#: Name under which a job's whole result is stored among its large results.
RESULT_BLOB = "result"


#: Workers that one job may kill, without a new event in between, before it counts as failed.
MOST_ATTEMPTS = 3


@dataclass(frozen=True)
class Job:
    """One submitted job; times in seconds since 1970, the last two fields JSON of the contract.

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
