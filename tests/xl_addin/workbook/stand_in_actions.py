"""What the stand-in for Excel does to its workbook: one method for each action xlwings records.

The names are those of the actions; what they do is done by the workbook behind every stand-in
(`tests.excel.model`).
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from tests.excel.model.book import ModelBook
from tests.excel.model.geometry import LINE
from tests.excel.model.pictures import ShownPicture
from tests.excel.model.sheet import ModelSheet
from tests.excel.model.typed import LONGEST_FORMULA, Refused
from xl_addin.workbook.areas import Area


class Actions:
    """A workbook that is changed action by action; `calls` are their names."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.model = ModelBook(path)
        self.workbook = self.model.workbook
        self.calls: list[str] = []

    def set_values(self, sheet: ModelSheet, action: dict[str, Any], *_: Any) -> None:
        area = _area(action)
        assert len(action["values"]) == action["row_count"]
        for row, values in zip(area.rows, action["values"], strict=True):
            for column, value in zip(area.columns, values, strict=True):
                sheet.put(row, column, value)

    def set_formula(self, sheet: ModelSheet, action: dict[str, Any], *arguments: Any) -> None:
        texts = (value for row in action["values"] for value in row if isinstance(value, str))
        if max(map(len, texts), default=0) > LONGEST_FORMULA:
            raise Refused("Application-defined or object-defined error")
        self.set_values(sheet, action, *arguments)

    def range_clear_contents(self, sheet: ModelSheet, action: dict[str, Any], *_: Any) -> None:
        sheet.clear_contents(_area(action))

    def range_clear_formats(self, sheet: ModelSheet, action: dict[str, Any], *_: Any) -> None:
        sheet.clear_formats(_area(action))

    def range_autofill(
        self, sheet: ModelSheet, action: dict[str, Any], destination: str, kind: str
    ) -> None:
        assert kind == "FillFormats"
        sheet.fill_formats(_area(action), Area.parse(destination))

    def set_number_format(
        self, sheet: ModelSheet, action: dict[str, Any], number_format: str
    ) -> None:
        sheet.set_number_format(_area(action), number_format)

    def set_wrap_text(self, sheet: ModelSheet, action: dict[str, Any], wrapped: bool) -> None:
        sheet.set_wrap(_area(action), wrapped)

    def set_font_property(
        self, sheet: ModelSheet, action: dict[str, Any], name: str, value: Any
    ) -> None:
        sheet.set_font(_area(action), **{name: value})

    def set_column_width(self, sheet: ModelSheet, action: dict[str, Any], width: float) -> None:
        sheet.geometry.set_width(action["start_column"] + 1, width)

    def set_autofit(self, *_: Any) -> None: ...

    def set_screen_updating(self, *_: Any) -> None: ...

    def set_calculation(self, sheet: ModelSheet, action: dict[str, Any], mode: str) -> None:
        self.calls.append(mode)

    def clear_auto_filter_table(
        self, sheet: ModelSheet, action: dict[str, Any], index: int, field: int
    ) -> None:
        sheet.tables()[index].clear_filter(field)

    def resize_table(
        self, sheet: ModelSheet, action: dict[str, Any], index: int, address: str
    ) -> None:
        sheet.tables()[index].resize(Area.parse(address))

    def add_table_column(
        self, sheet: ModelSheet, action: dict[str, Any], index: int, position: int, name: str
    ) -> None:
        table = sheet.tables()[index]
        table.add_column(position + 1)
        sheet.put(table.area.top, table.area.left + position, name)

    def delete_table_column(
        self, sheet: ModelSheet, action: dict[str, Any], index: int, name: str
    ) -> None:
        table = sheet.tables()[index]
        table.delete_column(table.headers.index(name) + 1)

    def names_add(self, sheet: None, action: dict[str, Any], name: str, refers_to: str) -> None:
        assert name not in self.model.names()
        self.model.define(name, refers_to)

    def set_name_refers_to(
        self, sheet: None, action: dict[str, Any], name: str, _: Any, __: Any, refers_to: str
    ) -> None:
        self.model.define(name, refers_to)

    def add_picture(
        self, sheet: ModelSheet, action: dict[str, Any], data: str, column: int, row: int, *_: Any
    ) -> None:
        image = base64.b64decode(data)
        sheet.pictures.append(ShownPicture("Image", image, top=row * LINE))

    def set_picture_name(self, sheet: ModelSheet, _: Any, index: int, name: str) -> None:
        sheet.pictures[index].name = name

    def set_picture_width(self, sheet: ModelSheet, _: Any, index: int, width: float) -> None:
        sheet.pictures[index].width = width

    def set_picture_height(self, sheet: ModelSheet, _: Any, index: int, height: float) -> None:
        sheet.pictures[index].height = height

    def update_picture(self, sheet: ModelSheet, _: Any, data: str, index: int, *__: Any) -> None:
        sheet.pictures[index].png = base64.b64decode(data)

    def delete_picture(self, sheet: ModelSheet, _: Any, index: int) -> None:
        del sheet.pictures[index]

    def save(self, *_: Any) -> None:
        self.model.save()


def _area(action: dict[str, Any]) -> Area:
    top, left = action["start_row"] + 1, action["start_column"] + 1
    return Area(top, left, top + action["row_count"] - 1, left + action["column_count"] - 1)
