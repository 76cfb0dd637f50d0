"""The rank job on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from worker.contract.base import (
    CollectionRequest,
    JobKind,
    Learnt,
    PovStatistics,
    Result,
    Row,
    RunRequest,
    RunResult,
)
from worker.contract.inputs import ChunkFilter, PointOfView, Question
from worker.contract.stamp import RunStamp
from worker.contract.wire import USUAL_SCORE, ModelName, Retrieval, ScoreMode, Wire


class RankRequest(CollectionRequest, RunRequest):
    """Rank chunks of a collection for each question by how they touch the points of view."""

    job: Literal["rank"] = "rank"
    questions: tuple[Question, ...]
    povs: tuple[PointOfView, ...]
    score: ScoreMode = USUAL_SCORE
    top_k: int = Field(default=10, ge=1, le=1000)
    sexy_share: float = Field(default=1.0, ge=0.0, le=1.0)  # the rest goes to query similarity
    scoring_embedder: ModelName = ""  # empty: the one that retrieves
    retrieval: Retrieval = "dense"
    reranker: ModelName = ""  # cross-encoder that has the last word on retrieval; empty: none
    diversity: float = Field(default=0.0, ge=0.0, le=1.0)  # of what is retrieved; 0: none asked for
    only: ChunkFilter = ChunkFilter()

    def told(self) -> dict[str, str]:
        """Return what a list of jobs says of it, by label."""
        counts = {"Questions": len(self.questions), "Points of view": len(self.povs)}
        return super().told() | {label: str(count) for label, count in counts.items() if count}

    def learnt(self, result: Result) -> Learnt | None:
        """Return what its result says of points of view, for worksheet functions to go by."""
        if not isinstance(result, RankResult) or result.statistics is None:
            return None
        read = {pov_id for question in result.questions for pov_id in question.matrix.pov_ids}
        texts = [pov.text for pov in self.povs if pov.pov_id in read]
        return Learnt(self.scoring_embedder or self.embedder, texts, result.statistics)


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


class QuestionRanking(Row):
    """All ranked chunks of one question."""

    identity = ("qid",)

    kind: Literal["ranking"] = "ranking"
    qid: str
    question: str
    rows: tuple[RankedChunk, ...]
    matrix: PovMatrix
    seconds: StageSeconds = StageSeconds()


class RankResult(RunResult):
    """Outcome of a rank job; questions that failed are in `problems`."""

    questions: tuple[QuestionRanking, ...]
    statistics: PovStatistics | None = None  # of the points of view that could be read

    @classmethod
    def so_far(cls, run: RunStamp, rows: Sequence[Row]) -> RankResult:
        """Return what a run that ended before its time has given, out of its rows."""
        questions = tuple(row for row in rows if isinstance(row, QuestionRanking))
        return cls(run=run, questions=questions)


RANK = JobKind("rank", RankRequest, RankResult, (QuestionRanking,))
KINDS = (RANK,)


def heatmap_blob(qid: str) -> str:
    """Return the name under which a question's heatmap (PNG) is stored."""
    return f"heatmap:{qid}"
