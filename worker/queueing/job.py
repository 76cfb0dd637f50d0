"""A submitted job as every list of jobs shows it, whoever keeps the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import ValidationError

from worker.contract import Problem, Progress
from worker.errors import EngineError, ProtocolError

State = Literal["queued", "running", "done", "failed", "cancelled"]

STATES: tuple[State, ...] = get_args(State)

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


_LAST_MOMENT = 253_402_300_799.0  # the end of the year 9999; no calendar shows a later one


def job_of_record(fields: Mapping[str, object]) -> Job:
    """Return the job in a record of any origin; what can be left out of it is.

    :param fields: as `Job` has them; those that are missing, or empty, have no value.
    :raises ValueError: if it is no record of a job.
    """
    state = fields.get("state")
    if state not in STATES:
        raise ValueError(f"no state is called {str(state)[:40]!r}")
    return Job(
        run_id=str(fields["run_id"]),
        book=str(fields.get("book") or ""),
        place=str(fields.get("place") or ""),
        request=str(fields.get("request") or ""),
        state=state,
        submitted=_moment(fields.get("submitted")) or 0.0,
        heartbeat=_moment(fields.get("heartbeat")),
        finished=_moment(fields.get("finished")),
        problem=readable_problem(str(fields.get("problem") or "")),
        progress=_progress(fields.get("progress")),
    )


def _moment(value: object) -> float | None:
    if not value:
        return None
    moment = float(str(value))
    if not 0 <= moment <= _LAST_MOMENT:
        raise ValueError(f"{str(value)[:40]!r} is no moment")
    return moment


def readable_problem(payload: str) -> str:
    """Return a problem as JSON that can be read; empty if there is none."""
    try:
        return Problem.model_validate_json(payload).model_dump_json() if payload else ""
    except ValidationError:
        error = ProtocolError(
            "The job has failed, and its reason cannot be read.",
            "The record of it is damaged, or another version of BONSAI wrote it.",
            "Run it again.",
        )
        return Problem.from_error(error).model_dump_json()


def _progress(value: object) -> str:
    try:
        return Progress.model_validate_json(str(value)).model_dump_json() if value else ""
    except ValidationError:  # the next one may be readable
        return ""


def killed_its_workers() -> EngineError:
    """Return the error of a job that has used up its attempts."""
    return EngineError(
        "The job has ended its worker process each time it was tried.",
        f"It was tried {MOST_ATTEMPTS} times without getting any further; the machine may lack "
        "the memory for it.",
        "Try fewer or smaller documents, or a smaller model, and run it again.",
    )
