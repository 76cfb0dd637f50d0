"""The retriever: from questions to passages, by vectors, with keywords, reranked, diverse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from worker.contract import ChunkFilter, RankRequest
from worker.errors import CollectionError
from worker.pipeline.job_context import JobContext
from worker.retrieval.base import Collection, EmbeddedChunk, Hit, Reranker, Vectors
from worker.retrieval.fusion import Vector, diversified, fused
from worker.retrieval.keywords import KeywordIndex
from worker.retrieval.source_filter import allowed_sources

#: Candidates of each kind for every passage asked for, where a later step chooses among them.
_POOL = 4
_LEAST_POOL = 50
#: Hits of all questions of a block together; each takes some kilobytes.
_HITS_AT_ONCE = 10_000
_QUESTIONS_AT_ONCE = 64


class Retriever:
    """Finds passages as a request asks for them.

    :raises CollectionError: if the request's filter leaves no document.
    :raises UnavailableError: if a model or package that it asks for is not there.
    """

    def __init__(self, request: RankRequest, collection: Collection, context: JobContext) -> None:
        self._request = request
        self._collection = collection
        self._sources: frozenset[str] | None = None
        if request.only != ChunkFilter():
            self._sources = allowed_sources(request.only, collection.sources())
            if not self._sources:
                raise _nothing_left(request)
        self._keywords: KeywordIndex | None = None
        if request.retrieval == "hybrid":
            context.progress("Reading keywords", 0, 1)
            self._keywords = context.runtime.keywords(collection)
            context.progress("Reading keywords", 1, 1)
        self._reranker: Reranker | None = None
        if request.reranker:
            self._reranker = context.runtime.reranker(request.reranker)

    @property
    def questions_at_once(self) -> int:
        """How many questions to ask for in one call, so that their hits fit into memory."""
        return max(1, min(_QUESTIONS_AT_ONCE, _HITS_AT_ONCE // self._pool))

    def hits(self, questions: Sequence[str], vectors: Vectors) -> list[list[Hit]]:
        """Return up to `top_k` hits for each of n questions with (n, dim) vectors, best first.

        Their `relevance` falls from place to place. Where the best are made diverse, a place keeps
        the relevance of its own, whoever stands there.
        """
        found = self._collection.nearest(vectors, self._pool, self._sources)
        return [
            self._chosen(question, vector, hits)
            for question, vector, hits in zip(questions, vectors, found, strict=True)
        ]

    @property
    def _pool(self) -> int:
        plain = not (self._keywords or self._reranker or self._request.diversity)
        return self._request.top_k if plain else max(_LEAST_POOL, _POOL * self._request.top_k)

    def _chosen(self, question: str, vector: Vectors, hits: list[Hit]) -> list[Hit]:
        relevance = _similarities(hits)
        if self._keywords:
            hits += self._keyword_hits(self._keywords, question, vector, hits)
            keyword = self._keywords.scores(question, [hit.chunk.chunk_id for hit in hits])
            relevance = fused(_similarities(hits), keyword)
        if self._reranker:
            relevance = self._reranker.scores(question, [hit.chunk.text for hit in hits])
        if not hits:
            return []
        count, diversity = self._request.top_k, self._request.diversity
        if diversity:
            order = diversified(relevance, np.stack([hit.vector for hit in hits]), count, diversity)
        else:
            order = np.argsort(-relevance, kind="stable")[:count]
        by_place = np.sort(relevance[order])[::-1]
        return [
            replace(hits[index], relevance=float(value))
            for index, value in zip(order, by_place, strict=True)
        ]

    def _keyword_hits(
        self, keywords: KeywordIndex, question: str, vector: Vectors, hits: list[Hit]
    ) -> list[Hit]:
        """Return what keywords find beyond the hits there are."""
        known = {hit.chunk.chunk_id for hit in hits}
        best = keywords.best(question, self._pool, self._sources)
        more = self._collection.fetch([chunk_id for chunk_id in best if chunk_id not in known])
        return [_hit(found, vector) for found in more]


def _hit(found: EmbeddedChunk, question: Vectors) -> Hit:
    cosine = float(found.vector.astype(np.float64) @ question.astype(np.float64))
    return Hit(found.chunk, found.vector, cosine, cosine)


def _similarities(hits: Sequence[Hit]) -> Vector:
    return np.array([hit.similarity for hit in hits], np.float64)


def _nothing_left(request: RankRequest) -> CollectionError:
    return CollectionError(
        f"No document of the index '{request.collection}' passes the filter.",
        "The settings 'Only files', 'Only types' and 'Only since' together leave none.",
        "Correct or empty them on the Settings sheet.",
    )
