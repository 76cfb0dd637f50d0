"""An embedder, a collection of chunks and a reranker as those who use them know them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

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


#: Fields of a file's first chunk that say how the whole file was read.
SaidOfFile = Literal["lost", "read_as"]
SAID_OF_FILES: tuple[SaidOfFile, ...] = get_args(SaidOfFile)


@dataclass(frozen=True)
class StoredChunk:
    """A chunk as a store keeps it; `file_hash` tells whether its file has changed since."""

    chunk_id: str
    source: str
    page: int | None
    start: int
    text: str
    file_hash: str
    modified: str = ""  # ISO date of the file's last change
    lost: str = ""  # on a file's first chunk: what stands in the file and not in its text
    read_as: str = ""  # on a file's first chunk: how it was understood


@dataclass(frozen=True)
class EmbeddedChunk:
    """A chunk with its (dim,) vector."""

    chunk: StoredChunk
    vector: Vectors


@dataclass(frozen=True)
class Hit(EmbeddedChunk):
    """A chunk found for a query; `similarity` is the cosine of its vector and the query's.

    `relevance` is what it is found by, on a scale of its own for each query: the similarity, or
    what keywords or a reranker make of it.
    """

    similarity: float
    relevance: float


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

    def said(self, name: SaidOfFile) -> dict[str, str]:
        """Return {source: what its first chunk says of the file}, of those that say something."""
        ...

    def sources(self) -> dict[str, str]:
        """Return {source: ISO date of the file's last change, or empty if it is not known}."""
        ...

    def nearest(
        self, queries: Vectors, k: int, sources: AbstractSet[str] | None = None
    ) -> list[list[Hit]]:
        """Return up to k hits for each of (n, dim) queries, most similar first.

        The search is approximate: a chunk that belongs among them may be left out.

        :param sources: if given, chunks of other sources do not count.
        """
        ...

    def fetch(self, chunk_ids: Sequence[str]) -> list[EmbeddedChunk]:
        """Return chunks with their vectors, in the order given; unknown ids are left out."""
        ...

    def sample(self, size: int) -> list[EmbeddedChunk]:
        """Return up to `size` chunks with their vectors, the same ones for the same version."""
        ...

    def chunks(self) -> Iterator[StoredChunk]:
        """Yield all chunks in the order of their ids."""
        ...


class Reranker(Protocol):
    """Reads question and passage together and says how well they fit."""

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return (n,) scores of passages for a question; higher fits better."""
        ...
