"""The rank job: for each question the nearest chunks, in the order the points of view give them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from worker.contract import (
    ON_COSINES,
    PointOfView,
    PovMatrix,
    PovTouch,
    Problem,
    Question,
    QuestionRanking,
    RankedChunk,
    RankRequest,
    RankResult,
    RunStamp,
    heatmap_blob,
)
from worker.errors import CollectionError, InputError, PromptTooLongError
from worker.pipeline.job_context import JobContext, ranking_stamp
from worker.pipeline.statistics_cache import StatisticsCache
from worker.retrieval.base import Collection, Embedder, Hit, Vectors
from worker.scoring.corpus_statistics import CorpusStatistics
from worker.scoring.heatmap import CONTRAST, COSINE, draw_heatmap
from worker.scoring.score_modes import PovScores, final_order, score_chunks
from worker.scoring.similarity import cosine_matrix

_TOP_POVS = 3

AnyInput = TypeVar("AnyInput", Question, PointOfView)


@dataclass(frozen=True)
class Scorer:
    """All that scoring a question's hits needs: points of view, their vectors, the backdrop."""

    request: RankRequest
    povs: tuple[PointOfView, ...]
    pov_vectors: Vectors
    statistics: CorpusStatistics

    def ranking(self, question: Question, hits: list[Hit]) -> QuestionRanking:
        """Return the hits of one question in final order, with scores and matrix."""
        weights = np.array([pov.weight for pov in self.povs])
        cosine = cosine_matrix([hit.vector for hit in hits], self.pov_vectors)
        scores = score_chunks(cosine, weights, self.statistics, self.request.score)
        similarity = np.array([hit.similarity for hit in hits])
        order = final_order(similarity, scores.sexy, self.request.sexy_share)
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
            ),
        )

    def heatmap(self, ranking: QuestionRanking) -> bytes:
        """Return the picture of a ranking: cosines, or contrast values, as the score looks at."""
        on_cosines = self.request.score in ON_COSINES
        values = ranking.matrix.cosine if on_cosines else ranking.matrix.contrast
        return draw_heatmap(
            np.array(values),
            [f"{row.rank}. {row.source} @{row.start}" for row in ranking.rows],
            [f"{pov.pov_id} {pov.text}" for pov in self.povs],
            title=f"{ranking.qid} {ranking.question}\nRAG documents against points of view",
            palette=COSINE if on_cosines else CONTRAST,
        )

    def _row(self, rank: int, index: int, hit: Hit, scores: PovScores) -> RankedChunk:
        return RankedChunk(
            chunk_id=hit.chunk.chunk_id,
            rank=rank,
            sexy=float(scores.sexy[index]),
            classic=float(scores.classic[index]),
            query_similarity=hit.similarity,
            query_rank=index + 1,
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


def rank(
    request: RankRequest,
    context: JobContext,
    stamped: Callable[[RunStamp], RunStamp] = lambda stamp: stamp,
) -> RankResult:
    """Rank the chunks of a collection for each question.

    Only questions and points of view are embedded; chunk vectors come from the store. A question
    or point of view that the model cannot read whole is reported, and the others go on.

    :param stamped: completes the stamp of a run that does more than rank.
    :raises InputError: if no question or no point of view is left.
    :raises CollectionError: if the collection is absent, empty or of another model.
    """
    started = perf_counter()
    embedder = context.runtime.embedder(request.embedder)
    collection = _open(request, embedder, context)
    stamp = context.begin(stamped(_stamp(request, collection, embedder)))
    problems: list[Problem] = []
    questions = _readable(request.questions, embedder, context, problems, "question")
    scorer = _scorer(request, embedder, collection, context, problems)
    rankings = _rank_all(scorer, questions, collection, embedder, context)
    return RankResult(
        run=stamp,
        questions=tuple(rankings),
        problems=tuple(problems),
        statistics=scorer.statistics.to_wire(),
        seconds=perf_counter() - started,
    )


def _rank_all(
    scorer: Scorer,
    questions: tuple[Question, ...],
    collection: Collection,
    embedder: Embedder,
    context: JobContext,
) -> list[QuestionRanking]:
    stored = {ranking.qid: ranking for ranking in context.stored(QuestionRanking)}
    left = [question for question in questions if question.qid not in stored]
    vectors = context.runtime.query_vectors(embedder, [question.text for question in left])
    found = iter(collection.nearest(vectors, scorer.request.top_k))
    rankings: list[QuestionRanking] = []
    for question in questions:
        context.progress("Ranking", len(rankings), len(questions), question.qid)
        ranking = stored.get(question.qid) or _rank_one(scorer, question, next(found), context)
        rankings.append(ranking)
    context.progress("Ranking", len(rankings), len(questions))
    return rankings


def _rank_one(
    scorer: Scorer, question: Question, hits: list[Hit], context: JobContext
) -> QuestionRanking:
    ranking = scorer.ranking(question, hits)
    context.put_blob(heatmap_blob(question.qid), scorer.heatmap(ranking))
    context.row(ranking)
    return ranking


def _open(request: RankRequest, embedder: Embedder, context: JobContext) -> Collection:
    collection = context.runtime.store(request.store).open(request.collection, embedder)
    if not collection.count():
        raise CollectionError(
            f"The index '{request.collection}' is empty.",
            "No document was ever indexed into it, or all were removed.",
            "Run Index first.",
        )
    return collection


def _scorer(
    request: RankRequest,
    embedder: Embedder,
    collection: Collection,
    context: JobContext,
    problems: list[Problem],
) -> Scorer:
    povs = _readable(request.povs, embedder, context, problems, "point of view")
    vectors = context.runtime.query_vectors(embedder, [pov.text for pov in povs])
    cache = StatisticsCache(context.runtime.settings.statistics, embedder, povs)
    return Scorer(request, povs, vectors, cache.of(collection, vectors))


def _readable(
    items: tuple[AnyInput, ...],
    embedder: Embedder,
    context: JobContext,
    problems: list[Problem],
    what: str,
) -> tuple[AnyInput, ...]:
    """Return the items the model can read whole; report the others."""
    counts = embedder.count_tokens([item.text for item in items]) if items else []
    for item, count in zip(items, counts, strict=True):
        if count > embedder.max_tokens:
            problems.append(context.problem(_too_long(item, what, count, embedder)))
    kept = tuple(
        item for item, count in zip(items, counts, strict=True) if count <= embedder.max_tokens
    )
    if not kept:
        raise InputError(
            f"There is no {what} to work with.",
            "None is in use, or none could be read.",
            f"Write at least one {what} into the workbook and set Use to yes.",
        )
    return kept


def _too_long(
    item: Question | PointOfView, what: str, count: int, embedder: Embedder
) -> PromptTooLongError:
    place = f" ({item.place})" if item.place else ""
    name = item.qid if isinstance(item, Question) else item.pov_id
    return PromptTooLongError(
        f"The {what} {name}{place} has {count} tokens.",
        f"The embedding model {embedder.name} reads {embedder.max_tokens}.",
        "Shorten it and run again; the other rows are done.",
    )


def _stamp(request: RankRequest, collection: Collection, embedder: Embedder) -> RunStamp:
    return ranking_stamp(request, collection.version, f"{embedder.name}@{embedder.revision}")


def _nested(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, matrix.tolist()))
