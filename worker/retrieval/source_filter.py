"""The filter of a ranking: the documents of a collection that count."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch

from worker.contract import ChunkFilter


def allowed_sources(only: ChunkFilter, sources: Mapping[str, str]) -> frozenset[str]:
    """Return the sources that pass a filter.

    :param sources: {source: ISO date of its last change, or empty if that is not known}. A
        source without a date does not pass a filter by date.
    """
    return frozenset(source for source, day in sources.items() if _passes(only, source, day))


def _passes(only: ChunkFilter, source: str, day: str) -> bool:
    path = source.lower()
    kind = path.rpartition(".")[2]
    return (
        (not only.files or any(fnmatch(path, pattern.lower()) for pattern in only.files))
        and (not only.types or kind in {name.lower().lstrip(".") for name in only.types})
        and (not only.since or (day != "" and day >= only.since))
    )
