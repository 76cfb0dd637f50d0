"""The rows that a table open in Excel is to have, composed before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Table
from xl_addin.workbook.formulas import moved_text
from xl_addin.workbook.live.live_sheet import LiveCell, LiveSheet, plain_cell, ready
from xl_addin.workbook.live.pieces import Block
from xl_addin.workbook.port import KeptCell, Row, RowValue
from xl_addin.workbook.table.table_shape import CurrentTable, TableShape
from xl_addin.workbook.table.user_cells import UserCells


class LiveRows:
    """Reads the old rows when it is made; `compose` puts the new ones together.

    :raises ColumnError: if the user's cells cannot follow because a key column is missing.
    """

    def __init__(
        self, sheet: LiveSheet, table: CurrentTable, shape: TableShape, layout: Table
    ) -> None:
        self._sheet, self._shape = sheet, shape
        self._columns = {
            planned.header: self._read_column(source)
            for planned in shape.planned_columns
            if not planned.is_ours and (source := shape.source(planned))
        }
        self._fillers = {
            header: formula
            for header, cells in self._columns.items()
            if (formula := column_formula(cells))
        }
        self._user: UserCells[LiveCell] = UserCells(layout.key)
        headers = layout.as_listed(table.headers)
        for row, values in enumerate(sheet.raw(shape.old_data)):
            named = {h: plain_cell(v) for h, v in zip(headers, values, strict=True)}
            own = {header: cells[row] for header, cells in self._columns.items()}
            self._user.add(Row(shape.old_data.top + row, named), own)
        self._user.check_key(table.name, headers, self._fillers)

    def compose(self, rows: Sequence[Mapping[str, RowValue]]) -> list[tuple[Area, Block]]:
        """Return the areas to be written, each with what is to be typed into it.

        Columns of the user's in which nothing changes are left alone. As soon as one changes, the
        whole table is one block, so that no cell of theirs is parted from its row.
        """
        numbers = self._shape.new_data.rows
        kept = self._read_kept(rows)
        block = [
            self._typed_row(number, values, kept)
            for number, values in zip(numbers, rows or [{}], strict=True)
        ]
        ours = {column: planned.is_ours for column, planned in self._shape.columns()}
        stays = all(self._stays(header, block) for header in self._columns)
        spans = [(True, [*ours])] if not stays else groupby(ours, key=ours.__getitem__)
        return [self._span([*columns], block) for is_written, columns in spans if is_written]

    def lost(self) -> list[Row]:
        """Return rows that found no place among the new ones and hold something of the user's."""
        return self._user.lost(self._fillers)

    def _read_column(self, number: int) -> list[LiveCell]:
        area = replace(self._shape.old_data, left=number, right=number)
        return [line[0] for line in self._sheet.cells(area)]

    def _read_kept(self, rows: Sequence[Mapping[str, RowValue]]) -> dict[tuple[int, str], LiveCell]:
        """Return the cells of the columns in which a new row keeps one, by old row and header."""
        return {
            (cell.row, planned.header): cell
            for planned in self._shape.planned_columns
            if any(isinstance(values.get(planned.header), KeptCell) for values in rows)
            if (source := self._shape.source(planned))
            for cell in self._read_column(source)
        }

    def _typed_row(
        self,
        number: int,
        values: Mapping[str, RowValue],
        kept: Mapping[tuple[int, str], LiveCell],
    ) -> list[object]:
        own, typed = self._own_row(number, values), []
        for planned in self._shape.planned_columns:
            value = values.get(planned.header)
            if not planned.is_ours:
                typed.append(own[planned.header])
            elif isinstance(value, KeptCell):
                cell = kept.get((value.row, planned.header))
                typed.append(cell.typed(number) if cell else None)
            else:
                typed.append(ready(value))
        return typed

    def _own_row(self, number: int, values: Mapping[str, RowValue]) -> dict[str, object]:
        """Return what to type into the user's cells of a new row."""
        _, cells = self._user.take_cells(values)
        typed: dict[str, object] = {}
        for planned in self._shape.planned_columns:
            cell = cells.get(planned.header)
            if cell is not None and cell.has_content:
                typed[planned.header] = cell.typed(number)
            elif planned.header in self._fillers:
                first = self._shape.old_data.top
                filler = moved_text(self._fillers[planned.header], first, number)
                typed[planned.header] = f"={filler}"
            else:
                typed[planned.header] = None
        return typed

    def _stays(self, header: str, block: Block) -> bool:
        """Say whether a column of the user's is to hold what it holds already."""
        place = [planned.header for planned in self._shape.planned_columns].index(header)
        new = [row[place] for row in block]
        old = [cell.typed(cell.row) for cell in self._columns[header]]
        length = max(len(new), len(old))
        return _padded(new, length) == _padded(old, length)

    def _span(self, columns: Sequence[int], block: Block) -> tuple[Area, Block]:
        first, last = columns[0] - self._shape.new.left, columns[-1] - self._shape.new.left
        area = replace(self._shape.new_data, left=columns[0], right=columns[-1])
        return area, [row[first : last + 1] for row in block]


def column_formula(cells: Sequence[LiveCell]) -> str | None:
    """Return the formula, as it would stand in the first row, that fills a column down.

    Excel does not tell it, so it is the one that most cells have, and at least two.
    """
    first = cells[0].row if cells else 0
    moved = Counter(
        moved_text(cell.formula, cell.row, first) for cell in cells if cell.formula is not None
    )
    formula, count = moved.most_common(1)[0] if moved else ("", 0)
    usual = count > len(cells) / 2 and (count > 1 or "[" in formula)
    return formula if usual else None


def _padded(values: Sequence[object], length: int) -> list[object]:
    return [*values, *[None] * (length - len(values))]
