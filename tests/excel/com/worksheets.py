"""Worksheets of a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.excel.com.excel_object import ExcelList, ExcelObject
from tests.excel.com.list_objects import ListObjects
from tests.excel.com.pictures import Pictures, Shapes
from tests.excel.com.range import Range
from tests.excel.model.sheet import ModelSheet
from tests.excel.model.typed import Refused
from xl_addin.workbook.areas import LAST_COLUMN, LAST_ROW, Area

if TYPE_CHECKING:
    from tests.excel.com.application import Application
    from tests.excel.com.workbooks import Workbook

_VISIBLE = {"visible": -1, "hidden": 0, "veryHidden": 2}  # XlSheetVisibility


class Worksheet(ExcelObject):
    """A worksheet."""

    def __init__(self, book: Workbook, model: ModelSheet) -> None:
        super().__init__(book._application)
        self._book, self._model = book, model

    @property
    def Application(self) -> Application:
        return self._application

    @property
    def Parent(self) -> Workbook:
        return self._book

    @property
    def Name(self) -> str:
        return self._model.name

    @property
    def Index(self) -> int:
        return self._book._model.sheets().index(self._model) + 1

    @property
    def Visible(self) -> int:
        return _VISIBLE[self._model.cells.sheet_state]

    @property
    def ProtectContents(self) -> bool:
        return self._model.is_protected

    @property
    def UsedRange(self) -> Range:
        return Range(self, self._model.used())

    @property
    def Cells(self) -> Range:
        return Range(self, Area(1, 1, LAST_ROW, LAST_COLUMN))

    @property
    def ListObjects(self) -> ListObjects:
        return ListObjects(self)

    @property
    def Shapes(self) -> Shapes:
        return Shapes(self)

    def Pictures(self) -> Pictures:
        return Pictures(self)

    def Range(self, Cell1: str | Range, Cell2: str | Range | None = None) -> Range:
        first, last = (self._area(cell) for cell in (Cell1, Cell2 or Cell1))
        return Range(
            self,
            Area(
                min(first.top, last.top),
                min(first.left, last.left),
                max(first.bottom, last.bottom),
                max(first.right, last.right),
            ),
        )

    def Activate(self) -> None:
        if self._model.cells.sheet_state != "visible":
            raise Refused("Activate method of Worksheet class failed")
        self._application._activate(self._model.name, self._book)

    def _area(self, cell: str | Range) -> Area:
        if isinstance(cell, Range):
            return cell._areas[0]
        try:
            return Area.parse(cell.replace("$", ""))
        except ValueError as error:
            raise Refused("Method 'Range' of object '_Worksheet' failed") from error


class Worksheets(ExcelList):
    """The worksheets of a workbook."""

    def __init__(self, book: Workbook) -> None:
        super().__init__(book._application)
        self._book = book

    def _members(self) -> dict[str, ExcelObject]:
        return {sheet.name: Worksheet(self._book, sheet) for sheet in self._book._model.sheets()}

    @property
    def Parent(self) -> Workbook:
        return self._book
