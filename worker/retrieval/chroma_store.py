"""Collections in an embedded Chroma database."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from worker.errors import BonsaiError, CollectionError, StoreError, package_missing
from worker.retrieval.base import Embedder, Hit, StoredChunk, Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection as Handle

_SPACE = "cosine"
#: ef_search: recall@10 of 1.000 on 10,000 real vectors; Chroma's own 100 gives .989.
_CONFIGURATION: Any = {"hnsw": {"space": _SPACE, "ef_search": 400}}
_BATCH = 5000  # Chroma refuses more than 5,461 rows a call


class ChromaStore:
    """A folder of collections. One process at a time may write to it.

    :raises StoreError: if the folder cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        try:
            import chromadb  # noqa: F401
        except ImportError as error:
            raise package_missing("chromadb", "local") from error
        logging.getLogger("chromadb").setLevel(logging.ERROR)
        self._path = path
        with _translated(path):
            path.mkdir(parents=True, exist_ok=True)
            self._client = _client_of(path)

    def open(self, name: str, embedder: Embedder) -> ChromaCollection:
        """Return an existing collection.

        :raises CollectionError: if it is absent or was made with another model.
        """
        from chromadb.errors import NotFoundError

        with _translated(self._path):
            try:
                handle = self._client.get_collection(_key(name), embedding_function=None)
            except NotFoundError as error:
                raise CollectionError(
                    f"There is no index called '{name}'.",
                    f"The store {self._path} does not hold it.",
                    "Run Index first, with the same collection name and store.",
                ) from error
        _check(name, handle, embedder)
        return ChromaCollection(handle, self._path)

    def open_or_create(self, name: str, embedder: Embedder) -> ChromaCollection:
        """Return a collection, made empty if it was not there.

        :raises CollectionError: if it was made with another model.
        """
        with _translated(self._path):
            handle = self._client.get_or_create_collection(
                _key(name),
                metadata={"name": name, "version": "", **_identity(embedder)},
                configuration=_CONFIGURATION,
                embedding_function=None,
            )
        _check(name, handle, embedder)
        return ChromaCollection(handle, self._path)


def _client_of(path: Path) -> ClientAPI:
    from chromadb import PersistentClient
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    try:
        return PersistentClient(str(path), settings=Settings(anonymized_telemetry=False))
    except BaseException:  # Chroma would give what it has half opened to whoever tries again
        SharedSystemClient.clear_system_cache()
        raise


