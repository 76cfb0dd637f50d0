"""The context of a running job: warm objects, events out, the wish to stop."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from worker import __version__
from worker.contract import (
    Event,
    PartRequest,
    PointOfView,
    Problem,
    Progress,
    Question,
    RankRequest,
    Result,
    Row,
    RowFailed,
    RowReady,
    RunStamp,
    Started,
    Wire,
    score_formula,
)
from worker.errors import BonsaiError, run_stopped
from worker.runtime import Runtime

AnyRow = TypeVar("AnyRow", bound=Row)

#: Has a worker do a part of a job that reads files here, or raises what went wrong.
Ask = Callable[[PartRequest], Result]


def _ignore_blob(_name: str, _data: bytes) -> None:
    """Nobody asked for pictures."""


@dataclass
class JobContext:
    """Handed to every job.

    `emit` takes events, `put_blob` large results by name, and `cancelled` says whether the user
    has asked to stop. `earlier` are the events that earlier tries of the same job have stored:
    what they have made and still holds is not made, and not told, a second time.
    """

    runtime: Runtime
    emit: Callable[[Event], None]
    cancelled: Callable[[], bool]
    put_blob: Callable[[str, bytes], None] = _ignore_blob
    earlier: Sequence[Event] = ()

    def begin(self, stamp: RunStamp) -> RunStamp:
        """Begin the job, or go on with an earlier try; return the stamp of the run.

        Every job calls it once, before it tells of a row or a problem.
        """
        run, since = _last_start(self.earlier)
        if run and stamp.continues(run):
            self.earlier = since
            return run
        self.earlier = ()
        self.emit(Started(run=stamp))
        return stamp

    def stored(self, kind: type[AnyRow]) -> list[AnyRow]:
        """Return the rows of one kind that earlier tries have stored, in their order."""
        rows = [event.row for event in self.earlier if isinstance(event, RowReady)]
        return [row for row in rows if isinstance(row, kind)]

    def progress(
        self, stage: str, done: int, of: int, message: str = "", estimate: str = ""
    ) -> None:
        """Say how far a stage is.

        :raises CancelledError: if the user has asked to stop.
        """
        self.check_cancelled()
        self.emit(Progress(stage=stage, done=done, of=of, message=message, estimate=estimate))

    def row(self, row: Row) -> None:
        """Hand over a finished row."""
        self.emit(RowReady(row=row))

    def problem(self, error: BonsaiError) -> Problem:
        """Report a failed row, unless an earlier try has; return it in wire form."""
        event = RowFailed(problem=Problem.from_error(error))
        if event not in self.earlier:
            self.emit(event)
        return event.problem

    def check_cancelled(self) -> None:
        """Stop here if the user has asked to.

        :raises CancelledError: if so.
        """
        if self.cancelled():
            raise run_stopped("You asked to stop.")


def _last_start(events: Sequence[Event]) -> tuple[RunStamp | None, Sequence[Event]]:
    """Return the stamp that a job last began with, and what it has stored since."""
    for number in reversed(range(len(events))):
        event = events[number]
        if isinstance(event, Started):
            return event.run, events[number + 1 :]
    return None, ()


def now() -> str:
    """Return the time as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def short_hash(value: object) -> str:
    """Return 12 hexadecimal digits that stand for a JSON value."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


#: Fields of a ranking that no setting stands for.
_NO_SETTINGS = {
    "job", "protocol", "run_id", "questions", "povs", "store", "is_part", "picture_words",
}  # fmt: skip


def ranking_stamp(request: RankRequest, index_version: str, embedder: str) -> RunStamp:
    """Return the stamp of a ranking; an answer run adds its language model."""
    return RunStamp(
        run_id=request.run_id,
        time=now(),
        code_version=__version__,
        collection=request.collection,
        index_version=index_version,
        embedder=embedder,
        score_formula=score_formula(request.score),
        questions_hash=short_hash([_drop_place(question) for question in request.questions]),
        povs_hash=short_hash([_drop_place(pov) for pov in request.povs]),
        settings_hash=short_hash(request.model_dump(mode="json", exclude=_NO_SETTINGS)),
    )


def _drop_place(item: Question | PointOfView) -> object:
    fields: Wire = item
    return fields.model_dump(mode="json", exclude={"place"})
