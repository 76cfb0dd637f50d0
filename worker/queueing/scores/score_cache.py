"""Scores that were computed before, kept across restarts and found by content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from worker.sqlite_file import SqliteFile, anew_if_damaged

_SCHEMA = "CREATE TABLE IF NOT EXISTS scores (key TEXT PRIMARY KEY, value TEXT NOT NULL)"


def score_keys(context: Sequence[object], texts: Iterable[str]) -> list[str]:
    """Return the key of each text's score.

    :param context: all else a score depends on: model, mode, points of view, statistics.
    """
    shared = hashlib.sha256(_bytes(json.dumps(context, ensure_ascii=False))).digest()
    return [hashlib.sha256(shared + _bytes(text)).hexdigest() for text in texts]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


class ScoreCache:
    """Values by key in one SQLite file. One that is damaged is made anew.

    :raises StoreError: from every method, if the file cannot be opened, read or written.
    """

    def __init__(self, path: Path) -> None:
        self._db = anew_if_damaged(
            lambda: SqliteFile(path, "score cache", _SCHEMA, timeout=2, check_same_thread=False)
        )

    def find(self, keys: Iterable[str]) -> dict[str, Any]:
        """Return the values that are known."""
        wanted = list(dict.fromkeys(keys))
        rows = anew_if_damaged(
            lambda: self._db.select_in("SELECT key, value FROM scores WHERE key", wanted)
        )
        found = {}
        for key, value in rows:
            with suppress(ValueError, TypeError):  # one that cannot be read is computed again
                found[key] = json.loads(value)
        return found

    def keep(self, values: Mapping[str, object]) -> None:
        """Store values, replacing those of the same keys."""
        rows = [(key, json.dumps(value)) for key, value in values.items()]
        anew_if_damaged(lambda: self._store(rows))

    def _store(self, rows: Sequence[tuple[str, str]]) -> None:
        with self._db.transaction():
            self._db.execute_many("INSERT OR REPLACE INTO scores VALUES (?, ?)", rows)
