"""What a worker can be asked for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from worker.contract.wire import PROTOCOL_VERSION, AnswerMode, ScoreMode, Wire


class Question(Wire):
    """One question to rank and answer; `place` names its cell in messages."""

    qid: str
    text: str
    place: str = ""
    excluded_chunk_ids: tuple[str, ...] = ()


class PointOfView(Wire):
    """One sentence of taste. A negative weight pushes chunks that touch it down."""

    pov_id: str
    text: str
    weight: float = 1.0
    place: str = ""


class IndexRequest(Wire):
    """Read a folder of documents into a collection."""

    job: Literal["index"] = "index"
    protocol: int = PROTOCOL_VERSION
    run_id: str
    folder: str
    collection: str
    embedder: str
    store: str
    chunk_size: int = Field(default=1000, ge=50)  # characters
    chunk_overlap: int = Field(default=60, ge=0)  # characters


class RankRequest(Wire):
    """Rank chunks of a collection for each question by how they touch the points of view."""

    job: Literal["rank"] = "rank"
    protocol: int = PROTOCOL_VERSION
    run_id: str
    collection: str
    embedder: str
    store: str
    questions: tuple[Question, ...]
    povs: tuple[PointOfView, ...]
    score: ScoreMode = "contrast"
    top_k: int = Field(default=10, ge=1, le=1000)
    sexy_share: float = Field(default=1.0, ge=0.0, le=1.0)  # the rest goes to query similarity


class AnswerRequest(Wire):
    """Rank as `ranking` says, then answer each question in each mode."""

    job: Literal["answer"] = "answer"
    protocol: int = PROTOCOL_VERSION
    run_id: str
    ranking: RankRequest
    modes: tuple[AnswerMode, ...] = ("no-rag", "rag", "sexy")
    contexts: int = Field(default=3, ge=1, le=20)
    llm: str
    prompt: str = ""  # a layout's name, a template text, or empty for the model's own
    max_tokens: int = Field(default=160, ge=1)


class ScoreRequest(Wire):
    """Score loose texts by points of view: what a worksheet function asks for."""

    job: Literal["score"] = "score"
    protocol: int = PROTOCOL_VERSION
    run_id: str
    embedder: str
    texts: tuple[str, ...]
    povs: tuple[PointOfView, ...]
    score: ScoreMode = "contrast"


Request = IndexRequest | RankRequest | AnswerRequest | ScoreRequest
JobRequest = Annotated[Request, Field(discriminator="job")]

_REQUEST: TypeAdapter[Request] = TypeAdapter(JobRequest)


def parse_request(payload: str | bytes) -> Request:
    """Return the request in a JSON payload.

    :raises pydantic.ValidationError: if it is no request of this contract.
    """
    return _REQUEST.validate_json(payload)
