"""The score job on the wire: loose texts by points of view, as worksheet functions ask."""

from __future__ import annotations

from typing import Literal

from worker.contract.base import JobKind, PovStatistics, Request, Result
from worker.contract.inputs import PointOfView
from worker.contract.rank import check_matrix
from worker.contract.wire import USUAL_SCORE, ModelName, ScoreMode, require, require_numbers


class ScoreRequest(Request):
    """Score loose texts by points of view: what a worksheet function asks for."""

    job: Literal["score"] = "score"
    embedder: ModelName
    texts: tuple[str, ...]
    povs: tuple[PointOfView, ...]
    score: ScoreMode = USUAL_SCORE
    statistics: PovStatistics | None = None  # needed by scores that look at contrast

    def check_result(self, result: Result) -> None:
        """See that there is one score for each text, and a number for each point of view.

        :raises ProtocolError: if not.
        """
        if isinstance(result, ScoreResult):
            texts, povs = len(self.texts), len(self.povs)
            require(len(result.scores) == texts, f"there are not {texts} scores")
            check_matrix("cosines", result.cosine, texts, povs)
            if result.contrast:
                check_matrix("contrasts", result.contrast, texts, povs)
            require_numbers(result.model_dump())


class ScoreResult(Result):
    """One score for each text, and the matrices behind them; contrast is empty without one."""

    scores: tuple[float, ...]
    cosine: tuple[tuple[float, ...], ...]
    contrast: tuple[tuple[float, ...], ...]


SCORE = JobKind("score", ScoreRequest, ScoreResult)
KINDS = (SCORE,)
