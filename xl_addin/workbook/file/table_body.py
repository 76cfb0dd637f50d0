"""The rows of a table: the run's values, and the user's own cells beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from xl_addin.workbook.cells import LINE_HEIGHT, looks_like_formula, row_height, writable_value
from xl_addin.workbook.columns import NUMBER_FORMATS
from xl_addin.workbook.file.sheet_part import CellCopy, SheetPart
from xl_addin.workbook.file.styles_part import StylesPart
from xl_addin.workbook.file.table_part import TablePart
from xl_addin.workbook.port import Formula, KeptCell, Row, RowValue, Writable
from xl_addin.workbook.table.column_plan import PlannedColumn
from xl_addin.workbook.table.table_shape import TableShape
from xl_addin.workbook.table.user_cells import UserCells


class TableBody:
    """Remembers the old rows when it is made; `write` replaces them.

    :raises ColumnError: if the user's cells cannot follow because a key column is missing.
    """

    def __init__(
        self,
        table: TablePart,
        sheet: SheetPart,
        styles: StylesPart,
        shape: TableShape,
        old_rows: Sequence[Row],
        key: Sequence[str],
    ) -> None:
        self._sheet, self._styles, self._shape = sheet, styles, shape
        self._old_styles = {place: sheet.style(*place) for place in sheet.places(shape.old_data)}
        self._usual = self._usual_styles()
        self._patterns = self._pattern_styles()
        self._filtered_rows = shape.old_data.rows if table.is_filtered else range(0)
        self._fillers = self._column_formulas(table)
        self._cells: UserCells[CellCopy] = UserCells(key)
        for row in old_rows:
            self._cells.add(row, self._lift(row.number))
        self._cells.check_key(table.name, shape.old_headers, self._fillers)

    def write(self, rows: Sequence[Mapping[str, RowValue]]) -> list[Row]:
        """Write the new rows and clear the old ones; return rows of the user's without a place."""
        self._kept = self._lift_kept(rows)
        self._clear()
        widths = [self._sheet.width(column) for column, _ in self._shape.columns()]
        for number, values in zip(self._shape.new_data.rows, rows or [{}], strict=True):
            self._write_row(number, values, widths)
        return self._cells.lost(self._fillers)

    # The old rows

    def _usual_styles(self) -> dict[int, int]:
        """Return the style that most cells of an old column have; one painted cell is not it."""
        first = self._shape.old_data.top
        counts = {column: Counter[int]() for column in self._shape.old.columns}
        for (_, column), style in self._old_styles.items():
            counts[column][self._styles.quoted(style, False)] += 1
        return {
            column: count.most_common(1)[0][0] if count else self._sheet.style(first, column)
            for column, count in counts.items()
        }

    def _pattern_styles(self) -> dict[str, int]:
        """Return the style of new cells by header: the usual one of the column."""
        patterns: dict[str, int] = {}
        neighbour = 0
        for planned in self._shape.planned_columns:
            source = self._shape.source(planned)
            if source is not None:
                patterns[planned.header] = self._usual[source]
            elif planned.column is not None:
                number_format = NUMBER_FORMATS[planned.column.kind]
                shaped = self._styles.shaped(neighbour, number_format, planned.is_wrapped)
                patterns[planned.header] = shaped
            if planned.is_ours:
                neighbour = patterns[planned.header]
        return patterns

    def _column_formulas(self, table: TablePart) -> dict[str, str]:
        return {
            planned.header: formula
            for planned in self._shape.planned_columns
            if not planned.is_ours and planned.source is not None
            if (formula := table.column_formula(planned.source))
        }

    def _lift(self, number: int) -> dict[str, CellCopy]:
        """Return the user's cells of a row by header."""
        return {
            planned.header: cell
            for planned in self._shape.planned_columns
            if not planned.is_ours
            if (cell := self._sheet.lift(number, self._shape.source(planned) or 0))
        }

    def _lift_kept(self, rows: Sequence[Mapping[str, RowValue]]) -> dict[tuple[int, str], CellCopy]:
        """Return the cells that new rows keep as they stand, by old row and header."""
        return {
            (value.row, planned.header): cell
            for values in rows
            for planned in self._shape.planned_columns
            if isinstance(value := values.get(planned.header), KeptCell)
            if (cell := self._sheet.lift(value.row, self._shape.source(planned) or 0))
        }

    def _clear(self) -> None:
        """Empty cells that no new row will cover; those that look as we made them go wholly."""
        for (row, column), style in self._old_styles.items():
            plain = self._styles.quoted(style, False) == self._usual[column]
            if plain or column > self._shape.new.right:
                self._sheet.remove(row, column)
            else:
                self._sheet.empty(row, column)
        for row in self._shape.both.rows[1:]:
            self._sheet.set_height(row, None)
        # Rows that something else of the user's hid stay hidden: another list's filter, an outline.
        for row in self._filtered_rows:
            self._sheet.show(row)

    # The new rows

    def _write_row(
        self, number: int, values: Mapping[str, RowValue], widths: Sequence[float]
    ) -> None:
        old_values, cells = self._cells.take_cells(values)
        texts = []
        for (column, planned), width in zip(self._shape.columns(), widths, strict=True):
            if planned.is_ours:
                value = values.get(planned.header)
                if isinstance(value, KeptCell):
                    self._lay(number, column, planned, self._kept.get((value.row, planned.header)))
                    value = value.value
                else:
                    self._put(number, column, planned, value)
            else:
                value = old_values.get(planned.header)
                self._lay(number, column, planned, cells.get(planned.header))
            if planned.is_wrapped and isinstance(value, str):
                texts.append((value, width))
        height = row_height(texts)
        self._sheet.set_height(number, height if height > LINE_HEIGHT else None)

    def _put(self, row: int, column: int, planned: PlannedColumn, value: Writable) -> None:
        source = self._shape.source(planned)
        style = self._old_styles.get((row, source or 0), self._patterns[planned.header])
        if not isinstance(value, Formula):
            value = writable_value(value)
        quoted = isinstance(value, str) and looks_like_formula(value)
        self._sheet.put(row, column, value, self._styles.quoted(style, quoted))

    def _lay(self, row: int, column: int, planned: PlannedColumn, cell: CellCopy | None) -> None:
        """Lay the user's cell down; an empty one gets the formula that fills its column."""
        if cell is not None and cell.has_content:
            self._sheet.lay(cell, row, column)
        elif planned.header in self._fillers:
            formula = Formula(f"={self._fillers[planned.header]}")
            self._sheet.put(row, column, formula, self._patterns[planned.header])
        else:
            self._sheet.put(row, column, None, self._patterns[planned.header])
