"""The chunks and vectors of one index, in Chroma."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from worker.retrieval.base import (
    SAID_OF_FILES,
    EmbeddedChunk,
    Hit,
    SaidOfFile,
    StoredChunk,
    Vectors,
)
from worker.retrieval.chroma_client import ChromaClient, version_of
from worker.retrieval.chroma_place import chroma_errors

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection as Handle

_BATCH = 1000  # rows in one call, fewer where Chroma allows fewer
_NAMES = 10_000  # sources in one filter; SQLite takes 32,766 values
_WHOLE: Any = ["documents", "metadatas", "embeddings"]

T = TypeVar("T")


@dataclass
class _Source:
    """What a collection holds of one file: its date, {file hash: chunks}, how it was read."""

    modified: str = ""
    chunks: Counter[str] = field(default_factory=Counter)
    said: dict[str, str] = field(default_factory=dict)


class ChromaCollection:
    """One collection; see `worker.retrieval.base.Collection` for what each method promises.

    Vectors are those of the moment it was opened, and of what it wrote itself. While another
    process changes the index, one call of `nearest` answers all its queries from these vectors;
    chunks removed since are left out, chunks added since are not found. A call that cannot be
    answered from them is answered from all that was written up to then.

    :raises StoreError: from every method, if the store cannot be read or written any more.
    """

    def __init__(self, client: ChromaClient, handle: Handle) -> None:
        self._client = client
        self._handle = handle

    @property
    def version(self) -> str:
        """Hash of all chunk ids, or empty while an index run is under way."""
        return version_of(self._handle)

    def count(self) -> int:
        """Return how many chunks it holds."""
        return self._read(lambda handle: handle.count())

    def upsert(self, chunks: Sequence[StoredChunk], vectors: Vectors) -> None:
        """Store chunks with their (n, dim) vectors; a known id is replaced."""
        size = self._client.batch_size(_BATCH)
        for first in range(0, len(chunks), size):
            part = chunks[first : first + size]
            with self._client.writing(self._handle.name) as self._handle:
                self._handle.upsert(
                    ids=[chunk.chunk_id for chunk in part],
                    embeddings=vectors[first : first + size],
                    documents=[chunk.text for chunk in part],
                    metadatas=[_metadata(chunk) for chunk in part],
                )

    def drop(self, source: str, *, keep: str = "") -> None:
        """Remove the chunks of a source, but for those with the file hash `keep`."""
        where: Any = {"$and": [{"source": source}, {"file_hash": {"$ne": keep}}]}
        with self._client.writing(self._handle.name) as self._handle:
            self._handle.delete(where=where)

    def begin_changes(self) -> None:
        """Mark the version as unfinished until `finish_changes`."""
        with self._client.writing(self._handle.name) as self._handle:
            pass

    def finish_changes(self) -> str:
        """Compute, store and return the new version."""
        with self._client.writing(self._handle.name) as self._handle:
            version = hashlib.sha256("\n".join(_ids(self._handle)).encode()).hexdigest()[:16]
            self._client.set_version(self._handle, version)
        return version

    def files(self) -> dict[str, dict[str, int]]:
        """Return {source: {file hash: chunks}} of all chunks."""
        return {source: dict(entry.chunks) for source, entry in self._catalogue().items()}

    def sources(self) -> dict[str, str]:
        """Return {source: ISO date of the file's last change, or empty if it is not known}.

        100,000 chunks take seconds, once for each version.
        """
        return {source: entry.modified for source, entry in self._catalogue().items()}

    def said(self, name: SaidOfFile) -> dict[str, str]:
        """Return {source: what its first chunk says of the file}, of those that say something."""
        entries = self._catalogue().items()
        return {source: entry.said[name] for source, entry in entries if entry.said.get(name)}

    def nearest(
        self, queries: Vectors, k: int, sources: AbstractSet[str] | None = None
    ) -> list[list[Hit]]:
        """Return up to k hits for each of (n, dim) queries, most similar first.

        :param sources: if given, chunks of other sources do not count.
        """
        wheres: list[Any] = [None]
        if sources is not None:
            wheres = [{"source": {"$in": part}} for part in _parts(sorted(sources), _NAMES)]
        return self._read(lambda handle: _nearest(handle, queries, k, wheres))

    def fetch(self, chunk_ids: Sequence[str]) -> list[EmbeddedChunk]:
        """Return chunks with their vectors, in the order given; unknown ids are left out."""
        return self._read(lambda handle: list(_fetched(handle, chunk_ids)))

    def sample(self, size: int) -> list[EmbeddedChunk]:
        """Return up to `size` chunks, the same ones for the same version."""
        return self._read(lambda handle: list(_fetched(handle, _sampled(_ids(handle), size))))

    def chunks(self) -> Iterator[StoredChunk]:
        """Yield all chunks in the order of their ids."""
        ids = self._read(_ids)
        for part in _parts(ids, _BATCH):
            yield from self._read(partial(_texts, chunk_ids=part))

    def _catalogue(self) -> dict[str, _Source]:
        return self._client.kept(self._handle, lambda: self._read(_catalogue))

    def _read(self, work: Callable[[Handle], T]) -> T:
        """Do work; if it fails, do it once more on all that was written, while nobody writes.

        Chroma fails where the vectors it once read and the rows of another process differ.
        """
        with chroma_errors(self._client.place):
            try:
                return work(self._handle)
            except Exception:
                with self._client.alone():
                    self._handle = self._client.renewed(self._handle.name)
                    return work(self._handle)


def _nearest(handle: Handle, queries: Vectors, k: int, wheres: list[Any]) -> list[list[Hit]]:
    """Return hits over all filters of `wheres` together.

    Ids come first, then each chunk once: in one call, chunks of many queries are more values than
    SQLite takes.
    """
    found: list[list[str]] = [[] for _ in queries]
    if not len(queries) or not handle.count():
        return [[] for _ in queries]
    for where in wheres:
        for ids, more in zip(found, _nearest_ids(handle, queries, k, where), strict=True):
            ids += more
    unique = dict.fromkeys(chain.from_iterable(found))
    known = {row.chunk.chunk_id: row for row in _fetched(handle, list(unique))}
    hits = (
        _hits(query, [known[id_] for id_ in ids if id_ in known])
        for query, ids in zip(queries, found, strict=True)
    )
    return [sorted(row, key=lambda hit: (-hit.similarity, hit.chunk.chunk_id))[:k] for row in hits]


def _nearest_ids(handle: Handle, queries: Vectors, k: int, where: Any) -> list[list[str]]:  # noqa: ANN401 (Chroma's own kind)
    count = min(k, handle.count())
    return handle.query(query_embeddings=queries, n_results=count, where=where, include=[])["ids"]


def _hits(query: Vectors, found: list[EmbeddedChunk]) -> list[Hit]:
    wide = query.astype(np.float64)
    cosines = [float(row.vector.astype(np.float64) @ wide) for row in found]
    return [
        Hit(row.chunk, row.vector, cosine, cosine)
        for row, cosine in zip(found, cosines, strict=True)
    ]


def _fetched(handle: Handle, chunk_ids: Sequence[str]) -> Iterator[EmbeddedChunk]:
    for part in _parts(chunk_ids, _BATCH):
        rows: Any = handle.get(ids=part, include=_WHOLE)
        found = _embedded(rows["ids"], rows["documents"], rows["metadatas"], rows["embeddings"])
        by_id = {row.chunk.chunk_id: row for row in found}
        yield from (by_id[chunk_id] for chunk_id in part if chunk_id in by_id)


def _texts(handle: Handle, chunk_ids: list[str]) -> list[StoredChunk]:
    rows: Any = handle.get(ids=chunk_ids, include=["documents", "metadatas"])
    chunks = map(_stored, rows["ids"], rows["documents"], rows["metadatas"])
    return sorted(chunks, key=lambda chunk: chunk.chunk_id)


def _sampled(ids: list[str], size: int) -> list[str]:
    if len(ids) <= size:
        return ids
    chosen = np.random.default_rng(0).choice(len(ids), size, replace=False)
    return [ids[index] for index in sorted(chosen)]


def _parts(names: Sequence[str], size: int) -> Iterator[list[str]]:
    for first in range(0, len(names), size):
        yield list(names[first : first + size])


def _ids(handle: Handle) -> list[str]:
    return sorted(handle.get(include=[])["ids"])


def _catalogue(handle: Handle) -> dict[str, _Source]:
    catalogue: dict[str, _Source] = defaultdict(_Source)
    for part in _parts(_ids(handle), _BATCH):
        for row in handle.get(ids=part, include=["metadatas"])["metadatas"] or []:
            entry = catalogue[str(row["source"])]
            entry.modified = max(entry.modified, str(row.get("modified", "")))
            entry.chunks[str(row["file_hash"])] += 1
            entry.said |= {name: str(row[name]) for name in SAID_OF_FILES if row.get(name)}
    return catalogue


def _metadata(chunk: StoredChunk) -> dict[str, str | int | None]:
    """Return what is kept beside a chunk; Chroma drops a value for None alone, or it would stay."""
    said: dict[str, str | None] = {name: getattr(chunk, name) or None for name in SAID_OF_FILES}
    return {
        "source": chunk.source,
        "start": chunk.start,
        "page": chunk.page,
        "file_hash": chunk.file_hash,
        "modified": chunk.modified,
        **said,
    }


def _embedded(
    ids: Sequence[str],
    texts: Sequence[str],
    metadatas: Sequence[dict[str, Any]],
    vectors: ArrayLike,
) -> list[EmbeddedChunk]:
    rows = zip(ids, texts, metadatas, np.asarray(vectors, np.float32), strict=True)
    return [
        EmbeddedChunk(_stored(chunk_id, text, metadata), vector)
        for chunk_id, text, metadata, vector in rows
    ]


def _stored(chunk_id: str, text: str, metadata: dict[str, Any]) -> StoredChunk:
    return StoredChunk(
        chunk_id=chunk_id,
        source=str(metadata["source"]),
        page=metadata.get("page"),
        start=int(metadata["start"]),
        text=text,
        file_hash=str(metadata["file_hash"]),
        modified=str(metadata.get("modified", "")),
        **{name: str(metadata.get(name, "")) for name in SAID_OF_FILES},
    )
