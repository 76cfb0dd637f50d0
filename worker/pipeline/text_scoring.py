"""The score job: loose texts by points of view, as worksheet functions ask for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from worker.contract import ScoreRequest, ScoreResult
from worker.errors import CollectionError, InputError
from worker.pipeline.job_context import JobContext
from worker.pipeline.statistics_cache import StatisticsCache
from worker.retrieval.base import Embedder, Vectors
from worker.scoring.score_modes import ON_COSINES, SCORE_FUNCTIONS, contrast_values
from worker.scoring.similarity import cosine_matrix

_EMBED_AT_ONCE = 64  # texts between two looks at the wish to stop


def score_texts(request: ScoreRequest, context: JobContext) -> ScoreResult:
    """Return a score for each text.

    Modes that look at contrast go by the statistics of the last ranking with the same points of
    view, so that a function and the Ranked sheet agree.

    :raises InputError: if there is no text or no point of view.
    :raises CollectionError: if contrast is asked for and nothing was ranked with these points of
        view yet.
    """
    if not request.texts or not request.povs:
        raise InputError(
            "There is nothing to score.",
            "A text and a point of view are needed.",
            "Give the function cells that hold text.",
        )
    embedder = context.runtime.embedder(request.embedder)
    folder = context.runtime.settings.statistics
    statistics = StatisticsCache(folder, embedder, request.povs).latest()
    if statistics is None and request.score not in ON_COSINES:
        raise _never_ranked()
    povs = context.runtime.query_vectors(embedder, [pov.text for pov in request.povs])
    cosine = cosine_matrix(_embed(request.texts, embedder, context), povs)
    contrast = contrast_values(cosine, statistics) if statistics else np.zeros_like(cosine)
    weights = np.array([pov.weight for pov in request.povs])
    return ScoreResult(
        scores=tuple(SCORE_FUNCTIONS[request.score](cosine, contrast, weights).tolist()),
        cosine=_nested(cosine),
        contrast=_nested(contrast) if statistics else (),
    )


def _embed(texts: Sequence[str], embedder: Embedder, context: JobContext) -> Vectors:
    parts = []
    for first in range(0, len(texts), _EMBED_AT_ONCE):
        context.progress("Scoring", first, len(texts))
        parts.append(embedder.embed_documents(texts[first : first + _EMBED_AT_ONCE]))
    return np.vstack(parts)


def _nested(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, matrix.tolist()))


def _never_ranked() -> CollectionError:
    return CollectionError(
        "These points of view have no contrast score yet.",
        "What is usual for them is learnt from the documents when they are ranked.",
        "Run Rank once with them, or ask for the score 'classic'.",
    )
