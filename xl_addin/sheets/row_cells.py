"""The cells of a row: each column beside the function of an item that fills it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.port import AboveRow, TableContent, Writable

Item = TypeVar("Item")

#: A column without a function is left to the user, or to whoever completes the rows.
Cell = tuple[Column, Callable[[Item], Writable] | None]
Cells = tuple[Cell[Item], ...]


def columns_of(cells: Cells[Any]) -> tuple[Column, ...]:
    """Return the columns, in their order."""
    return tuple(column for column, _ in cells)


def filled(
    table: Table, cells: Cells[Item], items: Iterable[Item], above: Sequence[AboveRow] = ()
) -> TableContent:
    """Return the content of a table that has a row for each item."""
    functions = {column.header: value for column, value in cells if value}
    rows = [{header: value(item) for header, value in functions.items()} for item in items]
    return TableContent(table, rows, columns_of(cells), above)
