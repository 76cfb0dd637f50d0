"""SQLite files of ours: one way to open them, one way to say why they cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from worker.errors import StoreError


def open_sqlite(path: Path, schema: str, **options: Any) -> sqlite3.Connection:  # noqa: ANN401
    """Open a file that several processes may use; make it, and its tables, if need be.

    :param schema: statements that do no harm where the tables are there.
    :param options: as `sqlite3.connect` takes them.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    database: sqlite3.Connection = sqlite3.connect(path, **options)
    database.execute("PRAGMA journal_mode=WAL")
    database.executescript(schema)
    return database


@contextmanager
def store_errors(what: str, next_step: str) -> Iterator[None]:
    """Turn errors of SQLite and of the system into ours.

    :raises StoreError: with these words, and the error's own between them.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(what, f"{error}.", next_step) from error
