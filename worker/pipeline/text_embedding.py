"""The embed job: vectors of texts for a job that runs where its files are; none is made twice."""

from __future__ import annotations

import base64

import numpy as np

from worker.contract import EmbedRequest, EmbedResult
from worker.pipeline.job_context import JobContext
from worker.retrieval.vector_cache import VectorCache

_NUMBERS = "<f4"


def embed_texts(request: EmbedRequest, context: JobContext) -> EmbedResult:
    """Return vectors of texts and of points of view; those of texts are kept by content.

    :raises SettingError: if the embedder is of no known kind.
    :raises UnavailableError: if its package or weights are not there.
    """
    embedder = context.runtime.embedder(request.embedder)
    context.check_cancelled()
    texts, views = list(request.texts), list(request.views)
    made = np.empty((0, embedder.dim), np.float32)
    if texts:
        made = VectorCache(context.runtime.settings.vectors).vectors(embedder, texts)
    seen = context.runtime.query_vectors(embedder, views)
    counts = embedder.count_tokens(texts) if texts else []
    return EmbedResult(
        embedder=f"{embedder.name}@{embedder.revision}",
        dim=embedder.dim,
        vectors=_packed(made),
        view_vectors=_packed(seen),
        cut=sum(count > embedder.max_tokens for count in counts),
    )


def _packed(vectors: np.ndarray) -> bytes:
    """Return Base64 of vectors, as the contract takes them."""
    return base64.b64encode(vectors.astype(_NUMBERS).tobytes())
