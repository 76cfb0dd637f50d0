"""What a worker says while it works."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from worker.contract.results import Answer, QuestionRanking, RunStamp, SourceReport
from worker.contract.wire import AnswerMode, Problem, Wire


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
    done: int
    of: int
    message: str = ""
    estimate: str = ""


class RowReady(Wire):
    """One row of the result is finished and stored."""

    kind: Literal["row"] = "row"
    row: SourceReport | QuestionRanking | Answer


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

    :raises pydantic.ValidationError: if it is no event of this contract.
    """
    return _EVENT.validate_json(payload)
