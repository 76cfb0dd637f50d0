"""The scorer of hits: those of a question become ranked chunks and a matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker.contract import (
    PointOfView,
    PovMatrix,
    PovTouch,
    Question,
    QuestionRanking,
    RankedChunk,
    RankRequest,
)
from worker.retrieval.base import EmbeddedChunk, Hit, Vectors
from worker.scoring.corpus_statistics import CorpusStatistics
from worker.scoring.score_modes import PovScores, final_order, score_chunks
from worker.scoring.similarity import cosine_matrix

_TOP_POVS = 3


@dataclass(frozen=True)
class HitScorer:
    """All that scoring a question's hits needs: points of view, their vectors, the backdrop.

    `chunk_vectors` gives the (n, dim) vectors of hits under the model that scores.
    """

    request: RankRequest
    povs: tuple[PointOfView, ...]
    pov_vectors: Vectors
    statistics: CorpusStatistics
    chunk_vectors: Callable[[Sequence[EmbeddedChunk]], Vectors]

    def ranking(self, question: Question, hits: list[Hit]) -> QuestionRanking:
        """Return the hits of one question in final order, with scores and matrix."""
        weights = np.array([pov.weight for pov in self.povs])
        cosine = cosine_matrix(self.chunk_vectors(hits), self.pov_vectors)
        scores = score_chunks(cosine, weights, self.statistics, self.request.score)
        relevance = np.array([hit.relevance for hit in hits])
        order = final_order(relevance, scores.sexy, self.request.sexy_share)
        rows = [
            self._row(rank, int(index), hits[index], scores)
            for rank, index in enumerate(order, start=1)
        ]
        return QuestionRanking(
            qid=question.qid,
            question=question.text,
            rows=tuple(rows),
            matrix=PovMatrix(
                chunk_ids=tuple(row.chunk_id for row in rows),
                pov_ids=tuple(pov.pov_id for pov in self.povs),
                cosine=_nested(cosine[order]),
                contrast=_nested(scores.contrast[order]),
                statistics=self.statistics.to_wire(),
            ),
        )

    def _row(self, rank: int, index: int, hit: Hit, scores: PovScores) -> RankedChunk:
        return RankedChunk(
            chunk_id=hit.chunk.chunk_id,
            rank=rank,
            sexy=float(scores.sexy[index]),
            classic=float(scores.classic[index]),
            query_similarity=hit.similarity,
            query_rank=index + 1,
            relevance=hit.relevance,
            top_povs=self._top_povs(index, scores),
            source=hit.chunk.source,
            page=hit.chunk.page,
            start=hit.chunk.start,
            text=hit.chunk.text,
        )

    def _top_povs(self, index: int, scores: PovScores) -> tuple[PovTouch, ...]:
        shares = scores.shares[index]
        strongest = np.argsort(-shares, kind="stable")[:_TOP_POVS]
        return tuple(
            PovTouch(
                pov_id=self.povs[pov].pov_id,
                cosine=float(scores.cosine[index, pov]),
                contrast=float(scores.contrast[index, pov]),
                share=float(shares[pov]),
            )
            for pov in strongest
            if shares[pov] > 0
        )


def _nested(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, matrix.tolist()))
