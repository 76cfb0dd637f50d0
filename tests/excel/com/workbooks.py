"""Workbooks that are open in Excel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.excel.com.excel_object import ExcelList, ExcelObject
from tests.excel.com.names import Names
from tests.excel.com.worksheets import Worksheet, Worksheets
from tests.excel.model.book import ModelBook
from tests.excel.model.typed import Refused

if TYPE_CHECKING:
    from tests.excel.com.application import Application

_FORMATS = {".xlsx": 51, ".xlsm": 52, ".xltx": 54, ".xltm": 53}  # XlFileFormat


class Workbook(ExcelObject):
    """An open workbook: with an `address` where it lies in a cloud folder, or never saved at all.

    One that was never saved has a name, and no path.
    """

    def __init__(
        self,
        application: Application,
        model: ModelBook,
        address: str | None = None,
        unsaved_name: str | None = None,
    ) -> None:
        super().__init__(application)
        self._model, self._address, self._unsaved_name = model, address, unsaved_name

    @property
    def Application(self) -> Application:
        return self._application

    @property
    def Parent(self) -> Application:
        return self._application

    @property
    def Name(self) -> str:
        if self._address:
            return self._address.rpartition("/")[2]
        return self._unsaved_name or self._model.name

    @property
    def Path(self) -> str:
        if self._address:
            return self._address.rpartition("/")[0]
        return "" if self._unsaved_name else str(self._model.path.parent)

    @property
    def FullName(self) -> str:
        return self._address or self._unsaved_name or str(self._model.path)

    @property
    def FileFormat(self) -> int:
        return _FORMATS[self._model.path.suffix]

    @property
    def ReadOnly(self) -> bool:
        return self._model.is_read_only

    @property
    def Saved(self) -> bool:
        return self._model.is_saved

    @property
    def ProtectStructure(self) -> bool:
        return bool(self._model.workbook.security.lockStructure)

    @property
    def Worksheets(self) -> Worksheets:
        return Worksheets(self)

    @property
    def ActiveSheet(self) -> Worksheet:
        active = self._application._active
        if active is not None and active._book is self:
            return active
        return Worksheet(self, self._model.sheets()[0])

    @property
    def Names(self) -> Names:
        return Names(self)

    def Activate(self) -> None:
        self._application._activate(self._model.sheets()[0].name, self)

    def Save(self) -> None:
        if self._model.is_read_only or self._unsaved_name:
            raise Refused(f"Cannot access read-only document '{self._model.name}'.")
        self._model.save()

    def SaveCopyAs(self, Filename: str) -> None:
        path = Path(Filename)
        if not path.parent.is_dir():
            raise Refused(f"Microsoft Excel cannot access the file '{path}'.")
        self._model.save_copy(path)

    def Close(self, SaveChanges: bool | None = None) -> None:
        if SaveChanges:
            self._model.save()
        elif SaveChanges is None and not self._model.is_saved:
            raise Refused("The stand-in for Excel asks nobody whether to save.")
        books = self._application._books
        books.remove(next(book for book in books if book._model is self._model))
        if self._application._active and self._application._active._book._model is self._model:
            self._application._active = self._application._selected = None


class Workbooks(ExcelList):
    """The workbooks of one Excel."""

    def _members(self) -> dict[str, ExcelObject]:
        return {book.Name: book for book in self._application._books}

    @property
    def Application(self) -> Application:
        return self._application

    def Open(
        self, Filename: str, UpdateLinks: object = None, ReadOnly: object = None, *others: object
    ) -> Workbook:
        if any(other is not None for other in others):
            raise Refused("The stand-in for Excel opens workbooks without further ado.")
        path = Path(Filename)
        if any(book.Name.casefold() == path.name.casefold() for book in self._application._books):
            raise Refused(
                f"Sorry, Excel can't open two workbooks with the same name at the same time: {path}"
            )
        if not path.is_file():
            raise Refused(f"Sorry, we couldn't find {path}. Is it possible it was moved?")
        book = self._application._open(path)
        book._model.is_read_only = bool(ReadOnly)
        return book
