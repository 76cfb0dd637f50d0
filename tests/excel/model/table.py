"""A table (ListObject) on a sheet: its columns come and go, and its neighbours move along."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from openpyxl.worksheet.table import TableColumn

from tests.excel.model.typed import Entry, Refused
from xl_addin.workbook.areas import Area

if TYPE_CHECKING:
    from tests.excel.model.sheet import ModelSheet


class SheetTable:
    """A table: `table` is openpyxl's."""

    def __init__(self, sheet: ModelSheet, table: Any) -> None:
        self.sheet, self.table = sheet, table

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.table.displayName)

    @property
    def area(self) -> Area:
        """Where it stands, with header and totals."""
        return Area.parse(self.table.ref)

    @property
    def has_headers(self) -> bool:
        """Say whether its header row shows."""
        return bool(self.table.headerRowCount != 0)

    @property
    def has_totals(self) -> bool:
        """Say whether its totals row shows."""
        return bool(self.table.totalsRowCount)

    @property
    def body(self) -> Area:
        """Its rows without header and totals."""
        area = self.area
        return Area(
            area.top + self.has_headers, area.left, area.bottom - self.has_totals, area.right
        )

    @property
    def headers(self) -> list[str]:
        """The names of its columns."""
        return [str(column.name) for column in self.table.tableColumns]

    @property
    def filtered(self) -> list[int]:
        """The numbers, counted from 1, of the columns that a filter is set on."""
        known = self.table.autoFilter.filterColumn if self.table.autoFilter else []
        return [item.colId + 1 for item in known]

    def is_header(self, row: int, column: int) -> bool:
        """Say whether a cell holds the name of one of its columns."""
        return self.has_headers and row == self.area.top and column in self.area.columns

    def clear_filter(self, field: int | None = None) -> None:
        """Take the filter off a column, counted from 1, or off all; show what it hid."""
        self.sheet.allow_change()
        kept = [
            item
            for item in self.table.autoFilter.filterColumn
            if field is not None and item.colId != field - 1
        ]
        if self.filtered and not kept:
            self.sheet.hide_rows(self.body.rows, hidden=False)
        self.table.autoFilter.filterColumn = kept

    def resize(self, area: Area) -> None:
        """Let it have these cells; none is moved.

        :raises Refused: if the header would leave its row, no row of data be left, the two not
            overlap, or another table be in the way.
        """
        self.sheet.allow_change()
        old = self.area
        if area.top != old.top or not area.meets(old) or area.bottom <= area.top:
            raise Refused(
                "The headers must remain in the same row, and the resulting table range must "
                "overlap the original table range."
            )
        others = [other for other in self.sheet.tables() if other.name != self.name]
        if any(other.area.meets(area) for other in others):
            raise Refused("A table can't overlap another table.")
        if (area.left, area.right) != (old.left, old.right):
            raise Refused("The stand-in for Excel resizes rows alone: columns come one by one.")
        self._stand_at(area)

    def add_column(self, position: int) -> str:
        """Insert a column before a place counted from 1, and return its name.

        What stands right of the table in its rows moves along. The new column looks like the one
        left of it.
        """
        area = self.area
        left = area.left + position - 1
        if not 1 <= position <= len(self.headers) + 1:
            raise Refused("Subscript out of range")
        self.sheet.shift(area.top, area.bottom, left, 1, self.name)
        name = self._free_name()
        used = max(int(column.id) for column in self.table.tableColumns)
        self.table.tableColumns.insert(position - 1, TableColumn(id=used + 1, name=name))
        self._move_filter(position - 1, 1)
        self._stand_at(Area(area.top, area.left, area.bottom, area.right + 1))
        for row in area.rows:
            pattern = self.sheet.cells.cell(row, max(area.left, left - 1))
            self.sheet.cells.cell(row, left)._style = copy(pattern._style)
        if self.has_headers:
            self.sheet.cells.cell(area.top, left).value = name
        return name

    def delete_column(self, position: int) -> None:
        """Take a column away, counted from 1; what stands right of it in its rows moves along."""
        area = self.area
        if len(self.headers) == 1:
            raise Refused("The stand-in for Excel keeps the last column of a table.")
        self.sheet.shift(area.top, area.bottom, area.left + position, -1, self.name)
        del self.table.tableColumns[position - 1]
        self._move_filter(position - 1, -1)
        self._stand_at(Area(area.top, area.left, area.bottom, area.right - 1))

    def rename(self, column: int, value: object) -> Entry:
        """Give the column in a column of the sheet a name; return what stands in its header.

        A name is always text; one that is taken gets a number, and none becomes Excel's own.
        """
        number = column - self.area.left
        others = {name.casefold() for place, name in enumerate(self.headers) if place != number}
        wanted = str(value).removeprefix("'") if value not in (None, "") else self._free_name()
        name, count = wanted, 1
        while name.casefold() in others:
            count += 1
            name = f"{wanted}{count}"
        self.table.tableColumns[number].name = name
        return Entry(name)

    def _free_name(self) -> str:
        known = {name.casefold() for name in self.headers}
        number = next(n for n in range(1, len(known) + 2) if f"column{n}" not in known)
        return f"Column{number}"

    def _move_filter(self, place: int, by: int) -> None:
        """Let filters stay on their columns after one came or went."""
        if not self.table.autoFilter:
            return
        kept = [
            item for item in self.table.autoFilter.filterColumn if by > 0 or item.colId != place
        ]
        for item in kept:
            item.colId += by if item.colId >= place else 0
        self.table.autoFilter.filterColumn = kept

    def _stand_at(self, area: Area) -> None:
        self.table.ref = str(area)
        if self.table.autoFilter:
            bottom = area.bottom - self.has_totals
            self.table.autoFilter.ref = str(Area(area.top, area.left, bottom, area.right))
