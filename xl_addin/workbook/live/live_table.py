"""A named table (ListObject) that is open in Excel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from worker.errors import WorkbookError
from xl_addin.workbook.areas import LAST_COLUMN, Area, common
from xl_addin.workbook.columns import NUMBER_FORMATS
from xl_addin.workbook.live.busy import patiently
from xl_addin.workbook.live.column_moves import ColumnMoves
from xl_addin.workbook.live.live_sheet import LiveSheet
from xl_addin.workbook.table.table_shape import TableShape

if TYPE_CHECKING:
    import xlwings


class LiveTable:
    """A table as it stood when this was made; `rearrange` and `resize` change it in Excel."""

    def __init__(self, table: xlwings.main.Table) -> None:
        self._table = table
        self.name = str(patiently(lambda: table.display_name))
        self.area = Area.parse(str(patiently(lambda: table.range.address)))
        self.has_header_row = bool(patiently(lambda: table.show_headers))
        self.has_totals_row = bool(patiently(lambda: table.show_totals))
        names = patiently(lambda: [column.name for column in table.columns])
        self.headers: Sequence[str] = [str(name).strip() for name in names]

    def rearrange(self, shape: TableShape, moves: ColumnMoves) -> None:
        """Take columns away and put new ones in.

        The others stay the same columns: formulas that name them, formats and dropdowns are kept.
        """
        columns = patiently(lambda: self._table.columns)
        for place in moves.gone:
            left = len(self.headers) - moves.gone.index(place)
            patiently(partial(_delete, columns, place, left))
        count = len(self.headers) - len(moves.gone)
        for place in moves.come:
            header = shape.planned_columns[place].header
            patiently(partial(_insert, columns, header, place, count))
            count += 1

    def resize(self, page: LiveSheet, area: Area) -> None:
        """Let the table have these cells, header included."""
        patiently(lambda: self._table.resize(page.range(area)))

    def show_all(self) -> None:
        """Take off the table's own filter: the rows that it hid come into sight, no others do."""
        for field in self._filtered():
            patiently(partial(self._table.autofilter.clear, field))

    def _filtered(self) -> list[int | None]:
        """Return the numbers of the columns that are filtered; None for all where it is unknown."""
        if not patiently(lambda: self._table.show_autofilter):
            return []
        try:
            criteria = patiently(lambda: self._table.autofilter.criteria)
        except NotImplementedError:
            return [None]
        return [item.field for item in criteria if item.type != "none"]


@dataclass(frozen=True)
class LiveTablePlace:
    """A table that is open in Excel, and the sheet it stands on."""

    page: LiveSheet
    table: LiveTable

    @property
    def sheet(self) -> str:
        """The name of the sheet."""
        return self.page.name


def check_neighbours(
    sheet: LiveSheet, shape: TableShape, moves: ColumnMoves, others: Sequence[LiveTable]
) -> None:
    """Make sure that Excel can insert and delete columns.

    Excel moves what stands beside a table along, but no other table and no merged cells.

    :raises WorkbookError: naming what is in the way.
    """
    if not moves:
        return
    band = replace(shape.both, right=LAST_COLUMN)
    beside = next((other.name for other in others if other.area.meets(band)), None)
    if beside:
        raise WorkbookError(
            "The columns of a table must change, and another table stands beside it.",
            f"Excel cannot move {beside} aside.",
            f"Move {beside} to another place and run again.",
        )
    used = common(replace(band, left=shape.old.right + 1), sheet.used())
    merged = sheet.merged(used) if used else []
    if merged:
        raise WorkbookError(
            "The columns of a table must change, and merged cells stand beside it.",
            f"Excel cannot move {', '.join(merged)} aside, on sheet {sheet.name}.",
            "Unmerge them and run again.",
        )


def shape_columns(sheet: LiveSheet, shape: TableShape, moves: ColumnMoves) -> None:
    """Give new columns their number format and width; widths of the others move with them."""
    widths = {
        place: sheet.width(shape.old.left + source)
        for place, source in moves.staying.items()
        if place != source
    }
    for place, width in widths.items():
        if width is not None:
            sheet.set_width(shape.new.left + place, width)
    for place in moves.come:
        planned = shape.planned_columns[place]
        column = planned.column
        if column is not None:
            number = shape.new.left + place
            area = replace(shape.old_data, left=number, right=number)
            sheet.set_format(area, NUMBER_FORMATS[column.kind], planned.is_wrapped)
            sheet.set_width(number, 0 if column.hidden else column.width)


# Excel may get busy after it did the work and before xlwings had its answer, so that a second try
# must see that nothing is left to do.


def _delete(columns: xlwings.main.TableColumns, place: int, count: int) -> None:
    if len(columns) == count:
        columns[place].delete()


def _insert(columns: xlwings.main.TableColumns, header: str, place: int, count: int) -> None:
    if len(columns) == count:
        columns.add(header, place + 1)
    elif columns[place].name != header:
        columns[place].range[0, 0].value = header
