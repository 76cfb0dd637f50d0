"""Workbooks and sheets that are open in the stand-in for Excel for Mac."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.excel.mac.apple_modules import posix_path
from tests.excel.mac.cells import Cells, named_cells
from tests.excel.mac.excel import REFUSED, Excel, Thing
from tests.excel.mac.pictures import Picture
from tests.excel.mac.reference import CommandError, k
from tests.excel.mac.tables import ListObject
from tests.excel.model.book import ModelBook
from tests.excel.model.sheet import ModelSheet
from xl_addin.workbook.areas import LAST_COLUMN, Area


class Workbook(Thing):
    """An open workbook; `model` holds what is in it."""

    described_by = ("name", "path", "full_name", "file_format")

    def __init__(self, excel: Excel, path: Path) -> None:
        self.excel, self.model = excel, ModelBook(path)
        #: Where Excel says that it lies: a folder, an address, or nothing if it was never saved.
        self.place = str(path.parent)
        excel.workbooks.append(self)

    def read_name(self) -> str:
        return self.model.name

    def read_path(self) -> str:
        return self.place

    def read_full_name(self) -> str:
        return f"{self.place}/{self.model.name}" if self.place else self.model.name

    def read_file_format(self) -> Any:
        return k.Excel_XML_file_format

    def read_read_only(self) -> bool:
        return self.model.is_read_only

    def read_active_sheet(self) -> Worksheet:
        return self.all_worksheets()[0]

    def all_worksheets(self) -> list[Worksheet]:
        return [Worksheet(self, sheet) for sheet in self.model.sheets()]

    all_sheets = all_worksheets

    def do_count(self, each: str) -> int:
        return {"worksheet": len(self.model.sheets())}[each]

    def do_save(self) -> None:
        if self.model.is_read_only:
            raise CommandError(REFUSED, "The workbook is read only.")
        self.model.save()

    def do_close(self, saving: Any) -> None:
        assert saving == k.no
        self.excel.workbooks.remove(self)

    def all_named_items(self) -> list[NamedItem]:
        return [NamedItem(self.model, name) for name in self.model.names()]

    def do_make_named_item(self, references: str, name: str) -> NamedItem:
        self.model.define(name, references)
        return NamedItem(self.model, name)


class NamedItem(Thing):
    """A defined name of a workbook."""

    described_by = ("name", "references")

    def __init__(self, model: ModelBook, name: str) -> None:
        self._model, self._name = model, name

    def read_name(self) -> str:
        return self._name

    def read_references(self) -> str:
        return self._model.names()[self._name]

    def write_references(self, value: str) -> None:
        self._model.define(self._name, value)


class Worksheet(Thing):
    """A sheet of cells."""

    def __init__(self, book: Workbook, model: ModelSheet) -> None:
        self.book, self.model = book, model

    def read_name(self) -> str:
        return self.model.name

    def read_entry_index(self) -> int:
        return 1 + [sheet.name for sheet in self.book.model.sheets()].index(self.model.name)

    def read_protect_contents(self) -> bool:
        return self.model.is_protected

    def read_used_range(self) -> Cells:
        return Cells(self, self.model.used())

    def one_of_cells(self, key: str) -> Cells:
        return named_cells(self, key)

    one_of_ranges = one_of_cells

    def one_of_rows(self, key: int | str) -> Cells:
        if isinstance(key, str):
            return named_cells(self, key)
        return Cells(self, Area(key, 1, key, LAST_COLUMN))

    def do_count(self, each: str) -> int:
        counted = {"list_object": self.model.tables(), "picture": self.model.pictures}
        return len(counted[each])

    def all_list_objects(self) -> list[ListObject]:
        return [ListObject(self, table) for table in self.model.tables()]

    def all_named_items(self) -> list[NamedItem]:
        assert not self.model.cells.defined_names, "names of a sheet alone are not known"
        return []

    def all_pictures(self) -> list[Picture]:
        return [Picture(self, shown) for shown in self.model.pictures]

    def do_make_picture(self, **properties: Any) -> Picture:
        return Picture.add(self, posix_path(properties.pop("file_name")), properties)
