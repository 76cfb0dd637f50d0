"""Statistics of points of view: what is usual for them, as last learnt; read without any model."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from worker.contract import ON_COSINES, PovStatistics, Request, Result, ScoreMode
from worker.errors import CollectionError
from worker.settings import Settings
from worker.small_files import replace_file

_LATEST = "latest"

_log = logging.getLogger(__name__)


def statistics_file(folder: Path, embedder: str, povs: Sequence[str], version: str) -> Path:
    """Return the file with the statistics of these points of view under a model.

    :param version: of the index they were learnt from.
    """
    content = json.dumps([embedder, *povs], ensure_ascii=False)
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return folder / f"{digest}-{version}.json"


def read_statistics(path: Path) -> PovStatistics | None:
    """Return kept statistics; a file that is absent or damaged is as good as none."""
    try:
        return PovStatistics.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def write_statistics(path: Path, statistics: PovStatistics) -> None:
    """Keep statistics in a file; whoever reads it meanwhile sees the old ones or the new ones.

    :raises OSError: if the file cannot be written.
    """
    replace_file(path, statistics.model_dump_json().encode())


def latest_statistics(folder: Path, embedder: str, povs: Sequence[str]) -> PovStatistics | None:
    """Return the statistics that the last ranking by these points of view gave, if any."""
    return read_statistics(statistics_file(folder, embedder, povs, _LATEST))


def keep_latest(
    folder: Path, embedder: str, povs: Sequence[str], statistics: PovStatistics
) -> None:
    """Keep the statistics of a ranking as the latest for its points of view.

    :raises OSError: if they cannot be written.
    """
    write_statistics(statistics_file(folder, embedder, povs, _LATEST), statistics)


def score_statistics(
    folder: Path, embedder: str, povs: Sequence[str], mode: ScoreMode
) -> PovStatistics | None:
    """Return what a score request of this mode must carry: the latest statistics, or none.

    :raises CollectionError: if contrast is asked for and nothing was ranked by these points of
        view yet.
    """
    if mode in ON_COSINES:
        return None
    statistics = latest_statistics(folder, embedder, povs)
    check_statistics(mode, statistics)
    return statistics


def check_statistics(mode: ScoreMode, statistics: PovStatistics | None) -> None:
    """Refuse a score that looks at contrast and has no statistics.

    :raises CollectionError: if it is one.
    """
    if statistics is None and mode not in ON_COSINES:
        raise CollectionError(
            "These points of view have no contrast score yet.",
            "What is usual for them is learnt from the documents when they are ranked.",
            "Run Rank once with them, or ask for the score 'classic'.",
        )


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
    try:
        keep_latest(settings.statistics, *learnt)
    except OSError:
        _log.warning("Statistics cannot be kept in %s.", settings.statistics, exc_info=True)
