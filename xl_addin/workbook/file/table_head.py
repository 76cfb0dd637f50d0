"""The head of a table: its header row and the rows of cells right above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xl_addin.workbook.file.sheet_part import CellCopy, SheetPart
from xl_addin.workbook.port import AboveRow
from xl_addin.workbook.table.table_shape import TableShape


def write_head(sheet: SheetPart, shape: TableShape, above: Sequence[AboveRow]) -> None:
    """Set headers, widths and the rows above; columns that stay and are the user's are not touched.

    Column widths move with their columns.
    """
    head = range(shape.old.top - len(above), shape.old.top + 1)
    lifted, widths = _lift(sheet, shape, head)
    header_style = sheet.style(shape.old.top, shape.old.right)
    styles = {column: sheet.style(shape.old.top, column) for column in shape.old.columns}
    _clear(sheet, shape, head)
    for column, planned in shape.columns():
        source = shape.source(planned)
        if source == column:
            continue
        sheet.set_width(column, widths.get(source, planned.column.width if planned.column else 0))
        if source is None and planned.column and planned.column.hidden:
            sheet.hide_column(column)
        sheet.put(shape.old.top, column, planned.shown, styles.get(source or 0, header_style))
        for cell in lifted.get(column, ()):
            sheet.lay(cell, cell.row, column)
    for number, row in zip(head, above, strict=False):
        _write_above(sheet, shape, number, row)


def _lift(
    sheet: SheetPart, shape: TableShape, head: range
) -> tuple[dict[int, list[CellCopy]], dict[int | None, float]]:
    """Return the user's head cells by the column they move to, and widths by old column."""
    lifted: dict[int, list[CellCopy]] = {}
    widths: dict[int | None, float] = {}
    for column, planned in shape.columns():
        source = shape.source(planned)
        if source is None or source == column:
            continue
        widths[source] = sheet.width(source)
        if not planned.is_ours:
            cells = (sheet.lift(row, source) for row in head)
            lifted[column] = [cell for cell in cells if cell is not None]
    return lifted, widths


def _clear(sheet: SheetPart, shape: TableShape, head: range) -> None:
    staying = {
        c for c, planned in shape.columns() if not planned.is_ours and shape.source(planned) == c
    }
    for row, column in replace(shape.both, top=head.start, bottom=head[-1]).cells():
        if column > shape.new.right:
            sheet.remove(row, column)
        elif column not in staying and row < shape.old.top:
            sheet.empty(row, column)


def _write_above(sheet: SheetPart, shape: TableShape, number: int, row: AboveRow) -> None:
    columns = {planned.header: column for column, planned in shape.columns() if planned.is_ours}
    for header, value in row.values.items():
        if header in columns:
            column = columns[header]
            sheet.put(number, column, value, sheet.style(number, column))
