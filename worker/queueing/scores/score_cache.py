"""Scores that were computed before, kept across restarts and found by content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from worker.sqlite_file import open_sqlite, store_errors

_SCHEMA = "CREATE TABLE IF NOT EXISTS scores (key TEXT PRIMARY KEY, value TEXT NOT NULL)"

_AT_ONCE = 500  # SQLite takes a limited number of values in one question


def score_keys(context: Sequence[object], texts: Iterable[str]) -> list[str]:
    """Return the key of each text's score.

    :param context: all else a score depends on: model, mode, points of view, statistics.
    """
    shared = hashlib.sha256(_bytes(json.dumps(context, ensure_ascii=False))).digest()
    return [hashlib.sha256(shared + _bytes(text)).hexdigest() for text in texts]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


class ScoreCache:
    """Values by key in one SQLite file.

    :raises StoreError: if the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        with store_errors(
            f"The score cache {path} cannot be opened.",
            "Delete the file; scores are computed again when they are needed.",
        ):
            self._db = open_sqlite(path, _SCHEMA, timeout=2, check_same_thread=False)

    def find(self, keys: Iterable[str]) -> dict[str, Any]:
        """Return the values that are known."""
        found: dict[str, Any] = {}
        wanted = list(dict.fromkeys(keys))
        for first in range(0, len(wanted), _AT_ONCE):
            part = wanted[first : first + _AT_ONCE]
            marks = ",".join("?" * len(part))
            rows = self._db.execute(f"SELECT key, value FROM scores WHERE key IN ({marks})", part)
            found |= {key: json.loads(value) for key, value in rows}
        return found

    def keep(self, values: Mapping[str, object]) -> None:
        """Store values, replacing those of the same keys."""
        with self._db:
            self._db.executemany(
                "INSERT OR REPLACE INTO scores VALUES (?, ?)",
                [(key, json.dumps(value)) for key, value in values.items()],
            )
