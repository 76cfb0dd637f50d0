"""What a folder of Chroma's holds, read from its database: Chroma writes as soon as it opens it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from worker.errors import StoreError
from worker.file_faults import advice_for, reason_of
from worker.retrieval.chroma_place import ChromaFolder
from worker.retrieval.chroma_store import OURS, Content

_DATABASE = "chroma.sqlite3"

_PATIENCE = 5.0  # seconds until another process has done its write

_COLLECTIONS = "SELECT id, name FROM collections WHERE name LIKE ? ORDER BY name"
_METADATA = "SELECT key, str_value FROM collection_metadata WHERE collection_id = ?"
_PASSAGES = (
    "SELECT COUNT(*) FROM embeddings JOIN segments ON segment_id = segments.id "
    "WHERE scope = 'METADATA' AND collection = ?"
)


def contents_of_folder(folder: Path) -> list[Content]:
    """Return what the collections of ours are, as `ChromaStore.contents`.

    Nothing is written; where there is no database there are none.

    :raises StoreError: if the database cannot be read.
    """
    database_file = (folder / _DATABASE).absolute()
    if not database_file.is_file():
        return []
    address = f"{database_file.as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE)) as database:
            found = database.execute(_COLLECTIONS, (f"{OURS}%",)).fetchall()
            return [_content(database, key, name) for key, name in found]
    except sqlite3.Error as error:
        raise StoreError(
            f"The store {folder} cannot be read or written.",
            reason_of(error),
            advice_for(error, ChromaFolder.advice),
        ) from error


def _content(database: sqlite3.Connection, key: str, name: str) -> Content:
    metadata = {word: value or "" for word, value in database.execute(_METADATA, (key,))}
    (passages,) = database.execute(_PASSAGES, (key,)).fetchone()
    model, version = metadata.get("model", ""), metadata.get("version", "")
    return Content(metadata.get("name", name), model, passages, version)
