"""The rank job: for each question the nearest chunks, in the order the points of view give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import perf_counter

import numpy as np

from worker.contract import (
    PointOfView,
    Problem,
    Question,
    QuestionRanking,
    RankRequest,
    RankResult,
    RunStamp,
    StageSeconds,
    check_weights,
)
from worker.language import MULTILINGUAL, any_japanese, reads_english_only
from worker.pipeline.filled_collection import filled_collection
from worker.pipeline.hit_scorer import HitScorer
from worker.pipeline.job_context import JobContext, ranking_stamp
from worker.pipeline.ranking_pictures import PictureDrawer, signs_without_font
from worker.pipeline.read_inputs import pov_vectors, readable
from worker.pipeline.retrieving import Retriever
from worker.pipeline.statistics_cache import StatisticsCache
from worker.pipeline.translating import ranked_texts, translations
from worker.retrieval.base import Collection, EmbeddedChunk, Embedder, Hit, Vectors
from worker.retrieval.taste_embedder import passages_by
from worker.retrieval.vector_cache import VectorCache
from worker.scoring.agreement import orders_as_mean


def rank(request: RankRequest, context: JobContext) -> RankResult:
    """Rank the chunks of a collection for each question, and translate what is asked for.

    :raises BonsaiError: as `rankings` does.
    """
    started = perf_counter()
    ranked = rankings(request, context)
    translated = translations(request, ranked_texts(ranked.questions), context)
    seconds = perf_counter() - started
    return ranked.model_copy(update={"translations": translated, "seconds": seconds})


def rankings(
    request: RankRequest,
    context: JobContext,
    stamped: Callable[[RunStamp], RunStamp] = lambda stamp: stamp,
) -> RankResult:
    """Rank the chunks of a collection for each question.

    Only questions and points of view are embedded; chunk vectors come from the store. A question
    or point of view that the model cannot read whole is reported, and the others go on.

    :param stamped: completes the stamp of a run that does more than rank.
    :raises InputError: if no question or no point of view is left, or none of these counts.
    :raises CollectionError: if the collection is absent, empty or of another model.
    """
    started = perf_counter()
    embedder = context.runtime.embedder(request.embedder)
    scoring = context.runtime.embedder(request.scoring_embedder or request.embedder)
    context.check_cancelled()
    collection = filled_collection(context.runtime, request.store, request.collection, embedder)
    stamp = context.begin(stamped(_stamp(request, collection, embedder, scoring)))
    problems: list[Problem] = []
    questions = readable(request.questions, embedder, context, problems, "question")
    scorer = _scorer(request, embedder, scoring, collection, context, problems)
    ranked = _rank_all(scorer, questions, collection, embedder, context)
    return RankResult(
        run=stamp,
        questions=tuple(ranked),
        problems=tuple(problems),
        remarks=tuple(_remarks(request, ranked)),
        seconds=perf_counter() - started,
    )


def _rank_all(
    scorer: HitScorer,
    questions: tuple[Question, ...],
    collection: Collection,
    embedder: Embedder,
    context: JobContext,
) -> list[QuestionRanking]:
    stored = {ranking.qid: ranking for ranking in context.stored(QuestionRanking)}
    left = [question for question in questions if question.qid not in stored]
    found = _found(left, Retriever(scorer.request, collection, context), embedder, context)
    rankings: list[QuestionRanking] = []
    with PictureDrawer(scorer.request, context) as pictures:
        for question in questions:
            context.progress("Ranking", len(rankings), len(questions), question.qid)
            ranking = stored.get(question.qid)
            if ranking is None:
                ranking = _rank_one(scorer, question, *next(found))
                context.row(ranking)
            if len(rankings) < scorer.request.heatmaps:
                pictures.draw(ranking)
            rankings.append(ranking)
        context.progress("Ranking", len(rankings), len(questions))
        if scorer.request.heatmaps:
            pictures.finish(rankings)
    return rankings


def _found(
    questions: Sequence[Question], retriever: Retriever, embedder: Embedder, context: JobContext
) -> Iterator[tuple[list[Hit], StageSeconds]]:
    """Yield the hits of each question, found in blocks: those of one block are in memory."""
    size = retriever.questions_at_once
    for first in range(0, len(questions), size):
        texts = [question.text for question in questions[first : first + size]]
        begun = perf_counter()
        vectors = context.runtime.query_vectors(embedder, texts)
        embedded = perf_counter()
        hits = retriever.hits(texts, vectors)
        shared = _shares(embedded - begun, perf_counter() - embedded, len(texts))
        yield from ((of_one, shared) for of_one in hits)


def _shares(embed: float, retrieve: float, questions: int) -> StageSeconds:
    return StageSeconds(embed=embed / questions, retrieve=retrieve / questions)


def _rank_one(
    scorer: HitScorer,
    question: Question,
    hits: list[Hit],
    shared: StageSeconds,
) -> QuestionRanking:
    started = perf_counter()
    ranking = scorer.ranking(question, hits)
    seconds = shared.model_copy(update={"score": perf_counter() - started})
    return ranking.model_copy(update={"seconds": seconds})


def _scorer(
    request: RankRequest,
    embedder: Embedder,
    scoring: Embedder,
    collection: Collection,
    context: JobContext,
    problems: list[Problem],
) -> HitScorer:
    """Return what scores; chunk vectors of another model than the index's are made once."""
    povs = readable(request.povs, scoring, context, problems, "point of view")
    check_weights(povs)
    vectors = pov_vectors(povs, scoring, context)
    cached = VectorCache(context.runtime.settings.vectors)
    reader = passages_by(scoring)

    def chunk_vectors(hits: Sequence[EmbeddedChunk]) -> Vectors:
        if reader.name == embedder.name:
            return np.stack([hit.vector for hit in hits])
        return cached.vectors(reader, [hit.chunk.text for hit in hits])

    cache = StatisticsCache(context.runtime.settings.statistics, scoring, povs)
    statistics = cache.fetch_statistics(collection, vectors, chunk_vectors)
    return HitScorer(request, povs, vectors, statistics, chunk_vectors)


