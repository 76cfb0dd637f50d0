"""What the stand-in for Excel does to its workbook: one method for each action xlwings records.

The names are those of the actions, and what they do is what Excel would do as far as we know; see
`stand_in_excel`.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import TableColumn

from tests.xl_addin.workbook.samples import loaded

#: The height of every row in points.
LINE = 15.0
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Actions:
    """A workbook that is changed action by action; `calls` are their names."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.workbook = loaded(path)
        self.pictures: dict[str, list[dict[str, Any]]] = {n: [] for n in self.workbook.sheetnames}
        self.calls: list[str] = []

    def set_values(self, sheet: Any, action: dict[str, Any], *_: Any) -> None:
        top, left = action["start_row"] + 1, action["start_column"] + 1
        assert len(action["values"]) == action["row_count"]
        for i, row in enumerate(action["values"]):
            assert len(row) == action["column_count"]
            for j, value in enumerate(row):
                _type(sheet, top + i, left + j, value)

    set_formula = set_values

    def range_clear_contents(self, sheet: Any, action: dict[str, Any], *_: Any) -> None:
        for cell in _cells(sheet, action):
            cell.value = None

    def range_clear_formats(self, sheet: Any, action: dict[str, Any], *_: Any) -> None:
        for cell in _cells(sheet, action):
            cell.style = "Normal"

    def range_autofill(
        self, sheet: Any, action: dict[str, Any], destination: str, kind: str
    ) -> None:
        assert kind == "FillFormats"
        left, top, right, bottom = range_boundaries(destination)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                source = sheet.cell(action["start_row"] + 1, column)
                sheet.cell(row, column)._style = copy(source._style)

    def set_number_format(self, sheet: Any, action: dict[str, Any], number_format: str) -> None:
        for cell in _cells(sheet, action):
            cell.number_format = number_format

    def set_wrap_text(self, sheet: Any, action: dict[str, Any], wrapped: bool) -> None:
        for cell in _cells(sheet, action):
            cell.alignment = openpyxl.styles.Alignment(wrap_text=wrapped, vertical="top")

    def set_font_property(self, sheet: Any, action: dict[str, Any], name: str, value: Any) -> None:
        for cell in _cells(sheet, action):
            cell.font = openpyxl.styles.Font(**{name: value})

    def set_column_width(self, sheet: Any, action: dict[str, Any], width: float) -> None:
        dimension = sheet.column_dimensions[get_column_letter(action["start_column"] + 1)]
        dimension.hidden = width == 0
        dimension.width = width

    def set_autofit(self, *_: Any) -> None: ...

    def set_screen_updating(self, *_: Any) -> None: ...

    def set_calculation(self, sheet: Any, action: dict[str, Any], mode: str) -> None:
        self.calls.append(mode)

    def clear_auto_filter_table(
        self, sheet: Any, action: dict[str, Any], index: int, field: int
    ) -> None:
        """Show the rows that the table's filter hid, the user's other hidden ones among them."""
        table = _table(sheet, index)
        table.autoFilter.filterColumn = [
            column for column in table.autoFilter.filterColumn if column.colId != field - 1
        ]
        _, top, _, bottom = range_boundaries(table.ref)
        for row in range(top + 1, bottom + 1):
            sheet.row_dimensions[row].hidden = False

    def resize_table(self, sheet: Any, action: dict[str, Any], index: int, address: str) -> None:
        table = _table(sheet, index)
        left, _, right, _ = range_boundaries(address)
        assert right - left + 1 == len(table.tableColumns), "columns come and go one by one"
        table.ref = address.replace("$", "")
        if table.autoFilter:
            table.autoFilter.ref = table.ref

    def add_table_column(
        self, sheet: Any, action: dict[str, Any], index: int, position: int, name: str
    ) -> None:
        table = _table(sheet, index)
        left, top, right, bottom = range_boundaries(table.ref)
        self._shift(sheet, (top, left + position, bottom), 1)
        used = max(int(column.id) for column in table.tableColumns)
        table.tableColumns.insert(position, TableColumn(id=used + 1, name=name))
        self.resize_table(sheet, action, index, _address(left, top, right + 1, bottom))
        for row in range(top, bottom + 1):
            neighbour = sheet.cell(row, max(left, left + position - 1))
            sheet.cell(row, left + position)._style = copy(neighbour._style)
        sheet.cell(top, left + position).value = name

    def delete_table_column(
        self, sheet: Any, action: dict[str, Any], index: int, name: str
    ) -> None:
        table = _table(sheet, index)
        left, top, right, bottom = range_boundaries(table.ref)
        position = [column.name for column in table.tableColumns].index(name)
        for row in range(top, bottom + 1):
            sheet.cell(row, left + position).value = None
        self._shift(sheet, (top, left + position + 1, bottom), -1)
        del table.tableColumns[position]
        self.resize_table(sheet, action, index, _address(left, top, right - 1, bottom))

    @staticmethod
    def _shift(sheet: Any, start: tuple[int, int, int], by: int) -> None:
        top, left, bottom = start
        last = max(sheet.max_column, left)
        sheet.move_range(_address(left, top, last, bottom), cols=by)

    def names_add(self, sheet: Any, action: dict[str, Any], name: str, refers_to: str) -> None:
        assert name not in self.workbook.defined_names
        self.workbook.defined_names[name] = DefinedName(name, attr_text=refers_to[1:])

    def set_name_refers_to(
        self, sheet: Any, action: dict[str, Any], name: str, _: Any, __: Any, refers_to: str
    ) -> None:
        self.workbook.defined_names[name].attr_text = refers_to[1:]

    def add_picture(
        self, sheet: Any, action: dict[str, Any], data: str, column: int, row: int, *_: Any
    ) -> None:
        image = base64.b64decode(data)
        place = {"left": 0.0, "top": row * LINE, "width": 0.0, "height": 0.0}
        self.pictures[sheet.title].append({"name": "Image", "png": image, **place, "alt": ""})

    def set_picture_name(self, sheet: Any, _: Any, index: int, name: str) -> None:
        self.pictures[sheet.title][index]["name"] = name

    def set_picture_width(self, sheet: Any, _: Any, index: int, width: float) -> None:
        self.pictures[sheet.title][index]["width"] = width

    def set_picture_height(self, sheet: Any, _: Any, index: int, height: float) -> None:
        self.pictures[sheet.title][index]["height"] = height

    def update_picture(self, sheet: Any, _: Any, data: str, index: int, *__: Any) -> None:
        self.pictures[sheet.title][index]["png"] = base64.b64decode(data)

    def delete_picture(self, sheet: Any, _: Any, index: int) -> None:
        del self.pictures[sheet.title][index]

    def save(self, *_: Any) -> None:
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


def _cells(sheet: Any, action: dict[str, Any]) -> Iterator[Any]:
    for i in range(action["row_count"]):
        for j in range(action["column_count"]):
            yield sheet.cell(action["start_row"] + 1 + i, action["start_column"] + 1 + j)


def _table(sheet: Any, index: int) -> Any:
    return [*sheet.tables.values()][index]


def _address(left: int, top: int, right: int, bottom: int) -> str:
    return f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
