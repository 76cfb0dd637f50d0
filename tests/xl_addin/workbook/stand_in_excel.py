"""A stand-in for Excel, so that the live port can be run where there is none.

It is NOT Excel. xlwings' remote engine (xlwings PRO, used here under its non-commercial key and
nowhere in the product) reads a workbook from a JSON payload and only records what is to be done to
it. This file makes the payload from a workbook held by openpyxl, and applies the recorded actions
to that workbook, in the way in which Excel would as far as we know:

- typing: `=…`, `+…`, `-…` and `@…` become formulas, an apostrophe makes text, and what looks like a
  number, a date or a truth value becomes one;
- tables: resizing, inserting and deleting columns shifts the cells beside them;
- pictures, defined names, number formats, widths, hidden rows.

It computes nothing, and knows no colour scales and no dropdowns. Three things that the engine
cannot read in a script (formulas, merged cells, widths) are answered here as Excel would, and a few
properties of Excel's own objects that the product asks for by their Windows names are imitated.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import os
import re
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import TableColumn

from tests.xl_addin.workbook.samples import loaded

_LINE = 15.0
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@contextlib.contextmanager
def remote_engine(patch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give xlwings with its remote engine, under the non-commercial key, for these tests alone."""
    xlwings = pytest.importorskip("xlwings", reason="xlwings is installed with Excel's systems")
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


