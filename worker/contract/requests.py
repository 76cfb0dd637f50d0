"""What a worker can be asked for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from worker.contract.statistics import PovStatistics
from worker.contract.wire import PROTOCOL_VERSION, AnswerMode, Retrieval, ScoreMode, Splitter, Wire


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


class ChunkFilter(Wire):
    """Which documents count; empty fields leave all in. One pattern that fits is enough."""

    files: tuple[str, ...] = ()  # like 'reports/*' or '*2024*', on the path below the folder
    types: tuple[str, ...] = ()  # like 'pdf'
    since: str = ""  # ISO date; files last changed on that day or later


class IndexRequest(Wire):
    """Read a folder of documents into a collection."""

    job: Literal["index"] = "index"
    protocol: int = PROTOCOL_VERSION
    run_id: str
    folder: str
    collection: str
    embedder: str
    store: str = ""  # empty: the worker's own
    chunk_size: int = Field(default=1000, ge=50)  # characters
    chunk_overlap: int = Field(default=60, ge=0)  # characters
    splitter: Splitter = "recursive"


class RankRequest(Wire):
    """Rank chunks of a collection for each question by how they touch the points of view."""

    job: Literal["rank"] = "rank"
    protocol: int = PROTOCOL_VERSION
    run_id: str
    collection: str
    embedder: str
    store: str = ""  # empty: the worker's own
    questions: tuple[Question, ...]
    povs: tuple[PointOfView, ...]
    score: ScoreMode = "contrast"
    top_k: int = Field(default=10, ge=1, le=1000)
    sexy_share: float = Field(default=1.0, ge=0.0, le=1.0)  # the rest goes to query similarity
    scorer: str = ""  # embedding model that scores; empty: the one that retrieves
    retrieval: Retrieval = "dense"
    reranker: str = ""  # cross-encoder that has the last word on retrieval; empty: none
    diversity: float = Field(default=0.0, ge=0.0, le=1.0)  # of what is retrieved; 0: none asked for
    only: ChunkFilter = ChunkFilter()


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
    temperature: float = Field(default=0.0, ge=0.0, le=2.0)  # 0: the likeliest token each time
    seed: int = Field(default=1, ge=0)
    repeatable: bool = False  # the same run gives the same text, at the price of speed
    one_per_pov: bool = False  # contexts with different strongest points of view come first
    gate: bool = True  # without evidence in what was retrieved, the answer is "I dont know"


class ScoreRequest(Wire):
    """Score loose texts by points of view: what a worksheet function asks for."""

    job: Literal["score"] = "score"
    protocol: int = PROTOCOL_VERSION
    run_id: str
    embedder: str
    texts: tuple[str, ...]
    povs: tuple[PointOfView, ...]
    score: ScoreMode = "contrast"
    statistics: PovStatistics | None = None  # needed by scores that look at contrast


class ChunkText(Wire):
    """A chunk on its way into an index; `file_hash` stands for one version of its whole file."""

    chunk_id: str
    source: str
    page: int | None
    start: int
    text: str
    file_hash: str
    modified: str = ""  # ISO date of the file's last change


class OpenIndexRequest(Wire):
    """Open a collection for changes, made empty if it is not there, and say what it holds."""

    job: Literal["open"] = "open"
    protocol: int = PROTOCOL_VERSION
    run_id: str
    collection: str
    embedder: str
    store: str = ""  # empty: the worker's own


class StoreChunksRequest(Wire):
    """Embed and store chunks of documents that were read elsewhere.

    The same request twice leaves the same index, and the order of requests does not matter, but
    for `finish`, which comes last.
    """

    job: Literal["store"] = "store"
    protocol: int = PROTOCOL_VERSION
    run_id: str
    collection: str
    embedder: str
    store: str = ""  # empty: the worker's own
    chunks: tuple[ChunkText, ...] = ()
    #: {source: file hash}: chunks of the source's other versions are dropped
    current: dict[str, str] = Field(default_factory=dict)
    removed: tuple[str, ...] = ()  # sources of which every chunk is dropped
    finish: bool = False  # give the collection its new version


#: What a person asks for and waits for.
RunRequest = IndexRequest | RankRequest | AnswerRequest

Request = RunRequest | ScoreRequest | OpenIndexRequest | StoreChunksRequest
JobRequest = Annotated[Request, Field(discriminator="job")]

_REQUEST: TypeAdapter[Request] = TypeAdapter(JobRequest)


def parse_request(payload: str | bytes) -> Request:
    """Return the request in a JSON payload.

    :raises pydantic.ValidationError: if it is no request of this contract.
    """
    return _REQUEST.validate_json(payload)
