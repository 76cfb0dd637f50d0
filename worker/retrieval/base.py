"""What retrieval needs from an embedding model and from a vector store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors of length 1.

    A vector depends on its text alone, not on the batch it was in: vectors are kept by content.
    """

    @property
    def name(self) -> str:
        """The model's name, as in `onnx:minilm`."""
        ...

    @property
    def revision(self) -> str:
        """What tells two versions of the weights apart."""
        ...

    @property
    def dim(self) -> int:
        """Length of the vectors."""
        ...

    @property
    def max_tokens(self) -> int:
        """Tokens the model reads; what comes after them has no influence on a vector."""
        ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors of passages."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors of questions or points of view."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each whole text has."""
        ...


@dataclass(frozen=True)
class StoredChunk:
    """A chunk as a store keeps it; `file_hash` tells whether its file has changed since."""

    chunk_id: str
    source: str
    page: int | None
    start: int
    text: str
    file_hash: str


@dataclass(frozen=True)
class Hit:
    """A chunk found for a query; `similarity` is the cosine of `vector` (dim,) and the query."""

    chunk: StoredChunk
    vector: Vectors
    similarity: float


class Collection(Protocol):
    """Chunks with their vectors, all made by one model."""

    @property
    def version(self) -> str:
        """Hash of all chunk ids as of the last finished index run; empty while one is under way."""
        ...

    def count(self) -> int:
        """Return how many chunks it holds."""
        ...

    def upsert(self, chunks: Sequence[StoredChunk], vectors: Vectors) -> None:
        """Store chunks with their (n, dim) vectors; a known id is replaced."""
        ...

    def drop(self, source: str, *, keep: str = "") -> None:
        """Remove the chunks of a source, but for those with the file hash `keep`."""
        ...

    def begin_changes(self) -> None:
        """Mark the version as unfinished until `finish_changes`."""
        ...

    def finish_changes(self) -> str:
        """Compute, store and return the new version."""
        ...

    def files(self) -> dict[str, dict[str, int]]:
        """Return {source: {file hash: chunks}} of all chunks."""
        ...

    def nearest(self, queries: Vectors, k: int) -> list[list[Hit]]:
        """Return up to k hits for each of (n, dim) queries, most similar first."""
        ...

    def sample_vectors(self, size: int) -> Vectors:
        """Return the vectors of up to `size` chunks, the same ones for the same version."""
        ...
