"""The rows of cells right above a table that is open in Excel."""

from __future__ import annotations

from collections.abc import Sequence

from xl_addin.workbook.areas import Area
from xl_addin.workbook.live.live_sheet import LiveSheet, ready
from xl_addin.workbook.live.pieces import Block
from xl_addin.workbook.port import AboveRow
from xl_addin.workbook.table.table_shape import TableShape


def compose_head(
    sheet: LiveSheet, shape: TableShape, above: Sequence[AboveRow]
) -> list[tuple[Area, Block]]:
    """Return the area above the header and what is to be typed into it; nothing without rows.

    What the user wrote over columns of their own moves with those columns.
    """
    if not above:
        return []
    left = shape.old.left
    area = Area(shape.old.top - len(above), left, shape.old.top - 1, shape.both.right)
    block: list[list[object]] = []
    for number, cells, row in zip(area.rows, sheet.cells(area), above, strict=True):
        typed = [cell.typed(number) for cell in cells]
        line: list[object] = [None] * len(shape.both.columns)
        for column, planned in shape.columns():
            source = shape.source(planned)
            if planned.is_ours:
                line[column - left] = ready(row.values.get(planned.header))
            elif source is not None:
                line[column - left] = typed[source - left]
        block.append(line)
    return [(area, block)]
