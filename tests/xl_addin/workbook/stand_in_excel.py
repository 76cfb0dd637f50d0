"""A stand-in for Excel, so that the live port can be run where there is none.

It is NOT Excel. xlwings' remote engine (xlwings PRO, used here under its non-commercial key and
nowhere in the product) reads a workbook from a JSON payload and only records what is to be done to
it. This file makes the payload from a workbook held by openpyxl, and applies the recorded actions
to that workbook, in the way in which Excel would as far as we know:

- typing: `=…`, `+…`, `-…` and `@…` become formulas, an apostrophe makes text, and what looks like a
  number, a date or a truth value becomes one;
- tables: resizing, inserting and deleting columns shifts the cells beside them;
- pictures, defined names, number formats, widths; a filter that is taken off shows its rows.

It computes nothing, and knows no colour scales and no dropdowns. Four things that the engine
cannot read in a script (formulas, merged cells, widths, filters) are answered here as Excel would,
and a few properties of Excel's own objects that the product asks for by their Windows names are
imitated.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from tests.xl_addin.workbook.samples import loaded
from tests.xl_addin.workbook.stand_in_actions import LINE, Actions


@contextlib.contextmanager
def remote_engine(patch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give xlwings with its remote engine, under the non-commercial key, for these tests alone."""
    xlwings = pytest.importorskip("xlwings", reason="xlwings is not installed")
    with patch.context() as within:
        within.setitem(os.environ, "XLWINGS_LICENSE_KEY", "noncommercial")
        from xlwings.pro import _xlremote

        if "remote" not in [engine.name for engine in xlwings.engines]:
            xlwings.engines.add(xlwings.Engine(impl=_xlremote.engine))
        answers = {
            "formula": lambda cells: _excel(cells).formulas(cells),
            "merge_cells": lambda cells: _excel(cells).has_merged(cells),
            "merge_area": lambda cells: _excel(cells).merge_area(cells),
            "column_width": lambda cells: _excel(cells).width(cells),
        }
        for name, answer in answers.items():
            known = getattr(_xlremote.Range, name)
            within.setattr(_xlremote.Range, name, property(answer, known.fset))
        criteria = property(lambda filter: _excel(filter.parent).criteria(filter))
        within.setattr(_xlremote.AutoFilter, "criteria", criteria)
        yield xlwings


def _excel(cells: Any) -> StandInExcel:
    return cells.sheet.book.api["stand_in"]


class Native(dict):
    """A part of the payload that has properties of Excel's own object, too."""

    def __init__(self, values: dict[str, Any], **properties: Any) -> None:
        super().__init__(values)
        self.__dict__.update(properties)


class PictureList(list):
    """A picture that is added in a script is described in it, too."""

    def append(self, item: dict[str, Any]) -> None:
        shape = SimpleNamespace(AlternativeText="", Title="")
        super().append(Native(item, ShapeRange=shape, TopLeftCell=None, BottomRightCell=None))


