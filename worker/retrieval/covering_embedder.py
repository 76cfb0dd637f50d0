"""Text past a model's window, covered: the mean of the vectors of its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from worker.retrieval.base import Embedder, Vectors

#: What the name of an embedder ends in that covers long texts.
COVERING = "+cover"

#: No text is too long.
_NO_LIMIT = 1_000_000_000


class CoveringEmbedder:
    """Another embedder that reads texts to their end.

    A text longer than the model's window is halved, at a space near its middle if there is one,
    until every part fits. Its vector is the mean of the parts' vectors, brought to length 1.
    Shorter texts get the vectors they have anyway.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name = embedder.name + COVERING
        self.revision = embedder.revision
        self.dim = embedder.dim
        self.max_tokens = _NO_LIMIT

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors."""
        return self._covered(texts, self._embedder.embed_documents)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors."""
        return self._covered(texts, self._embedder.embed_queries)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each whole text has."""
        return self._embedder.count_tokens(texts)

    def _covered(self, texts: Sequence[str], embed: Callable[[Sequence[str]], Vectors]) -> Vectors:
        parts = self._parts(texts)
        vectors = embed([part for text in parts for part in text])
        if len(vectors) == len(texts):
            return vectors
        counts = np.array([len(text) for text in parts])
        sums = np.add.reduceat(vectors, np.cumsum(counts) - counts, axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        lengths[counts == 1] = 1  # dividing again would change the last digit
        unit: Vectors = sums / lengths
        return unit

    def _parts(self, texts: Sequence[str]) -> list[list[str]]:
        counts = self._embedder.count_tokens(texts)
        return [
            self._halved(text) if count > self._embedder.max_tokens and len(text) > 1 else [text]
            for text, count in zip(texts, counts, strict=True)
        ]

    def _halved(self, text: str) -> list[str]:
        middle = len(text) // 2
        space = text.find(" ", middle, middle + middle // 4)
        cut = space if space > 0 else middle
        return [part for half in self._parts([text[:cut], text[cut:]]) for part in half]
