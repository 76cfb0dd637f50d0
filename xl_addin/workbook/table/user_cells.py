"""The user's own cells of a table, on their way to the rows they belong to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from worker.errors import ColumnError
from xl_addin.workbook.port import CellValue, Formula, KeptCell, Row, RowValue

Key = tuple[str, ...]


class UserCell(Protocol):
    """A cell of the user's, as it was read off its sheet."""

    @property
    def formula(self) -> str | None:
        """Its formula without `=`, if it has one."""
        ...

    @property
    def has_content(self) -> bool:
        """Say whether anything stands in it."""
        ...


AnyCell = TypeVar("AnyCell", bound=UserCell)


def row_key(values: Mapping[str, RowValue], headers: Sequence[str]) -> Key:
    """Return what identifies a row: the text of its key cells."""
    return tuple(_text(values.get(header)) for header in headers)


def _text(value: RowValue) -> str:
    if isinstance(value, KeptCell):
        value = value.value
    text = value.text if isinstance(value, Formula) else value
    return "" if text is None else str(text).strip()


class UserCells(Generic[AnyCell]):
    """Cells by the key of their row; rows with equal keys are handed out in their old order."""

    def __init__(self, key: Sequence[str]) -> None:
        self._key = tuple(key)
        self._rows: dict[Key, list[tuple[Row, Mapping[str, AnyCell]]]] = {}

    def add(self, row: Row, cells: Mapping[str, AnyCell]) -> None:
        """Take the user's cells of one old row, by header."""
        self._rows.setdefault(row_key(row.values, self._key), []).append((row, cells))

    def take_cells(
        self, values: Mapping[str, RowValue]
    ) -> tuple[Mapping[str, CellValue], Mapping[str, AnyCell]]:
        """Return old values and the user's cells that belong to a new row; empty if none do."""
        waiting = self._rows.get(row_key(values, self._key))
        if not waiting:
            return {}, {}
        row, cells = waiting.pop(0)
        return row.values, cells

    def check_key(self, table: str, headers: Collection[str], filled_down: Collection[str]) -> None:
        """Make sure that the cells can follow their rows.

        :raises ColumnError: if a key column is missing and there is something to follow.
        """
        missing = [header for header in self._key if header not in headers]
        if missing and self.lost(filled_down):
            raise ColumnError(
                f"The table {table} has no column '{missing[0]}' any more.",
                "Without it, what you wrote in your own columns cannot follow its rows.",
                f"Put the column '{missing[0]}' back, or move your own columns to another sheet.",
            )

    def lost(self, filled_down: Collection[str]) -> list[Row]:
        """Return the rows that nobody took and that hold more than a filled-down formula."""
        left = [entry for entries in self._rows.values() for entry in entries]
        lost = []
        for row, cells in left:
            own = [header for header, cell in cells.items() if _is_own(header, cell, filled_down)]
            if own:
                shown = {header: row.values.get(header) for header in (*self._key, *own)}
                lost.append(Row(row.number, shown))
        return sorted(lost, key=lambda row: row.number)


def _is_own(header: str, cell: UserCell, filled_down: Collection[str]) -> bool:
    return cell.has_content and not (cell.formula and header in filled_down)