def _remarks(request: RankRequest, rankings: Sequence[QuestionRanking]) -> Iterator[str]:
    cosines = [row for ranking in rankings for row in ranking.matrix.cosine]
    weights = {pov.pov_id: pov.weight for pov in request.povs}
    used = [weights[pov_id] for pov_id in rankings[0].matrix.pov_ids] if rankings else []
    if request.score == "classic" and orders_as_mean(np.array(cosines), np.array(used)):
        yield (
            "On these passages the score 'classic' orders as the mean of all cosines does: single "
            "points of view do not count. The score 'contrast' shows them."
        )
    yield from _twins(request.povs)
    if len(rankings) > request.heatmaps:
        yield (
            f"Heatmaps are drawn of the first {request.heatmaps} questions, of {len(rankings)}: "
            "see 'Heatmaps for the first' on the Settings sheet."
        )
    if boxes := signs_without_font(request, rankings[: request.heatmaps]):
        yield boxes
    texts = [question.text for question in request.questions]
    texts += [pov.text for pov in request.povs]
    texts += [row.text for ranking in rankings for row in ranking.rows]
    models = (request.embedder, request.scoring_embedder)
    if any(map(reads_english_only, models)) and any_japanese(texts):
        yield MULTILINGUAL


def _twins(povs: Sequence[PointOfView]) -> Iterator[str]:
    """Say which points of view are the same sentence."""
    alike: dict[str, list[str]] = {}
    for pov in povs:
        alike.setdefault(pov.text, []).append(pov.pov_id)
    for ids in alike.values():
        if len(ids) > 1:
            named = f"{', '.join(ids[:-1])} and {ids[-1]}"
            yield f"The points of view {named} are the same sentence: it has all their weights."


def _stamp(
    request: RankRequest, collection: Collection, embedder: Embedder, scoring: Embedder
) -> RunStamp:
    models = dict.fromkeys(f"{each.name}@{each.revision}" for each in (embedder, scoring))
    return ranking_stamp(request, collection.version, ", scored by ".join(models))
