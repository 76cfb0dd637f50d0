"""A stand-in for Excel, so that the live port can be run where there is none.

It is NOT Excel. xlwings' remote engine (xlwings PRO, used here under its non-commercial key and
nowhere in the product) reads a workbook from a JSON payload and only records what is to be done to
it. This file makes the payload from a workbook held by openpyxl, and applies the recorded actions
to that workbook (`tests.excel.model`), in the way in which Excel would as far as we know.

Four things that the engine cannot read in a script (formulas, merged cells, widths, filters) are
answered here as Excel would, and a few properties of Excel's own objects that the product asks for
by their Windows names are imitated.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.excel.model.pictures import ShownPicture
from tests.excel.model.sheet import ModelSheet
from tests.excel.model.table import SheetTable
from tests.excel.model.typed import ErrorValue, Value
from tests.xl_addin.workbook.stand_in_actions import Actions
from xl_addin.workbook.areas import Area


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
        self.read_only, self.calculation = False, "Automatic"

    @property
    def writes(self) -> int:
        return sum(call in ("setValues", "setFormula", "rangeClearContents") for call in self.calls)

    # What xlwings reads

    def book(self) -> Any:
        sheets = [self._sheet(sheet) for sheet in self.model.sheets()]
        book = {"name": self.path.name, "active_sheet_index": 0, "selection": "A1"}
        payload = Native(
            {
                "client": "Office.js",
                "version": self._xlwings.__version__,
                "book": {**book, "calculation": self.calculation},
                "names": [
                    {
                        "name": name,
                        "sheet_index": None,
                        "address": None,
                        "book_scope": True,
                        "scope_sheet_name": None,
                        "scope_sheet_index": None,
                        "refers_to": formula,
                    }
                    for name, formula in self.model.names().items()
                ],
                "sheets": sheets,
                "stand_in": self,
            },
            ReadOnly=self.read_only,
            Path=str(self.path.parent),
            SaveCopyAs=lambda path: self.model.save_copy(Path(path)),
        )
        return self._xlwings.Book(json=payload)

    def _sheet(self, sheet: ModelSheet) -> Native:
        used = replace(sheet.used(), top=1, left=1)
        return Native(
            {
                "name": sheet.name,
                "visibility": sheet.cells.sheet_state.capitalize(),
                "values": [
                    [_payload_value(sheet.value(row, column)) for column in used.columns]
                    for row in used.rows
                ],
                "used_range_address": str(used),
                "pictures": PictureList(_picture_payload(sheet, shown) for shown in sheet.pictures),
                "tables": [_table_payload(table) for table in sheet.tables()],
                "charts": [],
                "shapes": [],
                "notes": [],
            },
            ProtectContents=sheet.is_protected,
        )

    def formulas(self, cells: Any) -> Any:
        sheet, (rows, columns) = self._model(cells), cells.shape
        block = [
            [_payload_value(sheet.formula(cells.row + i, cells.column + j)) for j in range(columns)]
            for i in range(rows)
        ]
        return str(block[0][0]) if (rows, columns) == (1, 1) else block

    def has_merged(self, cells: Any) -> bool | None:
        merged = self._model(cells).merged_areas()
        found = {any(area.has(*place) for area in merged) for place in _area(cells).cells()}
        return found.pop() if len(found) == 1 else None

    def merge_area(self, cells: Any) -> Any:
        merged = self._model(cells).merged_areas()
        area = next(area for area in merged if area.has(cells.row, cells.column))
        return cells.sheet.range(str(area))

    def width(self, cells: Any) -> float:
        return self._model(cells).geometry.width(cells.column)

    def criteria(self, filter: Any) -> list[dict[str, Any]]:
        table = self._model(filter.parent).tables()[filter.table_index]
        return [
            {"field": field, "type": "values" if field in table.filtered else "none"}
            for field in range(1, len(table.headers) + 1)
        ]

    def _model(self, cells: Any) -> ModelSheet:
        return self.model.sheet(cells.sheet.name)

    # What xlwings recorded

    def apply(self, book: Any) -> None:
        """Do what was recorded in `book`."""
        for action in book.impl.json()["actions"]:
            self.calls.append(action["func"])
            position = action["sheet_position"]
            sheet = None if position is None else self.model.sheets()[position]
            name = re.sub("([A-Z])", lambda letter: f"_{letter[1].lower()}", action["func"])
            getattr(self, name)(sheet, action, *action["args"])
        for model, sheet in zip(self.model.sheets(), book.impl.api["sheets"], strict=True):
            for picture, shown in zip(model.pictures, sheet["pictures"], strict=True):
                picture.alt_text = shown.ShapeRange.AlternativeText
                picture.title = shown.ShapeRange.Title


def _payload_value(value: Value) -> Any:
    """Return a value as it stands in the payload."""
    if isinstance(value, dt.datetime):
        return f"{value.isoformat()}.000Z"
    if isinstance(value, ErrorValue):
        return value.name
    return "" if value is None else value


def _area(cells: Any) -> Area:
    (rows, columns), top, left = cells.shape, cells.row, cells.column
    return Area(top, left, top + rows - 1, left + columns - 1)


def _table_payload(table: SheetTable) -> dict[str, Any]:
    return {
        "name": table.name,
        "range_address": str(table.area),
        "header_row_range_address": str(table.area) if table.has_headers else None,
        "data_body_range_address": str(table.area),
        "total_row_range_address": None,
        "show_headers": table.has_headers,
        "show_totals": table.has_totals,
        "show_autofilter": table.table.autoFilter is not None,
        "columns": table.headers,
    }


def _picture_payload(sheet: ModelSheet, picture: ShownPicture) -> Native:
    top = sheet.geometry.row_at(picture.top)
    bottom = sheet.geometry.row_at(picture.top + picture.height)
    return Native(
        {key: getattr(picture, key) for key in ("name", "left", "top", "width", "height")},
        ShapeRange=SimpleNamespace(AlternativeText=picture.alt_text, Title=picture.title),
        TopLeftCell=SimpleNamespace(Address=f"$A${top}"),
        BottomRightCell=SimpleNamespace(Address=f"$B${bottom}"),
    )
