"""One sheet of a workbook: its cells as Excel shows and takes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from copy import copy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from openpyxl.cell import MergedCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from tests.excel.model.geometry import Geometry
from tests.excel.model.pictures import ShownPicture
from tests.excel.model.references import Shift
from tests.excel.model.rules import FormatRules
from tests.excel.model.table import SheetTable
from tests.excel.model.typed import Entry, ErrorValue, Refused, Value, read_entry
from xl_addin.workbook.areas import Area

if TYPE_CHECKING:
    from tests.excel.model.book import ModelBook

PROTECTED = (
    "The cell or chart you're trying to change is on a protected sheet. "
    "To make a change, unprotect the sheet. You might be requested to enter a password."
)


class ModelSheet:
    """A sheet: `cells` is openpyxl's, `pictures` are in the order in which they were put there.

    :raises Refused: by everything that changes it, if it is protected.
    """

    def __init__(self, book: ModelBook, cells: Any, computed: Any) -> None:
        self.book, self.cells = book, cells
        self.pictures: list[ShownPicture] = []
        self.rules = FormatRules(cells)
        self.geometry = Geometry(cells)
        self._results = {
            (cell.row, cell.column): (cell.value, computed[cell.coordinate])
            for row in cells.iter_rows()
            for cell in row
            if cell.data_type == "f"
        }

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.cells.title)

    @property
    def is_protected(self) -> bool:
        """Say whether its cells may not be changed."""
        return bool(self.cells.protection.sheet)

    def allow_change(self) -> None:
        """Make sure that it may be changed."""
        if self.is_protected:
            raise Refused(PROTECTED)
        self.book.note_change()

    def used(self) -> Area:
        """Return the area that has cells at all."""
        cells = self.cells
        return Area(cells.min_row, cells.min_column, cells.max_row, cells.max_column)

    # Reading

    def value(self, row: int, column: int) -> Value:
        """Return what a cell shows, dates as such."""
        cell = self.cells.cell(row, column)
        if cell.data_type == "f":
            formula, result = self._results.get((row, column), (None, None))
            return _shown(result) if result is not None and formula == cell.value else None
        return _shown(cell)

    def formula(self, row: int, column: int) -> Value:
        """Return what stands in the formula bar: a formula, or the value."""
        cell = self.cells.cell(row, column)
        return _formula_text(cell) if cell.data_type == "f" else _shown(cell)

    def is_formula(self, row: int, column: int) -> bool:
        """Say whether a cell is computed."""
        return bool(self.cells.cell(row, column).data_type == "f")

    def number_format(self, row: int, column: int) -> str:
        """Return the format in which a cell shows its number."""
        return str(self.cells.cell(row, column).number_format)

    def merged_areas(self) -> list[Area]:
        """Return the areas in which cells are merged."""
        return [Area.parse(str(merged)) for merged in self.cells.merged_cells.ranges]

    def tables(self) -> list[SheetTable]:
        """Return its tables."""
        return [SheetTable(self, table) for table in self.cells.tables.values()]

    # Writing

    def put(self, row: int, column: int, value: object) -> None:
        """Put a value or text into a cell; a text is read as if it were typed."""
        self.allow_change()
        entry = self._entry(value)
        for table in self.tables():
            if table.is_header(row, column):
                entry = table.rename(column, value)
        self._store(row, column, entry)

    def clear_contents(self, area: Area) -> None:
        """Empty cells; how they look stays."""
        self.allow_change()
        for cell in self._known(area):
            cell.value = None

    def clear_formats(self, area: Area) -> None:
        """Take the looks of cells."""
        self.allow_change()
        for cell in self._known(area):
            cell.style = "Normal"

    def fill_formats(self, source: Area, target: Area) -> None:
        """Let all rows of the target look like the source, which is its first row or rows.

        :raises Refused: if the source does not lie in the target, at one of its ends.
        """
        self.allow_change()
        if (source.left, source.right) != (target.left, target.right) or (
            source.top != target.top and source.bottom != target.bottom
        ):
            raise Refused("AutoFill method of Range class failed")
        for row, column in target.cells():
            pattern = source.top + (row - source.top) % len(source.rows)
            style = self.cells.cell(pattern, column)._style
            self.cells.cell(row, column)._style = copy(style)
        self.rules.spread(source, target)

    def set_number_format(self, area: Area, number_format: str) -> None:
        """Set how numbers show."""
        self.allow_change()
        for cell in self._all(area):
            cell.number_format = number_format

    def set_wrap(self, area: Area, wrapped: bool) -> None:
        """Set whether long texts go on in the next line."""
        self.allow_change()
        for cell in self._all(area):
            vertical = cell.alignment.vertical
            cell.alignment = Alignment(wrap_text=wrapped, vertical=vertical)

    def set_font(self, area: Area, **changes: object) -> None:
        """Set properties of the font."""
        self.allow_change()
        for cell in self._all(area):
            known = {"name": cell.font.name, "size": cell.font.size, "bold": cell.font.bold}
            cell.font = Font(**{**known, **changes})

    def hide_rows(self, rows: Iterable[int], hidden: bool) -> None:
        """Hide rows, or show them."""
        self.allow_change()
        for row in rows:
            self.cells.row_dimensions[row].hidden = hidden

    def fit_rows(self, rows: Iterable[int]) -> None:
        """Let rows have the height that they need, as Excel will find it; hidden ones show."""
        self.allow_change()
        for row in rows:
            if row in self.cells.row_dimensions:
                self.cells.row_dimensions[row].height = None
                self.cells.row_dimensions[row].hidden = False

    def shift(self, top: int, bottom: int, first: int, by: int, own: str = "") -> None:
        """Move all cells of some rows from column `first` on to the right, or left over others.

        :param own: the table whose columns come or go: its own cells may move.
        :raises Refused: if that would tear a merged area or another table apart.
        """
        self.allow_change()
        shift = Shift(self.name, top, bottom, first, by)
        self._check_shift(shift, own)
        known = self.cells.max_column
        for row in range(top, bottom + 1):
            for column in range(first + by, first):
                self.cells._cells.pop((row, column), None)
        if known >= first:
            place = f"{get_column_letter(first)}{top}:{get_column_letter(known)}{bottom}"
            self.cells.move_range(place, cols=by)
        self._results = {
            (row, column + by if shift.moved.has(row, column) else column): found
            for (row, column), found in self._results.items()
        }
        self.rules.follow(shift)
        self._move_lists(shift)
        self.book.follow(shift)

    def follow(self, shift: Shift) -> None:
        """Let formulas refer to cells that were moved, on this sheet or another."""
        for row in self.cells.iter_rows():
            for cell in row:
                if cell.data_type == "f" and isinstance(cell.value, str):
                    moved = shift.formula(cell.value, self.name)
                    if moved != cell.value:
                        known = self._results.get((cell.row, cell.column))
                        if known and known[0] == cell.value:
                            self._results[(cell.row, cell.column)] = (moved, known[1])
                        cell.value = moved

    def _check_shift(self, shift: Shift, own: str) -> None:
        for merged in self.merged_areas():
            if merged.meets(shift.moved):
                raise Refused("To do this, all the merged cells need to be the same size.")
        for table in (other for other in self.tables() if other.name != own):
            if table.area.meets(shift.moved) and table.area.left >= shift.first:
                raise Refused(
                    "This operation is not allowed. The operation is attempting to shift "
                    "cells in a table on your worksheet."
                )

    def _move_lists(self, shift: Shift) -> None:
        for rule in self.cells.data_validations.dataValidation:
            areas = [Area.parse(str(part)) for part in rule.sqref.ranges]
            rule.sqref = type(rule.sqref)(
                " ".join(str(moved) for area in areas for moved in shift.area(area))
            )

    def _entry(self, value: object) -> Entry:
        if isinstance(value, str):
            return read_entry(value, self.book.language)
        if isinstance(value, dt.datetime):
            return Entry(value.replace(tzinfo=None), number_format="m/d/yyyy")
        if isinstance(value, Decimal):
            return Entry(float(value), number_format="$#,##0.00")
        if value is None or isinstance(value, (bool, float, ErrorValue)):
            return Entry(value)
        if isinstance(value, int):
            return Entry(float(value))
        raise Refused(f"Type mismatch: {type(value).__name__}")

    def _store(self, row: int, column: int, entry: Entry) -> None:
        cell = self.cells.cell(row, column)
        if isinstance(cell, MergedCell):
            return  # Excel keeps the first cell of a merged area and drops what is put beneath it
        cell.quotePrefix = entry.is_marked
        value = entry.value
        cell.value = value.name if isinstance(value, ErrorValue) else value
        if isinstance(value, str) and not entry.is_formula:
            cell.data_type = "s"
        if entry.number_format and cell.number_format == "General":
            cell.number_format = entry.number_format

    def _known(self, area: Area) -> Iterator[Any]:
        """Yield the cells of an area that are there at all."""
        for row in range(area.top, min(area.bottom, self.cells.max_row) + 1):
            for column in range(area.left, min(area.right, self.cells.max_column) + 1):
                cell = self.cells._cells.get((row, column))
                if cell is not None and not isinstance(cell, MergedCell):
                    yield cell

    def _all(self, area: Area) -> Iterator[Any]:
        return (self.cells.cell(row, column) for row, column in area.cells())


def _formula_text(cell: Any) -> str:
    """Return a formula; openpyxl holds array formulas as objects."""
    return str(getattr(cell.value, "text", cell.value))


def _shown(cell: Any) -> Value:
    """Return a constant, or a formula's result, as Excel knows it."""
    value = cell.value
    if cell.data_type == "e":
        return ErrorValue(str(value))
    if isinstance(value, dt.time):
        return dt.datetime.combine(dt.date(1899, 12, 30), value)
    if isinstance(value, dt.timedelta):
        return dt.datetime(1899, 12, 30) + value
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return None if value == "" else value
