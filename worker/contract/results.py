"""What a worker gives back: whole results, and the rows they are made of."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, TypeAdapter

from worker.contract.statistics import PovStatistics
from worker.contract.wire import AnswerMode, Problem, Wire


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

    def continues(self, earlier: RunStamp) -> bool:
        """Say whether rows that an earlier try of the same run has made still hold."""
        return (self.code_version, self.index_version, self.embedder, self.llm) == (
            earlier.code_version,
            earlier.index_version,
            earlier.embedder,
            earlier.llm,
        )


class SourceReport(Wire):
    """What became of one file, or (`skipped`) of all files of a type that is not read."""

    file: str
    type: str
    chunks: int = 0
    characters: int = 0
    indexed_at: str = ""
    status: Literal["indexed", "unchanged", "failed", "removed", "skipped"]
    problem: str = ""


class IndexResult(Wire):
    """Outcome of an index job; `sources` has an entry for each file, and each type not read."""

    run: RunStamp
    sources: tuple[SourceReport, ...]
    chunks: int
    embedded: int  # chunks of files that are new or have changed
    remarks: tuple[str, ...] = ()  # what the user should know of the whole run
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


class StageSeconds(Wire):
    """Where the time went; what several questions or answers share counts in equal parts."""

    embed: float = 0.0
    retrieve: float = 0.0
    score: float = 0.0
    prompt: float = 0.0
    generate: float = 0.0

    @property
    def total(self) -> float:
        """Seconds of all stages together."""
        return self.embed + self.retrieve + self.score + self.prompt + self.generate


class QuestionRanking(Wire):
    """All ranked chunks of one question."""

    qid: str
    question: str
    rows: tuple[RankedChunk, ...]
    matrix: PovMatrix
    seconds: StageSeconds = StageSeconds()


class RankResult(Wire):
    """Outcome of a rank job; questions that failed are in `problems`."""

    run: RunStamp
    questions: tuple[QuestionRanking, ...]
    problems: tuple[Problem, ...] = ()
    statistics: PovStatistics | None = None  # of the points of view that could be read
    remarks: tuple[str, ...] = ()  # what the user should know of the whole run
    seconds: float = 0.0


class Citation(Wire):
    """The context that stood as `[number]` in a prompt; `cited` if the answer names it."""

    number: int
    chunk_id: str
    source: str
    start: int
    cited: bool = False


class Support(Wire):
    """What an answer stands on.

    `evidence` says how well what was retrieved holds the question's answer, from 0 to 1. Below
    `needed` the model is not asked, and the answer is "I dont know".
    """

    similarity: float | None = None  # highest query similarity among the contexts
    evidence: float | None = None
    needed: float | None = None
    reason: str = ""  # what the evidence lacks, if the model was not asked
    left_out: int = 0  # contexts that the prompt had no room for
    shortened: bool = False  # the only context was cut to fit
    dangling: int = 0  # citations of contexts that do not exist; they were taken out
    quotes: int = 0  # quoted spans
    quotes_found: int = 0  # of these, those that stand in a context letter by letter


class Answer(Wire):
    """One answer; `citations` are the contexts that stood in its prompt."""

    qid: str
    question: str
    mode: AnswerMode
    text: str
    citations: tuple[Citation, ...] = ()
    support: Support = Support()
    seconds: StageSeconds
    prompt_tokens: int
    reused_tokens: int = 0  # of the prompt's; computed for an earlier prompt
    tokens: int
    model: str
    problem: Problem | None = None


class AnswerResult(Wire):
    """Outcome of an answer job: the ranking it used and the answers."""

    run: RunStamp
    questions: tuple[QuestionRanking, ...]
    answers: tuple[Answer, ...]
    problems: tuple[Problem, ...] = ()
    statistics: PovStatistics | None = None  # of the points of view that could be read
    remarks: tuple[str, ...] = ()  # what the user should know of the whole run
    seconds: float = 0.0


class ScoreResult(Wire):
    """One score for each text, and the matrices behind them; contrast is empty without one."""

    scores: tuple[float, ...]
    cosine: tuple[tuple[float, ...], ...]
    contrast: tuple[tuple[float, ...], ...]


class OpenIndexResult(Wire):
    """What a collection holds, and the model that makes its vectors."""

    files: dict[str, dict[str, int]]  # {source: {file hash: chunks}}
    embedder: str  # name@revision
    max_tokens: int  # what the model reads of a chunk


class StoreChunksResult(Wire):
    """Outcome of storing chunks; the last two fields are set when it was the last request."""

    embedded: int
    #: {source: chunks that are longer than the model reads}
    unseen: dict[str, int] = Field(default_factory=dict)
    chunks: int = 0  # in the whole collection
    index_version: str = ""


#: What a person sees in the workbook.
RunResult = IndexResult | RankResult | AnswerResult

JobResult = RunResult | ScoreResult | OpenIndexResult | StoreChunksResult

_RESULTS: dict[str, TypeAdapter[JobResult]] = {
    "index": TypeAdapter(IndexResult),
    "rank": TypeAdapter(RankResult),
    "answer": TypeAdapter(AnswerResult),
    "score": TypeAdapter(ScoreResult),
    "open": TypeAdapter(OpenIndexResult),
    "store": TypeAdapter(StoreChunksResult),
}


def parse_result(job: str, payload: str | bytes) -> JobResult:
    """Return the result that a job of this name has given as JSON.

    :raises pydantic.ValidationError: if it is no result of this contract.
    """
    return _RESULTS[job].validate_json(payload)


def heatmap_blob(qid: str) -> str:
    """Return the name under which a question's heatmap (PNG) is stored."""
    return f"heatmap:{qid}"
