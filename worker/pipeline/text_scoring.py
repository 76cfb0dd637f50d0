"""The score job: loose texts by points of view, as worksheet functions ask for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from worker.contract import ScoreRequest, ScoreResult, check_weights
from worker.errors import InputError
from worker.pipeline.job_context import JobContext
from worker.pov_statistics import check_statistics
from worker.retrieval.base import Embedder, Vectors
from worker.scoring.corpus_statistics import CorpusStatistics
from worker.scoring.score_modes import Matrix, score_chunks
from worker.scoring.similarity import cosine_matrix

_EMBED_AT_ONCE = 64  # texts between two looks at the wish to stop


def score_texts(request: ScoreRequest, context: JobContext) -> ScoreResult:
    """Return a score for each text.

    Modes that look at contrast go by the statistics in the request: those of the last ranking
    with the same points of view, so that a function and the Ranked sheet agree.

    :raises InputError: if there is no text or no point of view, or none of them counts.
    :raises CollectionError: if contrast is asked for without statistics.
    """
    if not request.texts or not request.povs:
        raise InputError(
            "There is nothing to score.",
            "A text and a point of view are needed.",
            "Give the function cells that hold text.",
        )
    check_weights(request.povs)
    check_statistics(request.score, request.statistics)
    embedder = context.runtime.embedder(request.embedder)
    povs = context.runtime.query_vectors(embedder, [pov.text for pov in request.povs])
    cosine = cosine_matrix(_embed(request.texts, embedder, context), povs)
    usual = CorpusStatistics.from_wire(request.statistics) if request.statistics else None
    weights = np.array([pov.weight for pov in request.povs])
    scores = score_chunks(cosine, weights, usual, request.score)
    return ScoreResult(
        scores=tuple(scores.sexy.tolist()),
        cosine=_nested(cosine),
        contrast=_nested(scores.contrast) if usual else (),
    )


def _embed(texts: Sequence[str], embedder: Embedder, context: JobContext) -> Vectors:
    parts = []
    for first in range(0, len(texts), _EMBED_AT_ONCE):
        context.progress("Scoring", first, len(texts))
        parts.append(embedder.embed_documents(texts[first : first + _EMBED_AT_ONCE]))
    return np.vstack(parts)


def _nested(matrix: Matrix) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, matrix.tolist()))
