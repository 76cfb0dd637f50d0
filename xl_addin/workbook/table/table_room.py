"""Room for the new shape of a table: everything that would harm other cells is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from worker.errors import WorkbookError
from xl_addin.workbook.areas import Area
from xl_addin.workbook.table.table_shape import CurrentTable, TableShape


class SheetCells(Protocol):
    """The cells of a sheet, as far as they may be in the way."""

    def merged(self, area: Area) -> Sequence[str]:
        """Return the merged ranges that meet `area`."""
        ...

    def first_content(self, area: Area, outside: Area) -> str | None:
        """Return the address of the first cell with content in `area` but not in `outside`."""
        ...


def check_room(
    sheet_name: str,
    table: CurrentTable,
    neighbours: Sequence[CurrentTable],
    sheet: SheetCells,
    shape: TableShape,
) -> None:
    """Make sure that the rewrite touches no cell that is not the table's.

    :raises WorkbookError: naming the sheet and the cell, range or table in the way.
    """
    where = f"The table {table.name} on sheet {sheet_name}"
    if table.has_totals_row:
        raise WorkbookError(
            f"{where} has a totals row.",
            "New rows would run into it.",
            "Turn it off (Table Design, Total Row) and run again.",
        )
    if not table.has_header_row:
        raise WorkbookError(
            f"{where} hides its header row.",
            "Columns are found by their headers.",
            "Turn it on (Table Design, Header Row) and run again.",
        )
    if shape.old.top <= shape.above:
        raise WorkbookError(
            f"{where} starts too high.",
            f"{shape.above} rows above its header are needed.",
            f"Insert {shape.above} rows above the table and run again.",
        )
    _check_cells(where, sheet_name, neighbours, sheet, shape)


def _check_cells(
    where: str,
    sheet_name: str,
    neighbours: Sequence[CurrentTable],
    sheet: SheetCells,
    shape: TableShape,
) -> None:
    top = shape.new.top - shape.above
    merged = sheet.merged(replace(shape.both, top=top))
    if merged:
        raise WorkbookError(
            f"{where} has merged cells: {', '.join(merged)}.",
            "A row of a table, and one right above it, must have its own cells.",
            "Unmerge them and run again.",
        )
    reach = replace(shape.new, top=top)
    blocking = next((other.name for other in neighbours if other.area.meets(reach)), None)
    if blocking:
        raise _no_room(where, f"it would run into the table {blocking}", blocking)
    cell = sheet.first_content(reach, outside=replace(shape.old, top=top))
    if cell:
        raise _no_room(where, f"it would write over cell {cell} of sheet {sheet_name}", cell)


def _no_room(where: str, why: str, blocking: str) -> WorkbookError:
    return WorkbookError(
        f"{where} has no room to grow.",
        f"To hold the new results {why}.",
        f"Move {blocking} to another place and run again.",
    )