class StandInExcel:
    """One open workbook; `writes` counts the arrays of cells that were written or emptied."""

    def __init__(self, path: Path, xlwings: Any) -> None:
        self.path, self._xlwings = path, xlwings
        self.workbook = loaded(path)
        self.computed = openpyxl.load_workbook(path, data_only=True)
        self.pictures: dict[str, list[dict[str, Any]]] = {n: [] for n in self.workbook.sheetnames}
        self.calls: list[str] = []
        self.read_only = False

    @property
    def writes(self) -> int:
        return sum(call in ("setValues", "setFormula", "rangeClearContents") for call in self.calls)

    # What xlwings reads

    def book(self) -> Any:
        self._shapes: dict[str, PictureList] = {}
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
        self._shapes[sheet.title] = PictureList()
        for picture in self.pictures[sheet.title]:
            list.append(self._shapes[sheet.title], _picture_payload(picture))
        return Native(
            {
                "name": sheet.title,
                "visibility": sheet.sheet_state.capitalize(),
                "values": [
                    [self._value(sheet, row, column) for column in range(1, columns + 1)]
                    for row in range(1, rows + 1)
                ],
                "used_range_address": f"A1:{get_column_letter(columns)}{rows}",
                "pictures": self._shapes[sheet.title],
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
            with contextlib.suppress(KeyError):
                if sheet.title not in self.calls:
                    value = self.computed[sheet.title].cell(row, column).value
            value = None if isinstance(value, str) and value.startswith("=") else value
        if isinstance(value, dt.datetime):
            return f"{value.isoformat()}.000Z"
        return "" if value is None else value

    def formulas(self, cells: Any) -> Any:
        sheet = self.workbook[cells.sheet.name]
        rows, columns = cells.shape
        block = [
            [
                "" if (value := sheet.cell(cells.row + i, cells.column + j).value) is None
                else f"'{value}" if _is_text(sheet, cells.row + i, cells.column + j)
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
        return sheet.column_dimensions[get_column_letter(cells.column)].width

    # What xlwings recorded

    def apply(self, book: Any) -> None:
        """Do what was recorded in `book`."""
        for number, sheet in enumerate(book.impl.api["sheets"]):
            name = self.workbook.sheetnames[number]
            self._described = sheet["pictures"]
            for picture, shown in zip(self.pictures[name], self._described, strict=False):
                picture.update(alt=shown.ShapeRange.AlternativeText, title=shown.ShapeRange.Title)
        for action in book.impl.json()["actions"]:
            self.calls.append(action["func"])
            position = action["sheet_position"]
            sheet = None if position is None else self.workbook.worksheets[position]
            getattr(self, f"_{action['func']}")(sheet, action, *action["args"])
        for number, sheet in enumerate(book.impl.api["sheets"]):
            name = self.workbook.sheetnames[number]
            for picture, shown in zip(self.pictures[name], sheet["pictures"], strict=True):
                picture.update(alt=shown.ShapeRange.AlternativeText, title=shown.ShapeRange.Title)

    def _setValues(self, sheet: Any, action: dict[str, Any], *_: Any) -> None:
        top, left = action["start_row"] + 1, action["start_column"] + 1
        assert len(action["values"]) == action["row_count"]
        for i, row in enumerate(action["values"]):
            assert len(row) == action["column_count"]
            for j, value in enumerate(row):
                _type(sheet, top + i, left + j, value)

    _setFormula = _setValues

    def _rangeClearContents(self, sheet: Any, action: dict[str, Any], *_: Any) -> None:
        for cell in _cells(sheet, action):
            cell.value = None

    def _rangeClearFormats(self, sheet: Any, action: dict[str, Any], *_: Any) -> None:
        for cell in _cells(sheet, action):
            cell.style = "Normal"

    def _rangeAutofill(
        self, sheet: Any, action: dict[str, Any], destination: str, kind: str
    ) -> None:
        assert kind == "FillFormats"
        left, top, right, bottom = range_boundaries(destination)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                source = sheet.cell(action["start_row"] + 1, column)
                sheet.cell(row, column)._style = copy(source._style)

    def _setNumberFormat(self, sheet: Any, action: dict[str, Any], number_format: str) -> None:
        for cell in _cells(sheet, action):
            cell.number_format = number_format

    def _setWrapText(self, sheet: Any, action: dict[str, Any], wrapped: bool) -> None:
        for cell in _cells(sheet, action):
            cell.alignment = openpyxl.styles.Alignment(wrap_text=wrapped, vertical="top")

    def _setFontProperty(self, sheet: Any, action: dict[str, Any], name: str, value: Any) -> None:
        for cell in _cells(sheet, action):
            cell.font = openpyxl.styles.Font(**{name: value})

    def _setColumnWidth(self, sheet: Any, action: dict[str, Any], width: float) -> None:
        letter = get_column_letter(action["start_column"] + 1)
        sheet.column_dimensions[letter].width = width

    def _setRowHidden(self, sheet: Any, action: dict[str, Any], hidden: bool) -> None:
        for row in range(action["start_row"] + 1, action["start_row"] + action["row_count"] + 1):
            sheet.row_dimensions[row].hidden = hidden

    def _setAutofit(self, *_: Any) -> None: ...

    def _setScreenUpdating(self, *_: Any) -> None: ...

    def _setCalculation(self, sheet: Any, action: dict[str, Any], mode: str) -> None:
        self.calls.append(mode)

    def _clearAutoFilterTable(self, sheet: Any, action: dict[str, Any], index: int, _: Any) -> None:
        _table(sheet, index).autoFilter.filterColumn = []

    def _resizeTable(self, sheet: Any, action: dict[str, Any], index: int, address: str) -> None:
        table = _table(sheet, index)
        left, _, right, _ = range_boundaries(address)
        assert right - left + 1 == len(table.tableColumns), "columns come and go one by one"
        table.ref = address.replace("$", "")
        if table.autoFilter:
            table.autoFilter.ref = table.ref

    def _addTableColumn(
        self, sheet: Any, action: dict[str, Any], index: int, position: int, name: str
    ) -> None:
        table = _table(sheet, index)
        left, top, right, bottom = range_boundaries(table.ref)
        self._shift(sheet, (top, left + position, bottom), 1)
        used = max(int(column.id) for column in table.tableColumns)
        table.tableColumns.insert(position, TableColumn(id=used + 1, name=name))
        self._resizeTable(sheet, action, index, _address(left, top, right + 1, bottom))
        for row in range(top, bottom + 1):
            neighbour = sheet.cell(row, max(left, left + position - 1))
            sheet.cell(row, left + position)._style = copy(neighbour._style)
        sheet.cell(top, left + position).value = name

    def _deleteTableColumn(self, sheet: Any, action: dict[str, Any], index: int, name: str) -> None:
        table = _table(sheet, index)
        left, top, right, bottom = range_boundaries(table.ref)
        position = [column.name for column in table.tableColumns].index(name)
        for row in range(top, bottom + 1):
            sheet.cell(row, left + position).value = None
        self._shift(sheet, (top, left + position + 1, bottom), -1)
        del table.tableColumns[position]
        self._resizeTable(sheet, action, index, _address(left, top, right - 1, bottom))

    @staticmethod
    def _shift(sheet: Any, start: tuple[int, int, int], by: int) -> None:
        top, left, bottom = start
        last = max(sheet.max_column, left)
        sheet.move_range(_address(left, top, last, bottom), cols=by)

    def _namesAdd(self, sheet: Any, action: dict[str, Any], name: str, refers_to: str) -> None:
        assert name not in self.workbook.defined_names
        self.workbook.defined_names[name] = DefinedName(name, attr_text=refers_to[1:])

    def _setNameRefersTo(
        self, sheet: Any, action: dict[str, Any], name: str, _: Any, __: Any, refers_to: str
    ) -> None:
        self.workbook.defined_names[name].attr_text = refers_to[1:]

    def _addPicture(
        self, sheet: Any, action: dict[str, Any], data: str, column: int, row: int, *_: Any
    ) -> None:
        image = base64.b64decode(data)
        place = {"left": 0.0, "top": row * _LINE, "width": 0.0, "height": 0.0}
        self.pictures[sheet.title].append({"name": "Image", "png": image, **place, "alt": ""})

    def _setPictureName(self, sheet: Any, _: Any, index: int, name: str) -> None:
        self.pictures[sheet.title][index]["name"] = name

    def _setPictureWidth(self, sheet: Any, _: Any, index: int, width: float) -> None:
        self.pictures[sheet.title][index]["width"] = width

    def _setPictureHeight(self, sheet: Any, _: Any, index: int, height: float) -> None:
        self.pictures[sheet.title][index]["height"] = height

    def _updatePicture(self, sheet: Any, _: Any, data: str, index: int, *__: Any) -> None:
        self.pictures[sheet.title][index]["png"] = base64.b64decode(data)

    def _deletePicture(self, sheet: Any, _: Any, index: int) -> None:
        del self.pictures[sheet.title][index]

    def _save(self, *_: Any) -> None:
        self.workbook.save(self.path)


def _type(sheet: Any, row: int, column: int, value: Any) -> None:
    """Put into a cell what Excel makes of a value that is typed."""
    cell = sheet.cell(row, column)
    cell.quotePrefix = False
    if not isinstance(value, str):
        cell.value = value
    elif value.startswith("'"):
        cell.value, cell.data_type = value[1:], "s"
        cell.quotePrefix = True
    elif value.startswith(("=", "+", "-", "@")):
        cell.value = value if value.startswith("=") else f"={value}"
    else:
        cell.value = _converted(value)


def _converted(text: str) -> Any:
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    with contextlib.suppress(ValueError):
        return float(text)
    if _DATE.fullmatch(text):
        return dt.datetime.fromisoformat(text)
    return text or None


def _is_text(sheet: Any, row: int, column: int) -> bool:
    cell = sheet.cell(row, column)
    return cell.data_type == "s" and str(cell.value).startswith("=")


def _cells(sheet: Any, action: dict[str, Any]) -> Iterator[Any]:
    for i in range(action["row_count"]):
        for j in range(action["column_count"]):
            yield sheet.cell(action["start_row"] + 1 + i, action["start_column"] + 1 + j)


def _table(sheet: Any, index: int) -> Any:
    return [*sheet.tables.values()][index]


def _places(area: Any) -> set[tuple[int, int]]:
    return {*area.cells}


def _address(left: int, top: int, right: int, bottom: int) -> str:
    return f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"


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
    top = int(picture["top"] / _LINE) + 1
    bottom = int((picture["top"] + picture["height"]) / _LINE) + 1
    return Native(
        {key: picture[key] for key in ("name", "left", "top", "width", "height")},
        ShapeRange=SimpleNamespace(AlternativeText=picture["alt"], Title=picture.get("title", "")),
        TopLeftCell=SimpleNamespace(Address=f"$A${top}"),
        BottomRightCell=SimpleNamespace(Address=f"$B${bottom}"),
    )
