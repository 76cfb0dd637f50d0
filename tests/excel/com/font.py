"""The font of some cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.excel.com.excel_object import ExcelObject

if TYPE_CHECKING:
    from tests.excel.com.range import Range


class Font(ExcelObject):
    """The font of a range."""

    def __init__(self, cells: Range) -> None:
        super().__init__(cells._application)
        self._cells = cells

    @property
    def Bold(self) -> object:
        model = self._cells._model
        return self._cells._shared(
            lambda row, column: bool(model.cells.cell(row, column).font.bold)
        )

    @Bold.setter
    def Bold(self, value: bool) -> None:
        for area in self._cells._areas:
            self._cells._model.set_font(area, bold=value)
