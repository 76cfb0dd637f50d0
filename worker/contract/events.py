"""Events: what a worker says while it works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Union

from pydantic import Field, TypeAdapter, ValidationError

from worker.contract.base import Request, Row
from worker.contract.kinds import KINDS
from worker.contract.stamp import RunStamp
from worker.contract.wire import AnswerMode, Count, Problem, Wire, require
from worker.errors import ProtocolError

if TYPE_CHECKING:
    AnyRow = Row
else:  # the rows of all jobs, told apart by their kind
    _ROWS = tuple(dict.fromkeys(row for kind in KINDS.values() for row in kind.rows))
    AnyRow = Annotated[Union[_ROWS], Field(discriminator="kind")]  # noqa: UP007 - made of a tuple


class Started(Wire):
    """The job has begun; a run that is stopped later still has its stamp.

    A second one whose stamp does not continue the first says that the job started afresh: rows
    and problems told before do not count any more.
    """

    kind: Literal["started"] = "started"
    run: RunStamp


class Progress(Wire):
    """`done` of `of` steps of a stage are finished.

    `estimate`, told once in a stage, says in words how long the rest will take.
    """

    kind: Literal["progress"] = "progress"
    stage: str
    done: Count
    of: Count
    message: str = ""
    estimate: str = ""


class RowReady(Wire):
    """One row of the result is finished and stored."""

    kind: Literal["row"] = "row"
    row: AnyRow


class TextReady(Wire):
    """The next piece of an answer that is being written."""

    kind: Literal["text"] = "text"
    qid: str
    mode: AnswerMode
    text: str


class RowFailed(Wire):
    """One row failed; the job goes on."""

    kind: Literal["problem"] = "problem"
    problem: Problem


Event = Annotated[
    Started | Progress | RowReady | TextReady | RowFailed, Field(discriminator="kind")
]

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def parse_event(payload: str | bytes) -> Event:
    """Return the event in a JSON payload.

    :raises ProtocolError: if it is no event of this contract.
    """
    try:
        return _EVENT.validate_json(payload)
    except ValidationError as error:
        first = error.errors()[0]
        raise ProtocolError(
            "The results of the job cannot be read.",
            f"One of them is of a kind that is not known here: {first['msg'][:200]}.",
            "Use the same version of BONSAI on both sides, and run the job again.",
        ) from error


def read_event(request: Request, payload: str | bytes) -> Event:
    """Return the event in a JSON payload; one that does not fit the request is a failed row."""
    try:
        event = parse_event(payload)
        _check(request, event)
    except ProtocolError as error:
        return RowFailed(problem=Problem.from_error(error))
    return event


def _check(request: Request, event: Event) -> None:
    if isinstance(event, RowReady):
        request.check_row(event.row)
    elif isinstance(event, TextReady):
        request.check_text(event.qid, event.mode)
    elif isinstance(event, Started):
        require(
            event.run.run_id == request.run_id, f"it belongs to the run {event.run.run_id[:80]}"
        )


def refused_blob(request: Request, name: str, data: bytes) -> RowFailed | None:
    """Return why a large result does not fit the request, as a failed row; nothing if it does."""
    try:
        request.check_blob(name, data)
    except ProtocolError as error:
        return RowFailed(problem=Problem.from_error(error))
    return None