class ChromaCollection:
    """One collection; see `worker.retrieval.base.Collection` for what each method promises.

    :raises StoreError: from every method, if the store cannot be read or written any more.
    """

    def __init__(self, handle: Handle, path: Path) -> None:
        self._handle = handle
        self._path = path

    @property
    def version(self) -> str:
        """Hash of all chunk ids, or empty while an index run is under way."""
        return str((self._handle.metadata or {}).get("version", ""))

    def count(self) -> int:
        """Return how many chunks it holds."""
        with self._using() as handle:
            return handle.count()

    def upsert(self, chunks: Sequence[StoredChunk], vectors: Vectors) -> None:
        """Store chunks with their (n, dim) vectors; a known id is replaced."""
        for first in range(0, len(chunks), _BATCH):
            part = chunks[first : first + _BATCH]
            with self._using() as handle:
                handle.upsert(
                    ids=[chunk.chunk_id for chunk in part],
                    embeddings=vectors[first : first + _BATCH],
                    documents=[chunk.text for chunk in part],
                    metadatas=[_metadata(chunk) for chunk in part],
                )

    def drop(self, source: str, *, keep: str = "") -> None:
        """Remove the chunks of a source, but for those with the file hash `keep`."""
        where: Any = {"$and": [{"source": source}, {"file_hash": {"$ne": keep}}]}
        with self._using() as handle:
            handle.delete(where=where)

    def begin_changes(self) -> None:
        """Mark the version as unfinished until `finish_changes`."""
        self._set_version("")

    def finish_changes(self) -> str:
        """Compute, store and return the new version."""
        version = hashlib.sha256("\n".join(self._ids()).encode()).hexdigest()[:16]
        self._set_version(version)
        return version

    def files(self) -> dict[str, dict[str, int]]:
        """Return {source: {file hash: chunks}} of all chunks."""
        sources: dict[str, Counter[str]] = defaultdict(Counter)
        with self._using() as handle:
            metadatas = handle.get(include=["metadatas"])["metadatas"] or []
        for metadata in metadatas:
            sources[str(metadata["source"])][str(metadata["file_hash"])] += 1
        return {source: dict(counts) for source, counts in sources.items()}

    def nearest(self, queries: Vectors, k: int) -> list[list[Hit]]:
        """Return up to k hits for each of (n, dim) queries, most similar first."""
        if not len(queries) or not self.count():
            return [[] for _ in queries]
        with self._using() as handle:
            found: Any = handle.query(
                query_embeddings=queries,
                n_results=min(k, handle.count()),
                include=["documents", "metadatas", "embeddings"],
            )
        return [
            _hits(query, *row)
            for query, *row in zip(
                queries, found["ids"], found["documents"], found["metadatas"],
                found["embeddings"], strict=True,
            )
        ]  # fmt: skip

    def sample_vectors(self, size: int) -> Vectors:
        """Return the vectors of up to `size` chunks, the same ones for the same version."""
        ids = self._ids()
        if len(ids) > size:
            chosen = np.random.default_rng(0).choice(len(ids), size, replace=False)
            ids = [ids[index] for index in sorted(chosen)]
        with self._using() as handle:
            rows = handle.get(ids=ids, include=["embeddings"])
        return np.asarray(rows["embeddings"], np.float32)

    def _set_version(self, version: str) -> None:
        with self._using() as handle:
            handle.modify(metadata={**(handle.metadata or {}), "version": version})

    def _ids(self) -> list[str]:
        with self._using() as handle:
            return sorted(handle.get(include=[])["ids"])

    @contextmanager
    def _using(self) -> Iterator[Handle]:
        with _translated(self._path):
            yield self._handle


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn whatever Chroma raises into an error of ours.

    :raises StoreError: if the store cannot be read or written.
    """
    try:
        yield
    except BonsaiError:
        raise
    except Exception as error:  # Chroma raises many kinds, some from its compiled part
        raise StoreError(
            f"The store {path} cannot be read or written.",
            f"{str(error).splitlines()[0] if str(error) else type(error).__name__}.",
            "Check that the disk has room and the folder may be written, or choose another with "
            "--store.",
        ) from error


def _key(name: str) -> str:
    """Chroma takes short ASCII names only; people name collections as they like."""
    return "bonsai-" + hashlib.sha256(name.encode()).hexdigest()[:16]


def _identity(embedder: Embedder) -> dict[str, str | int]:
    return {"model": embedder.name, "revision": embedder.revision, "dim": embedder.dim}


def _check(name: str, handle: Handle, embedder: Embedder) -> None:
    stored = {key: (handle.metadata or {}).get(key) for key in _identity(embedder)}
    if stored != _identity(embedder):
        raise CollectionError(
            f"The index '{name}' was made with the embedding model "
            f"{stored['model']} ({stored['revision']}, {stored['dim']} dimensions).",
            f"Now the model is {embedder.name} ({embedder.revision}, {embedder.dim} dimensions), "
            "and vectors of two models cannot be compared.",
            "Choose the first model again, or index into a collection with another name.",
        )
    space = (handle.configuration_json.get("hnsw") or {}).get("space")
    if space != _SPACE:
        raise CollectionError(
            f"The index '{name}' measures distance as '{space}'.",
            f"BONSAI needs '{_SPACE}'; this collection was made by another program.",
            "Index into a collection with another name.",
        )


def _metadata(chunk: StoredChunk) -> dict[str, str | int]:
    metadata: dict[str, str | int] = {
        "source": chunk.source,
        "start": chunk.start,
        "file_hash": chunk.file_hash,
    }
    if chunk.page is not None:
        metadata["page"] = chunk.page
    return metadata


def _hits(
    query: Vectors,
    ids: list[str],
    texts: list[str],
    metadatas: list[dict[str, Any]],
    vectors: ArrayLike,
) -> list[Hit]:
    rows = np.asarray(vectors, np.float32)
    similarities = rows.astype(np.float64) @ query.astype(np.float64)
    hits = [
        Hit(_stored(chunk_id, text, metadata), row, float(similarity))
        for chunk_id, text, metadata, row, similarity in zip(
            ids, texts, metadatas, rows, similarities, strict=True
        )
    ]
    return sorted(hits, key=lambda hit: (-hit.similarity, hit.chunk.chunk_id))


def _stored(chunk_id: str, text: str, metadata: dict[str, Any]) -> StoredChunk:
    return StoredChunk(
        chunk_id=chunk_id,
        source=str(metadata["source"]),
        page=metadata.get("page"),
        start=int(metadata["start"]),
        text=text,
        file_hash=str(metadata["file_hash"]),
    )
