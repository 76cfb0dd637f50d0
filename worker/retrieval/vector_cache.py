"""Vectors that were computed before, found by model and text: nothing is embedded twice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from worker.retrieval.base import Embedder, Vectors
from worker.sqlite_file import SqliteFile, anew_if_damaged

_SCHEMA = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB)"

_EMBED_AT_ONCE = 64
_BYTES = np.dtype(np.float32).itemsize


class VectorCache:
    """Vectors of passages in one SQLite file, for models beside that of the index.

    A file that is damaged is made anew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def vectors(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) vectors of passages, embedding only new texts.

        :raises StoreError: if the file cannot be opened, read or written.
        """
        return anew_if_damaged(lambda: self._vectors(embedder, texts))

    def _vectors(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        keys = [_key(embedder, text) for text in texts]
        with closing(SqliteFile(self._path, "file of vectors", _SCHEMA, timeout=10)) as database:
            found = _find(database, keys, embedder.dim)
            new = {k: t for k, t in zip(keys, texts, strict=True) if k not in found}
            found |= _embed(database, embedder, new)
        return np.stack([found[key] for key in keys])


def _key(embedder: Embedder, text: str) -> bytes:
    name = f"{embedder.name}@{embedder.revision}\n{text}"
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()


def _find(database: SqliteFile, keys: Sequence[bytes], dim: int) -> dict[bytes, Vectors]:
    """Return the vectors that are known; those of another size are as good as none."""
    rows = database.select_in("SELECT key, vector FROM vectors WHERE key", keys)
    whole = (row for row in rows if isinstance(row[1], bytes) and len(row[1]) == _BYTES * dim)
    return {key: np.frombuffer(vector, np.float32) for key, vector in whole}


def _embed(database: SqliteFile, embedder: Embedder, new: dict[bytes, str]) -> dict[bytes, Vectors]:
    made: dict[bytes, Vectors] = {}
    keys = list(new)
    for first in range(0, len(keys), _EMBED_AT_ONCE):
        part = keys[first : first + _EMBED_AT_ONCE]
        vectors = np.asarray(embedder.embed_documents([new[key] for key in part]), np.float32)
        made |= zip(part, vectors, strict=True)
        with database.transaction():
            database.execute_many(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                [(key, vector.tobytes()) for key, vector in zip(part, vectors, strict=True)],
            )
    return made
