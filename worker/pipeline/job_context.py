"""What surrounds a running job: warm objects, events out, the wish to stop."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone

from worker import __version__
from worker.contract import (
    Event,
    PointOfView,
    Problem,
    Progress,
    Question,
    RankRequest,
    RowFailed,
    RowReady,
    RunStamp,
    Started,
    Wire,
)
from worker.errors import BonsaiError, CancelledError
from worker.runtime import Runtime


def _ignore_blob(_name: str, _data: bytes) -> None:
    """Nobody asked for pictures."""


@dataclass(frozen=True)
class JobContext:
    """Handed to every job.

    `emit` takes events, `put_blob` large results by name, and `cancelled` says whether the user
    has asked to stop.
    """

    runtime: Runtime
    emit: Callable[[Event], None]
    cancelled: Callable[[], bool]
    put_blob: Callable[[str, bytes], None] = _ignore_blob

    def started(self, run: RunStamp) -> None:
        """Say that the job has begun."""
        self.emit(Started(run=run))

    def progress(self, stage: str, done: int, of: int, message: str = "") -> None:
        """Say how far a stage is.

        :raises CancelledError: if the user has asked to stop.
        """
        self.check_cancelled()
        self.emit(Progress(stage=stage, done=done, of=of, message=message))

    def row(self, event: RowReady) -> None:
        """Hand over a finished row."""
        self.emit(event)

    def problem(self, error: BonsaiError) -> Problem:
        """Report a failed row, and return it in wire form."""
        problem = Problem.from_error(error)
        self.emit(RowFailed(problem=problem))
        return problem

    def check_cancelled(self) -> None:
        """Stop here if the user has asked to.

        :raises CancelledError: if so.
        """
        if self.cancelled():
            raise CancelledError(
                "The run was stopped.", "You asked to stop.", "Finished rows are kept."
            )


def now() -> str:
    """Return the time as ISO 8601 in UTC, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def short_hash(value: object) -> str:
    """Return 12 hexadecimal digits that stand for a JSON value."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def ranking_stamp(request: RankRequest, index_version: str, embedder: str) -> RunStamp:
    """Return the stamp of a ranking; an answer run adds its language model."""
    return RunStamp(
        run_id=request.run_id,
        time=now(),
        code_version=__version__,
        collection=request.collection,
        index_version=index_version,
        embedder=embedder,
        questions_hash=short_hash([_plain(question) for question in request.questions]),
        povs_hash=short_hash([_plain(pov) for pov in request.povs]),
        settings_hash=short_hash(
            request.model_dump(mode="json", exclude={"run_id", "questions", "povs", "store"})
        ),
    )


def _plain(item: Question | PointOfView) -> object:
    fields: Wire = item
    return fields.model_dump(mode="json", exclude={"place"})
