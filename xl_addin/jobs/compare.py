"""Compare: what has changed in the results of a workbook since another state of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from worker.errors import WorkbookError
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.changes import (
    CHANGES,
    Change,
    What,
    changes_content,
    count_by_kind,
    find_changes,
)
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.columns import Table
from xl_addin.workbook.port import Row, WorkbookPort

_WORDS: Mapping[What, str] = {
    "moved": "{} moved",
    "score": "{} with another score",
    "new": "{} added",
    "dropped": "{} dropped",
}


def changes_since(then: WorkbookPort, now: WorkbookPort) -> list[Change]:
    """Return what differs between the results of two workbooks, or two states of one.

    :raises WorkbookError: if one of them has no results of BONSAI's at all.
    """
    for book in (then, now):
        if not any(book.find_table(table) for table in (RANKED, ANSWERS)):
            raise WorkbookError(
                f"'{book.name}' holds no results that could be compared.",
                f"It has neither a table {RANKED.name} nor a table {ANSWERS.name}.",
                "Name a workbook that Rank or Answer has filled.",
            )
    return find_changes(
        _rows(then, RANKED), _rows(now, RANKED), _rows(then, ANSWERS), _rows(now, ANSWERS)
    )


def write_changes(book: WorkbookPort, changes: Sequence[Change]) -> None:
    """Fill the sheet Changes.

    :raises WorkbookError: if the workbook has no such sheet, or it cannot be written.
    """
    book.write_table(changes_content(changes))


def has_place(book: WorkbookPort) -> bool:
    """Say whether a workbook has the sheet Changes; those of earlier versions have not."""
    return book.has_table(CHANGES)


def counted(changes: Sequence[Change]) -> str:
    """Say how much has changed, in one line without a full stop."""
    counts = count_by_kind(changes)
    passages = [words.format(counts[what]) for what, words in _WORDS.items() if what in counts]
    parts = [f"of the passages {', '.join(passages)}"] if passages else []
    if answers := counts.get("answer"):
        parts.append("1 other answer" if answers == 1 else f"{answers} other answers")
    return "; ".join(parts) or "nothing has changed"


def _rows(book: WorkbookPort, table: Table) -> Sequence[Row]:
    found = book.find_table(table)
    return found.rows if found else ()
