"""What the workbook side and the worker say to each other: JSON models, nothing heavy.

One job = one request model in, events along the way, one result model out. Every model is
frozen, refuses unknown fields and survives a JSON round trip unchanged. Images and other large
things do not travel inside these models: they are blobs, named by `heatmap_blob`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from worker.errors import BonsaiError, error_class

#: Raised whenever a request or result changes its shape; a worker refuses other versions.
PROTOCOL_VERSION = 1

ScoreMode = Literal["classic", "contrast", "max", "mean", "pnorm"]
AnswerMode = Literal["no-rag", "rag", "sexy"]


class Wire(BaseModel):
    """Base of everything that travels."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Problem(Wire):
    """An error on the wire: a failed job, or one failed row of a job that goes on."""

    code: str
    what: str
    why: str
    next_step: str
    retryable: bool = False

    @classmethod
    def from_error(cls, error: BonsaiError) -> Problem:
        """Return the wire form of `error`."""
        return cls(
            code=error.code,
            what=error.what,
            why=error.why,
            next_step=error.next_step,
            retryable=error.retryable,
        )

    def to_error(self) -> BonsaiError:
        """Return an error of the class that has this code."""
        return error_class(self.code)(self.what, self.why, self.next_step)

    def __str__(self) -> str:
        """Return the three parts as one line."""
        return " ".join(part for part in (self.what, self.why, self.next_step) if part)


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


class RunStamp(Wire):
    """What a result was made from: enough to tell whether it still holds."""

    run_id: str
    time: str  # ISO 8601, UTC
    code_version: str
    collection: str
    index_version: str
    embedder: str
    llm: str = ""
    questions_hash: str = ""
    povs_hash: str = ""
    settings_hash: str = ""


class SourceReport(Wire):
    """What became of one file."""

    file: str
    type: str
    chunks: int = 0
    characters: int = 0
    indexed_at: str = ""
    status: Literal["indexed", "unchanged", "failed", "removed"]
    problem: str = ""


class IndexResult(Wire):
    """Outcome of an index job; `sources` has one entry for each file seen."""

    run: RunStamp
    sources: tuple[SourceReport, ...]
    chunks: int
    embedded: int  # chunks that needed the embedder this time
    seconds: float


class PovTouch(Wire):
    """How one chunk touches one point of view; `share` is its part of the chunk's score."""

    pov_id: str
    cosine: float
    contrast: float
    share: float


class RankedChunk(Wire):
    """One chunk in final order. Ranks count from 1; `start` is a character offset."""

    chunk_id: str
    rank: int
    sexy: float
    classic: float
    query_similarity: float
    query_rank: int
    top_povs: tuple[PovTouch, ...]
    source: str
    page: int | None
    start: int
    text: str


class PovMatrix(Wire):
    """Chunks (in final order) by points of view."""

    chunk_ids: tuple[str, ...]
    pov_ids: tuple[str, ...]
    cosine: tuple[tuple[float, ...], ...]
    contrast: tuple[tuple[float, ...], ...]


class QuestionRanking(Wire):
    """All ranked chunks of one question."""

    qid: str
    question: str
    rows: tuple[RankedChunk, ...]
    matrix: PovMatrix


class RankResult(Wire):
    """Outcome of a rank job; questions that failed are in `problems`."""

    run: RunStamp
    questions: tuple[QuestionRanking, ...]
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0


class Citation(Wire):
    """The context that stood as `[number]` in a prompt."""

    number: int
    chunk_id: str
    source: str
    start: int


class Answer(Wire):
    """One answer; `similarity` is the highest query similarity among its contexts."""

    qid: str
    question: str
    mode: AnswerMode
    text: str
    citations: tuple[Citation, ...] = ()
    similarity: float | None = None
    seconds: float
    prompt_tokens: int
    tokens: int
    model: str
    problem: Problem | None = None


class AnswerResult(Wire):
    """Outcome of an answer job: the ranking it used and the answers."""

    run: RunStamp
    questions: tuple[QuestionRanking, ...]
    answers: tuple[Answer, ...]
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0


class ScoreResult(Wire):
    """One score for each text, and the matrices behind them; contrast is empty without one."""

    scores: tuple[float, ...]
    cosine: tuple[tuple[float, ...], ...]
    contrast: tuple[tuple[float, ...], ...]


JobResult = IndexResult | RankResult | AnswerResult | ScoreResult


class Started(Wire):
    """The job has begun; a run that is stopped later still has its stamp."""

    kind: Literal["started"] = "started"
    run: RunStamp


class Progress(Wire):
    """`done` of `of` steps of a stage are finished."""

    kind: Literal["progress"] = "progress"
    stage: str
    done: int
    of: int
    message: str = ""


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

_RESULTS: dict[
    str, type[IndexResult] | type[RankResult] | type[AnswerResult] | type[ScoreResult]
] = {
    "index": IndexResult,
    "rank": RankResult,
    "answer": AnswerResult,
    "score": ScoreResult,
}
_REQUEST: TypeAdapter[Request] = TypeAdapter(JobRequest)


def parse_request(payload: str | bytes) -> Request:
    """Return the request in a JSON payload.

    :raises pydantic.ValidationError: if it is no request of this contract.
    """
    return _REQUEST.validate_json(payload)


def parse_result(job: str, payload: str | bytes) -> JobResult:
    """Return the result that a job of this name has given as JSON.

    :raises pydantic.ValidationError: if it is no result of this contract.
    """
    return _RESULTS[job].model_validate_json(payload)


def heatmap_blob(qid: str) -> str:
    """Return the name under which a question's heatmap (PNG) is stored."""
    return f"heatmap:{qid}"


def json_ready(model: Wire) -> dict[str, Any]:
    """Return `model` as plain JSON types, for programs that read `--json` files."""
    return model.model_dump(mode="json")