class StandInExcel(Actions):
    """One open workbook; `writes` counts the arrays of cells that were written or emptied."""

    def __init__(self, path: Path, xlwings: Any) -> None:
        super().__init__(path)
        self._xlwings = xlwings
        self._as_opened, self._computed = loaded(path), _computed(path)
        self.read_only = False

    @property
    def writes(self) -> int:
        return sum(call in ("setValues", "setFormula", "rangeClearContents") for call in self.calls)

    # What xlwings reads

    def book(self) -> Any:
        sheets = [self._sheet(sheet) for sheet in self.workbook.worksheets]
        book = {"name": self.path.name, "active_sheet_index": 0, "selection": "A1"}
        payload = Native(
            {
                "client": "Office.js",
                "version": self._xlwings.__version__,
                "book": {**book, "calculation": "Automatic"},
                "names": [
                    {
                        "name": name,
                        "sheet_index": None,
                        "address": None,
                        "book_scope": True,
                        "scope_sheet_name": None,
                        "scope_sheet_index": None,
                        "refers_to": f"={defined.attr_text}",
                    }
                    for name, defined in self.workbook.defined_names.items()
                ],
                "sheets": sheets,
                "stand_in": self,
            },
            ReadOnly=self.read_only,
            Path=str(self.path.parent),
        )
        return self._xlwings.Book(json=payload)

    def _sheet(self, sheet: Any) -> Native:
        rows, columns = sheet.max_row, sheet.max_column
        pictures = PictureList(_picture_payload(picture) for picture in self.pictures[sheet.title])
        return Native(
            {
                "name": sheet.title,
                "visibility": sheet.sheet_state.capitalize(),
                "values": [
                    [self._value(sheet, row, column) for column in range(1, columns + 1)]
                    for row in range(1, rows + 1)
                ],
                "used_range_address": f"A1:{get_column_letter(columns)}{rows}",
                "pictures": pictures,
                "tables": [_table_payload(table) for table in sheet.tables.values()],
                "charts": [],
                "shapes": [],
                "notes": [],
            },
            ProtectContents=sheet.protection.sheet,
        )

    def _value(self, sheet: Any, row: int, column: int) -> Any:
        value = sheet.cell(row, column).value
        if isinstance(value, str) and value.startswith("=") and not _is_text(sheet, row, column):
            stays = self._as_opened[sheet.title].cell(row, column).value == value
            value = self._computed[sheet.title].cell(row, column).value if stays else None
        if isinstance(value, dt.datetime):
            return f"{value.isoformat()}.000Z"
        return "" if value is None else value

    def formulas(self, cells: Any) -> Any:
        sheet = self.workbook[cells.sheet.name]
        rows, columns = cells.shape
        block = [
            [
                "" if (value := sheet.cell(cells.row + i, cells.column + j).value) is None
                else str(value)
                for j in range(columns)
            ]
            for i in range(rows)
        ]  # fmt: skip
        return block[0][0] if (rows, columns) == (1, 1) else block

    def has_merged(self, cells: Any) -> bool | None:
        sheet = self.workbook[cells.sheet.name]
        (rows, columns), top, left = cells.shape, cells.row, cells.column
        merged = [
            any((row, column) in _places(area) for area in sheet.merged_cells.ranges)
            for row in range(top, top + rows)
            for column in range(left, left + columns)
        ]
        return merged[0] if len(set(merged)) == 1 else None

    def merge_area(self, cells: Any) -> Any:
        sheet = self.workbook[cells.sheet.name]
        place = (cells.row, cells.column)
        area = next(area for area in sheet.merged_cells.ranges if place in _places(area))
        return cells.sheet.range(str(area))

    def width(self, cells: Any) -> float:
        sheet = self.workbook[cells.sheet.name]
        dimension = sheet.column_dimensions[get_column_letter(cells.column)]
        return 0.0 if dimension.hidden else dimension.width

    def criteria(self, filter: Any) -> list[dict[str, Any]]:
        tables = self.workbook[filter.parent.sheet.name].tables
        table = [*tables.values()][filter.table_index]
        filtered = {column.colId for column in table.autoFilter.filterColumn}
        return [
            {"field": number + 1, "type": "values" if number in filtered else "none"}
            for number in range(len(table.tableColumns))
        ]

    # What xlwings recorded

    def apply(self, book: Any) -> None:
        """Do what was recorded in `book`."""
        for action in book.impl.json()["actions"]:
            self.calls.append(action["func"])
            position = action["sheet_position"]
            sheet = None if position is None else self.workbook.worksheets[position]
            name = re.sub("([A-Z])", lambda letter: f"_{letter[1].lower()}", action["func"])
            getattr(self, name)(sheet, action, *action["args"])
        for number, sheet in enumerate(book.impl.api["sheets"]):
            name = self.workbook.sheetnames[number]
            for picture, shown in zip(self.pictures[name], sheet["pictures"], strict=True):
                picture.update(alt=shown.ShapeRange.AlternativeText, title=shown.ShapeRange.Title)


def _computed(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path, data_only=True)


def _is_text(sheet: Any, row: int, column: int) -> bool:
    cell = sheet.cell(row, column)
    return cell.data_type == "s" and str(cell.value).startswith("=")


def _places(area: Any) -> set[tuple[int, int]]:
    return {*area.cells}


def _table_payload(table: Any) -> dict[str, Any]:
    shown = table.headerRowCount != 0
    return {
        "name": table.displayName,
        "range_address": table.ref,
        "header_row_range_address": table.ref if shown else None,
        "data_body_range_address": table.ref,
        "total_row_range_address": None,
        "show_headers": shown,
        "show_totals": bool(table.totalsRowCount),
        "show_autofilter": table.autoFilter is not None,
        "columns": [column.name for column in table.tableColumns],
    }


def _picture_payload(picture: dict[str, Any]) -> Native:
    top = int(picture["top"] / LINE) + 1
    bottom = int((picture["top"] + picture["height"]) / LINE) + 1
    return Native(
        {key: picture[key] for key in ("name", "left", "top", "width", "height")},
        ShapeRange=SimpleNamespace(AlternativeText=picture["alt"], Title=picture.get("title", "")),
        TopLeftCell=SimpleNamespace(Address=f"$A${top}"),
        BottomRightCell=SimpleNamespace(Address=f"$B${bottom}"),
    )
