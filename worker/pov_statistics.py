"""Statistics of points of view: what is usual for each sentence; read without any model.

They belong to a sentence, a model and a version of a collection, not to a list of sentences: any
of them can be taken together, in any order.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from worker.contract import ON_COSINES, PovStatistics, Request, Result, ScoreMode
from worker.errors import CollectionError, StoreError
from worker.settings import Settings
from worker.sqlite_file import SqliteFile, anew_if_damaged

#: The version under which the last ranking's figures stand, whatever it ranked.
LATEST = "latest"

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS figures (key BLOB PRIMARY KEY, mean REAL NOT NULL, sd REAL NOT NULL)
"""
_LONGEST_QUOTED = 60
#: Figures that are kept, the newest: those of old versions of collections go.
_MOST_KEPT = 200_000

_log = logging.getLogger(__name__)


class Figures(NamedTuple):
    """Mean and standard deviation of the cosines of sampled chunks to one sentence."""

    mean: float
    sd: float


class KeptStatistics:
    """Figures of sentences in one SQLite file. One that is damaged is made anew.

    :raises StoreError: from every method, if the file cannot be opened, read or written.
    """

    def __init__(self, path: Path) -> None:
        self._db = anew_if_damaged(
            lambda: SqliteFile(
                path, "file of statistics", _SCHEMA, timeout=10, check_same_thread=False
            )
        )

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def find(self, model: str, version: str, povs: Iterable[str]) -> dict[str, Figures]:
        """Return the figures that are known, by sentence.

        :param version: of the collection that they were learnt from, or `LATEST`.
        """
        by_key = {_key(model, version, pov): pov for pov in povs}
        rows = anew_if_damaged(
            lambda: self._db.select_in("SELECT key, mean, sd FROM figures WHERE key", [*by_key])
        )
        return {by_key[key]: Figures(mean, sd) for key, mean, sd in rows}

    def keep(self, model: str, version: str, figures: Mapping[str, Figures]) -> None:
        """Keep figures by sentence, replacing those of the same version."""
        rows = [(_key(model, version, pov), *known) for pov, known in figures.items()]
        anew_if_damaged(lambda: self._store(rows))

    def _store(self, rows: Sequence[tuple[bytes, float, float]]) -> None:
        with self._db.transaction():
            self._db.execute_many("INSERT OR REPLACE INTO figures VALUES (?, ?, ?)", rows)
            # What is replaced gets a new row id as well.
            self._db.execute(
                "DELETE FROM figures WHERE rowid <= (SELECT max(rowid) FROM figures) - ?",
                (_MOST_KEPT,),
            )


def _key(model: str, version: str, pov: str) -> bytes:
    content = json.dumps([model, version, pov], ensure_ascii=False)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()


def gathered(figures: Mapping[str, Figures], povs: Sequence[str]) -> PovStatistics:
    """Return the statistics of these points of view, all of which are known."""
    return PovStatistics(
        mean=tuple(figures[pov].mean for pov in povs), sd=tuple(figures[pov].sd for pov in povs)
    )


def score_statistics(
    kept: KeptStatistics, embedder: str, povs: Sequence[str], mode: ScoreMode
) -> PovStatistics | None:
    """Return what a score request of this mode must carry: the latest statistics, or none.

    :raises CollectionError: if contrast is asked for and nothing was ranked yet by one of these
        points of view.
    :raises StoreError: if what is kept cannot be read.
    """
    if mode in ON_COSINES:
        return None
    known = kept.find(embedder, LATEST, povs)
    unknown = [pov for pov in dict.fromkeys(povs) if pov not in known]
    if unknown:
        raise _never_ranked(unknown, len(dict.fromkeys(povs)))
    return gathered(known, povs)


def check_statistics(mode: ScoreMode, statistics: PovStatistics | None) -> None:
    """Refuse a score that looks at contrast and has no statistics.

    :raises CollectionError: if it is one.
    """
    if statistics is None and mode not in ON_COSINES:
        raise _without_contrast("These points of view have")


def statistics_digest(statistics: PovStatistics | None) -> str:
    """Return what changes when statistics change; empty for none."""
    if statistics is None:
        return ""
    return hashlib.sha256(statistics.model_dump_json().encode()).hexdigest()[:16]


def keep_statistics(settings: Settings, request: Request, result: Result) -> None:
    """Keep the statistics of a ranking's result as the latest; other results have none.

    Every runner calls it with what came back, wherever the job ran. A result is not lost because
    its statistics cannot be kept.
    """
    learnt = request.learnt(result)
    if learnt is None:
        return
    columns = map(Figures, learnt.statistics.mean, learnt.statistics.sd)
    try:
        with closing(KeptStatistics(settings.statistics)) as kept:
            kept.keep(learnt.model, LATEST, dict(zip(learnt.povs, columns, strict=True)))
    except StoreError:
        _log.warning("Statistics cannot be kept in %s.", settings.statistics, exc_info=True)


def _never_ranked(unknown: Sequence[str], asked: int) -> CollectionError:
    if len(unknown) == asked:
        return _without_contrast("These points of view have")
    first = unknown[0][:_LONGEST_QUOTED]
    return _without_contrast(f"{len(unknown)} of {asked} points of view ('{first}' first) have")


def _without_contrast(which: str) -> CollectionError:
    return CollectionError(
        f"{which} no contrast score yet.",
        "What is usual for them is learnt from the documents when they are ranked.",
        "Run Rank once with them, or ask for the score 'classic'.",
    )
