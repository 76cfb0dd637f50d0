"""Cells of a workbook that is open in the stand-in for Excel for Mac."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from openpyxl.utils import get_column_letter, quote_sheetname

from tests.excel.faults import UnknownToStandInError
from tests.excel.mac.excel import NO_SUCH_OBJECT, REFUSED, Thing
from tests.excel.mac.formats import ColourScale, FormatCondition
from tests.excel.mac.reference import CommandError, k
from tests.excel.model.typed import ErrorValue, Value, serial
from xl_addin.workbook.areas import LAST_COLUMN, LAST_ROW, Area

if TYPE_CHECKING:
    from tests.excel.mac.workbook import Worksheet

#: Excel gives no formulas of a block in which a text is longer.
LONGEST_IN_BLOCK = 8_221


class Cells(Thing):
    """A rectangle of cells."""

    described_by = ("top", "left_position")

    def __init__(self, sheet: Worksheet, area: Area) -> None:
        self.sheet, self.area, self.model = sheet, area, sheet.model

    # Where

    def do_get_address(self, external: bool = False, **_: Any) -> str:
        area = self.area
        ends = (_absolute(area.top, area.left), _absolute(area.bottom, area.right))
        address = ends[0] if ends[0] == ends[1] else ":".join(ends)
        book, sheet = self.model.book.name, quote_sheetname(self.model.name)
        return f"[{book}]{sheet}!{address}" if external else address

    def read_first_row_index(self) -> int:
        return self.area.top

    def read_first_column_index(self) -> int:
        return self.area.left

    def do_count(self, each: str) -> int:
        counted = {
            "row": self.area.rows,
            "column": self.area.columns,
            "format_condition": self.model.rules.on(self.area),
        }
        return len(counted[each])

    def one_of_columns(self, key: int) -> Cells:
        column = self.area.left + key - 1
        return Cells(self.sheet, Area(self.area.top, column, self.area.bottom, column))

    def all_rows(self) -> list[Row]:
        return [Row(self, number) for number in self.area.rows]

    def read_top(self) -> float:
        return self.model.geometry.top(self.area.top)

    def read_left_position(self) -> float:
        return self.model.geometry.left(self.area.left)

    def read_entire_row(self) -> Cells:
        return Cells(self.sheet, Area(self.area.top, 1, self.area.bottom, LAST_COLUMN))

    # Contents

    def read_value(self) -> Any:
        return self._block(lambda *at: _scripted(self.model.value(*at)))

    def read_formula(self) -> Any:
        block = self._block(lambda *at: _shown(self.model.formula(*at)))
        if isinstance(block, list):
            rows = block if isinstance(block[0], list) else [block]
            if max(len(text) for row in rows for text in row) > LONGEST_IN_BLOCK:
                raise CommandError(REFUSED, "Parameter error.")
        return block

    def write_value(self, value: Any) -> None:
        rows = value if isinstance(value, list) else [[value]]
        for number, row in zip(self.area.rows, rows, strict=True):
            for column, item in zip(self.area.columns, row, strict=True):
                if item is None:
                    raise UnknownToStandInError("what Excel for Mac makes of None")
                self.model.put(number, column, item)

    write_formula = write_value

    def do_clear_contents(self) -> None:
        self.model.clear_contents(self.area)

    # Looks

    def do_clear_formats(self) -> None:
        self.model.clear_formats(self.area)

    def do_autofill(self, destination: Cells, type: Any) -> None:
        if type != k.fill_formats:
            raise UnknownToStandInError(f"filling {type}")
        self.model.fill_formats(self.area, destination.area)

    def write_number_format(self, value: str) -> None:
        self.model.set_number_format(self.area, value)

    def write_wrap_text(self, value: bool) -> None:
        self.model.set_wrap(self.area, value)

    def read_font_object(self) -> Font:
        return Font(self)

    def read_column_width(self) -> Any:
        widths = {self.model.geometry.width(column) for column in self.area.columns}
        return widths.pop() if len(widths) == 1 else k.missing_value

    def write_column_width(self, value: float) -> None:
        self.model.allow_change()
        for column in self.area.columns:
            self.model.geometry.set_width(column, value)

    def do_autofit(self) -> None:
        """Rows have one height here, and hidden ones come into sight."""
        self.model.hide_rows(self.area.rows, hidden=False)

    def read_merge_cells(self) -> Any:
        merged = self.model.merged_areas()
        found = {any(area.has(*place) for area in merged) for place in self.area.cells()}
        return found.pop() if len(found) == 1 else k.missing_value

    def read_merge_area(self) -> Cells:
        merged = self.model.merged_areas()
        place = (self.area.top, self.area.left)
        found = next((area for area in merged if area.has(*place)), Area(*place, *place))
        return Cells(self.sheet, found)

    # Conditional formats

    def all_format_conditions(self) -> list[FormatCondition]:
        rules = self.model.rules.on(self.area)
        return [
            (ColourScale if rule.kind == "colorScale" else FormatCondition)(self.sheet, rule)
            for rule in rules
        ]

    #: These are counted together with all others.
    all_color_scale_format_condition = all_format_conditions

    def do_make_color_scale_format_condition(self, color_scale_type: int) -> ColourScale:
        self.model.allow_change()
        return ColourScale(self.sheet, self.model.rules.add_scale(self.area, color_scale_type))

    # Where it is part of a table

    def do_autofilter_range(self, field: int, **criteria: Any) -> None:
        table = next((each for each in self.model.tables() if each.area == self.area), None)
        if criteria or table is None:
            raise UnknownToStandInError("filters that are set, or not of a table")
        table.clear_filter(field)

    def _block(self, of: Callable[[int, int], Any]) -> Any:
        """Return one value bare, one row flat, and all else row by row, as xlwings expects."""
        rows = [[of(row, column) for column in self.area.columns] for row in self.area.rows]
        if len(rows) > 1:
            return rows
        return rows[0] if len(rows[0]) > 1 else rows[0][0]


class Row(Thing):
    """One of the rows that some cells lie in, whole."""

    def __init__(self, cells: Cells, number: int) -> None:
        self._cells, self._number = cells, number

    def read_hidden(self) -> bool:
        return bool(self._cells.model.cells.row_dimensions[self._number].hidden)


class Font(Thing):
    """The font of some cells."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells

    def write_bold(self, value: bool) -> None:
        self._cells.model.set_font(self._cells.area, bold=value)


def named_cells(sheet: Worksheet, key: str) -> Cells:
    """Return the cells of an address."""
    try:
        area = Area.parse(key)
    except ValueError:
        raise CommandError(NO_SUCH_OBJECT, "No such cells.") from None
    if area.bottom > LAST_ROW or area.right > LAST_COLUMN:
        raise CommandError(NO_SUCH_OBJECT, "No such cells.")
    return Cells(sheet, area)


def _scripted(value: Value) -> Any:
    """Return a value as a script gets it, which is not told of errors."""
    if isinstance(value, ErrorValue):
        return k.missing_value
    return "" if value is None else value


def _shown(value: Value) -> str:
    """Return what stands in the formula bar as text."""
    if value is None:
        return ""
    if isinstance(value, ErrorValue):
        return value.name
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        value = serial(value)
    return f"{value:.15g}" if isinstance(value, float) else value


def _absolute(row: int, column: int) -> str:
    return f"${get_column_letter(column)}${row}"
