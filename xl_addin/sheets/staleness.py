"""Staleness: which results in a workbook were made from other inputs than stand there now."""

from __future__ import annotations

from collections.abc import Mapping

from xl_addin.workbook.port import WorkbookPort

#: The output of a ranking; those of answers are called as their modes.
RANKING = "rank"


def stale_results(book: WorkbookPort) -> Mapping[tuple[str, str], list[str]]:
    """Return the reasons for each stale result, by question id and output."""
    return {}
