"""The rank job on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
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
from worker.contract.pictures import check_png
from worker.contract.stamp import RunStamp
from worker.contract.translation import Translation
from worker.contract.wire import (
    USUAL_SCORE,
    Count,
    ModelName,
    Rank,
    Retrieval,
    ScoreMode,
    Wire,
    require,
    require_numbers,
)

#: The name under which the picture of all questions by points of view (PNG) is stored.
OVERVIEW_BLOB = "overview"


class PictureWords(Wire):
    """What stands over pictures, in the language of whoever reads them."""

    question: str = "RAG documents against points of view"
    overview: str = "All questions against points of view"
    cell: str = "each cell: the strongest of the question's passages"


class RankRequest(CollectionRequest, RunRequest):
    """Rank chunks of a collection for each question by how they touch the points of view."""

    job: Literal["rank"] = "rank"
    questions: tuple[Question, ...]
    povs: tuple[PointOfView, ...]
    score: ScoreMode = USUAL_SCORE
    top_k: int = Field(default=10, ge=1, le=1000)
    sexy_share: float = Field(default=1.0, ge=0.0, le=1.0)  # the rest goes to query similarity
    scoring_embedder: ModelName = ""  # empty: the one that retrieves
    retrieval: Retrieval = "hybrid"
    reranker: ModelName = ""  # cross-encoder that has the last word on retrieval; empty: none
    diversity: float = Field(default=0.0, ge=0.0, le=1.0)  # of what is retrieved; 0: none asked for
    only: ChunkFilter = ChunkFilter()
    heatmaps: int = Field(default=50, ge=0, le=1000)  # pictures are of so many first questions
    picture_words: PictureWords = PictureWords()
    translate_to: str = ""  # a language, for whoever reads the results; empty: none
    translator: ModelName = ""  # what translates, if anything does
    is_part: bool = False  # of a workbook's questions: the results of the others stay

    def told(self) -> dict[str, str]:
        """Return what a list of jobs says of it, by label."""
        counts = {"Questions": len(self.questions), "Points of view": len(self.povs)}
        return super().told() | {label: str(count) for label, count in counts.items() if count}

    def learnt(self, result: Result) -> Learnt | None:
        """Return what its result says of points of view, for worksheet functions to go by."""
        if not isinstance(result, RankResult) or not result.questions:
            return None
        matrix, texts = result.questions[0].matrix, {pov.pov_id: pov.text for pov in self.povs}
        read = [texts[pov_id] for pov_id in matrix.pov_ids]
        return Learnt(self.scoring_embedder or self.embedder, read, matrix.statistics)

    def check_question(self, qid: str, text: str) -> None:
        """See that a question was asked, in these words.

        :raises ProtocolError: if not.
        """
        require(qid in self._asked, f"the question '{qid[:80]}' was not asked")
        require(text in self._asked[qid], f"the question {qid} was asked in other words")

    @cached_property
    def _asked(self) -> Mapping[str, set[str]]:
        """What was asked under each id: looked up for every row that comes."""
        asked: dict[str, set[str]] = {}
        for question in self.questions:
            asked.setdefault(question.qid, set()).add(question.text)
        return asked

    def check_row(self, row: Row) -> None:
        """See that a ranking, or a translation, is one that was asked for, and whole.

        :raises ProtocolError: if not, saying what is wrong.
        """
        if isinstance(row, Translation):
            return require(bool(self.translate_to), "no translation was asked for")
        if not isinstance(row, QuestionRanking):
            return super().check_row(row)
        self.check_question(row.qid, row.question)
        require(len(row.rows) <= self.top_k, f"{row.qid} has more than {self.top_k} passages")
        row.check_order()
        row.matrix.check_size()
        _check_known("point of view", row.matrix.pov_ids, {pov.pov_id for pov in self.povs})
        for chunk in row.rows:
            touched = [touch.pov_id for touch in chunk.top_povs]
            _check_known("point of view", touched, set(row.matrix.pov_ids))
        require_numbers(row.model_dump())

    def check_blob(self, name: str, data: bytes) -> None:
        """See that a large result is the picture of a question, or of all, and whole.

        :raises ProtocolError: if not, saying what is wrong.
        """
        asked = {heatmap_blob(question.qid) for question in self.questions}
        if name not in asked | {OVERVIEW_BLOB}:
            return super().check_blob(name, data)
        check_png(name, data)


class PovTouch(Wire):
    """How one chunk touches one point of view; `share` is its part of the chunk's score."""

    pov_id: str
    cosine: float
    contrast: float
    share: float


