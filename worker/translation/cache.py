"""Translations that were made before, found by text, engine and language."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from worker.errors import StoreError
from worker.sqlite_file import SqliteFile, anew_if_damaged
from worker.translation.base import Said

_SCHEMA = "CREATE TABLE IF NOT EXISTS translations (key BLOB PRIMARY KEY, text TEXT, cut INTEGER)"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TranslationCache:
    """Translations by one engine into one language, in a file that all of them share.

    A run does not fail because the file cannot be used: its translations are made again.
    """

    path: Path
    engine: str
    language: str

    def find(self, texts: Sequence[str]) -> dict[str, Said]:
        """Return the translations that are known, by their texts."""
        texts_by_key = {self._key(text): text for text in texts}
        try:
            with closing(self._file()) as file:
                rows = file.select_in(
                    "SELECT key, text, cut FROM translations WHERE key", list(texts_by_key)
                )
        except StoreError:
            _log.warning("Translations cannot be read in %s.", self.path, exc_info=True)
            return {}
        return {texts_by_key[key]: Said(text, bool(cut)) for key, text, cut in rows}

    def keep(self, text: str, said: Said) -> None:
        """Keep a translation for the next run."""
        try:
            with closing(self._file()) as file:
                file.execute(
                    "INSERT OR REPLACE INTO translations VALUES (?, ?, ?)",
                    (self._key(text), said.text, said.cut),
                )
        except StoreError:
            _log.warning("Translations cannot be kept in %s.", self.path, exc_info=True)

    def _file(self) -> SqliteFile:
        return anew_if_damaged(
            lambda: SqliteFile(self.path, "file of translations", _SCHEMA, timeout=10)
        )

    def _key(self, text: str) -> bytes:
        named = json.dumps([self.engine, self.language, text])
        return hashlib.sha256(named.encode()).digest()
