"""An embedder without a model, for tests and as an example: texts that share words are alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from worker.errors import SettingError
from worker.retrieval.base import Embedder, Vectors
from worker.settings import Settings

#: Bytes of a word's hash; each bit is one dimension.
_BYTES = 32

_NAME = "test:hash"
_MAX_TOKENS = 256
_WORD = re.compile(r"\w+")


class HashingEmbedder:
    """Vectors that mean nothing: sums of a direction for each word, which its hash gives.

    They are the same in every process and on every machine.
    """

    name = _NAME
    revision = "1"
    dim = 8 * _BYTES
    max_tokens = _MAX_TOKENS

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors."""
        return np.array([_vector(text) for text in texts], np.float32).reshape(-1, self.dim)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors."""
        return self.embed_documents(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many words each whole text has."""
        return [len(_WORD.findall(text)) for text in texts]


def load(name: str, settings: Settings) -> Embedder:
    """Return the one model of this kind.

    :raises SettingError: if the name is another one.
    """
    if name != _NAME:
        raise SettingError(
            f"There is no model called '{name}'.",
            f"The only one of its kind is {_NAME}.",
            "Run 'bonsai models' to see what there is, and correct the name.",
        )
    return HashingEmbedder()


def _vector(text: str) -> Vectors:
    words = _WORD.findall(text.lower())[:_MAX_TOKENS] or [""]
    total = np.array([_direction(word) for word in words]).sum(axis=0)
    unit: Vectors = total / np.linalg.norm(total)
    return unit


def _direction(word: str) -> Vectors:
    """Return (dim,) numbers, each 1 or -1."""
    digest = blake2b(word.encode(errors="surrogatepass"), digest_size=_BYTES).digest()
    bits = np.unpackbits(np.frombuffer(digest, np.uint8))
    return 2 * bits.astype(np.float32) - 1