class RankedChunk(Wire):
    """One chunk in final order. Ranks count from 1; `start` is a character offset.

    `relevance` is what it was found by, on a scale of its own for each question.
    """

    chunk_id: str
    rank: Rank
    sexy: float
    classic: float
    query_similarity: float
    query_rank: Rank
    relevance: float
    top_povs: tuple[PovTouch, ...]
    source: str
    page: Count | None
    start: Count
    text: str


class PovMatrix(Wire):
    """Chunks (in final order) by points of view; `statistics` say what is usual for these."""

    chunk_ids: tuple[str, ...]
    pov_ids: tuple[str, ...]
    cosine: tuple[tuple[float, ...], ...]
    contrast: tuple[tuple[float, ...], ...]
    statistics: PovStatistics

    def check_size(self) -> None:
        """See that there is one number for each chunk and point of view.

        :raises ProtocolError: if not.
        """
        check_matrix("cosines", self.cosine, len(self.chunk_ids), len(self.pov_ids))
        check_matrix("contrasts", self.contrast, len(self.chunk_ids), len(self.pov_ids))
        self.statistics.check_size(len(self.pov_ids))


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

    def check_order(self) -> None:
        """See that passages stand once each, in the order of their ranks, as in the matrix.

        :raises ProtocolError: if not.
        """
        ranks, order = [row.rank for row in self.rows], [row.query_rank for row in self.rows]
        counted = list(range(1, len(self.rows) + 1))
        require(ranks == counted, f"the ranks of {self.qid} do not count from 1")
        require(len(set(order)) == len(order), f"two passages of {self.qid} have one rank")
        chunk_ids = tuple(row.chunk_id for row in self.rows)
        _check_known("passage", chunk_ids, set(chunk_ids))
        require(self.matrix.chunk_ids == chunk_ids, f"the matrix of {self.qid} has other passages")


class RankResult(RunResult):
    """Outcome of a rank job; questions that failed are in `problems`."""

    questions: tuple[QuestionRanking, ...]
    translations: tuple[Translation, ...] = ()

    @classmethod
    def so_far(cls, run: RunStamp, rows: Sequence[Row]) -> RankResult:
        """Return what a run that ended before its time has given, out of its rows."""
        questions = tuple(row for row in rows if isinstance(row, QuestionRanking))
        translations = tuple(row for row in rows if isinstance(row, Translation))
        return cls(run=run, questions=questions, translations=translations)


RANK = JobKind("rank", RankRequest, RankResult, (QuestionRanking, Translation))
KINDS = (RANK,)


def check_matrix(what: str, matrix: Sequence[Sequence[float]], rows: int, columns: int) -> None:
    """See that a matrix has so many rows and columns.

    :raises ProtocolError: if not.
    """
    fits = len(matrix) == rows and all(len(row) == columns for row in matrix)
    require(fits, f"the {what} are not {rows} × {columns} numbers")


def _check_known(what: str, names: Sequence[str], known: set[str]) -> None:
    require(set(names) <= known, f"it names a {what} that was not asked for")
    require(len(set(names)) == len(names), f"it names a {what} twice")


def heatmap_blob(qid: str) -> str:
    """Return the name under which a question's heatmap (PNG) is stored."""
    return f"heatmap:{qid}"
