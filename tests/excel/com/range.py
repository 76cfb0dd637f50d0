"""Ranges: cells of a sheet, whole rows and columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from tests.excel.com.cell_values import block, formula_of, same, spread, value2_of, value_of
from tests.excel.com.com_types import IID
from tests.excel.com.excel_object import ExcelObject
from tests.excel.com.font import Font
from tests.excel.com.format_conditions import FormatConditions
from tests.excel.faults import UnknownToStandInError
from tests.excel.model.sheet import ModelSheet
from tests.excel.model.typed import Refused
from xl_addin.workbook.areas import LAST_COLUMN, LAST_ROW, Area, common

if TYPE_CHECKING:
    from tests.excel.com.application import Application
    from tests.excel.com.list_objects import ListObject
    from tests.excel.com.worksheets import Worksheet

FILL_FORMATS = 3  # XlAutoFillType
DOWN = -4121  # XlDirection


class Range(ExcelObject):
    """Cells in one or more areas; `by` says whether they are counted as rows or columns."""

    iid = IID("{00020846-0000-0000-C000-000000000046}")

    def __init__(self, sheet: Worksheet, *areas: Area, by: str = "cells") -> None:
        super().__init__(sheet._application)
        self._sheet, self._areas, self._by = sheet, areas, by

    @property
    def _model(self) -> ModelSheet:
        return self._sheet._model

    @property
    def _area(self) -> Area:
        """The first area, of which alone Excel answers most questions."""
        return self._areas[0]

    # Which cells

    @property
    def Application(self) -> Application:
        return self._application

    @property
    def Worksheet(self) -> Worksheet:
        return self._sheet

    @property
    def Parent(self) -> Worksheet:
        return self._sheet

    @property
    def Row(self) -> int:
        return self._area.top

    @property
    def Column(self) -> int:
        return self._area.left

    @property
    def Count(self) -> int:
        rows, columns = len(self._area.rows), len(self._area.columns)
        count = {"cells": rows * columns, "rows": rows, "columns": columns}[self._by]
        if count >= 1 << 31:
            raise Refused("Overflow")
        return count

    @property
    def Address(self) -> str:
        return ",".join(map(_address, self._areas))

    def GetAddress(
        self,
        RowAbsolute: bool = True,
        ColumnAbsolute: bool = True,
        ReferenceStyle: int = 1,
        External: bool = False,
    ) -> str:
        if not (RowAbsolute and ColumnAbsolute and ReferenceStyle == 1) or External:
            raise UnknownToStandInError("Range.GetAddress in another style")
        return ",".join(map(_address, self._areas))

    @property
    def Areas(self) -> list[Range]:
        return [Range(self._sheet, area) for area in self._areas]

    @property
    def Rows(self) -> Range:
        return Range(self._sheet, self._area, by="rows")

    @property
    def Columns(self) -> Range:
        return Range(self._sheet, self._area, by="columns")

    @property
    def EntireRow(self) -> Range:
        return Range(self._sheet, replace(self._area, left=1, right=LAST_COLUMN), by="rows")

    @property
    def Cells(self) -> Range:
        return Range(self._sheet, self._area)

    def Item(self, RowIndex: int, ColumnIndex: int | None = None) -> Range:
        area = self._area
        if self._by == "rows" and ColumnIndex is None:
            row = area.top + int(RowIndex) - 1
            return Range(self._sheet, replace(area, top=row, bottom=row), by="rows")
        if ColumnIndex is None:
            raise UnknownToStandInError("a cell of a Range by one number")
        row, column = area.top + int(RowIndex) - 1, area.left + int(ColumnIndex) - 1
        if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
            raise Refused("Application-defined or object-defined error")
        return Range(self._sheet, Area(row, column, row, column))

    def __call__(self, RowIndex: int, ColumnIndex: int | None = None) -> Range:
        return self.Item(RowIndex, ColumnIndex)

    def End(self, Direction: int) -> Range:
        """Go down to the last cell before an empty one."""
        if Direction != DOWN:
            raise UnknownToStandInError(f"Range.End({Direction})")
        row, column = self._area.top, self._area.left
        if self._model.value(row + 1, column) is None:
            raise UnknownToStandInError("Range.End over empty cells")
        while self._model.value(row + 1, column) is not None:
            row += 1
        return Range(self._sheet, Area(row, column, row, column))

    @property
    def ListObject(self) -> ListObject | None:
        found = [table for table in self._model.tables() if table.area.meets(self._area)]
        return self._sheet.ListObjects.Item(found[0].name) if found else None

    # What stands in them

    @property
    def Value(self) -> object:
        return self._read(value_of)

    @Value.setter
    def Value(self, value: object) -> None:
        self._write(value)

    @property
    def Value2(self) -> object:
        return self._read(value2_of)

    @property
    def Formula(self) -> object:
        return self._read(formula_of)

    @Formula.setter
    def Formula(self, value: object) -> None:
        self._write(value, longest=8_192)

    def ClearContents(self) -> None:
        for area in self._areas:
            self._check_merged(area)
            self._model.clear_contents(area)

    def ClearFormats(self) -> None:
        for area in self._areas:
            self._model.clear_formats(area)

    # How they look

    @property
    def NumberFormat(self) -> object:
        return self._shared(lambda row, column: self._model.number_format(row, column))

    @NumberFormat.setter
    def NumberFormat(self, value: str) -> None:
        for area in self._areas:
            self._model.set_number_format(area, value)

    @property
    def WrapText(self) -> object:
        return self._shared(
            lambda row, column: bool(self._model.cells.cell(row, column).alignment.wrap_text)
        )

    @WrapText.setter
    def WrapText(self, value: bool) -> None:
        for area in self._areas:
            self._model.set_wrap(area, value)

    @property
    def Font(self) -> Font:
        return Font(self)

    @property
    def ColumnWidth(self) -> object:
        return same([self._model.geometry.width(column) for column in self._area.columns])

    @ColumnWidth.setter
    def ColumnWidth(self, value: float) -> None:
        if not 0 <= value <= 255:
            raise Refused("Unable to set the ColumnWidth property of the Range class")
        self._model.allow_change()
        for column in self._area.columns:
            self._model.geometry.set_width(column, value)

    @property
    def Left(self) -> float:
        return self._model.geometry.left(self._area.left)

    @property
    def Top(self) -> float:
        return self._model.geometry.top(self._area.top)

    @property
    def Hidden(self) -> object:
        self._check_whole_rows("get")
        last = max(self._model.cells.row_dimensions, default=0)
        heights = [
            self._model.geometry.height(row) == 0
            for row in range(self._area.top, min(self._area.bottom, max(last, self._area.top)) + 1)
        ]
        if self._area.bottom > last and self._area.bottom > self._area.top:
            heights.append(False)
        return same(heights)

    @Hidden.setter
    def Hidden(self, value: bool) -> None:
        self._check_whole_rows("set")
        self._model.hide_rows(self._area.rows, value)

    def AutoFit(self) -> None:
        """Make rows as high as they need; hidden ones come into sight."""
        if self._by != "rows":
            raise Refused("AutoFit method of Range class failed")
        self._model.fit_rows(self._area.rows)

    def AutoFill(self, Destination: Range, Type: int) -> None:
        if Type != FILL_FORMATS:
            raise UnknownToStandInError(f"Range.AutoFill of type {Type}")
        self._model.fill_formats(self._area, Destination._area)

    @property
    def MergeCells(self) -> object:
        merged = [
            found for area in self._model.merged_areas() if (found := common(area, self._area))
        ]
        if not merged:
            return False
        count = sum(len(area.rows) * len(area.columns) for area in merged)
        return True if count == len(self._area.rows) * len(self._area.columns) else None

    @property
    def MergeArea(self) -> Range:
        if self._area != replace(self._area, bottom=self._area.top, right=self._area.left):
            raise Refused("Unable to get the MergeArea property of the Range class")
        areas = [area for area in self._model.merged_areas() if area.meets(self._area)]
        return Range(self._sheet, *(areas or [self._area]))

    @property
    def FormatConditions(self) -> FormatConditions:
        return FormatConditions(self)

    def AutoFilter(self, Field: int) -> None:
        """Take the filter off a column of the table that these cells are."""
        for table in self._model.tables():
            if table.area == self._area:
                if table.table.autoFilter is None:
                    raise UnknownToStandInError("Range.AutoFilter that shows the arrows")
                return table.clear_filter(Field)
        raise UnknownToStandInError("Range.AutoFilter outside a table")

    # Parts of the above

    @cached_property
    def _seen(self) -> Area:
        """The first area, if Excel can hand over so much at once."""
        if len(self._area.rows) * len(self._area.columns) > 10_000_000:
            raise UnknownToStandInError("so many cells at once")
        return self._area

    def _read(self, tell: Callable[[ModelSheet, int, int], object]) -> object:
        area = self._seen
        return block([[tell(self._model, r, c) for c in area.columns] for r in area.rows])

    def _write(self, value: object, longest: int | None = None) -> None:
        """Put values into the cells; all are read before any is changed."""
        for area in self._areas:
            values = spread(value, area)
            texts = [item for row in values for item in row if isinstance(item, str)]
            if longest and any(len(text) > longest for text in texts):
                raise Refused("Application-defined or object-defined error")
            for (row, column), item in zip(area.cells(), _flat(values), strict=True):
                self._model.put(row, column, item)

    def _shared(self, tell: Callable[[int, int], object]) -> object:
        return same([tell(row, column) for area in self._areas for row, column in area.cells()])

    def _check_whole_rows(self, verb: str) -> None:
        if (self._area.left, self._area.right) != (1, LAST_COLUMN):
            raise Refused(f"Unable to {verb} the Hidden property of the Range class")

    def _check_merged(self, area: Area) -> None:
        if any(
            part.meets(area) and common(part, area) != part for part in self._model.merged_areas()
        ):
            raise Refused("We can't do that to a merged cell.")


def _flat(rows: list[list[object]]) -> Iterator[object]:
    return (value for row in rows for value in row)


def _address(area: Area) -> str:
    if (area.left, area.right) == (1, LAST_COLUMN):
        return f"${area.top}:${area.bottom}"
    first, last = get_column_letter(area.left), get_column_letter(area.right)
    if (area.top, area.bottom) == (1, LAST_ROW):
        return f"${first}:${last}"
    start, end = f"${first}${area.top}", f"${last}${area.bottom}"
    return start if start == end else f"{start}:{end}"
