"""What the tests of both ports share: open a workbook, and look at what a port made of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import openpyxl
import pytest
from lxml import etree

from tests.excel.com.application import Application
from tests.excel.com.com_types import call_rejected
from tests.excel.com.workbooks import Workbook
from tests.excel.model.book import ModelBook
from tests.xl_addin.workbook.samples import loaded, parts
from tests.xl_addin.workbook.stand_in_excel import StandInExcel
from xl_addin.workbook.columns import Table
from xl_addin.workbook.file.drawing_part import EMU_PER_PIXEL
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.markup import DRAWING, RELATION, SHEET_DRAWING, q
from xl_addin.workbook.live.live_book import LiveBook
from xl_addin.workbook.port import Picture, Row, TableContent, TableData, WorkbookPort

_PIXELS_PER_POINT = 96 / 72


@dataclass(frozen=True)
class Shown:
    """A picture as it stands on a sheet; its size in pixels."""

    png: bytes
    size: tuple[int, int]
    alt_text: str


class Bench(ABC):
    """Opens workbooks as one of the ports."""

    #: Whether an error in a cell is read as its name; otherwise as an error without one.
    names_errors = True

    @abstractmethod
    def open(self, path: Path) -> WorkbookPort:
        """Open a workbook."""

    @abstractmethod
    def path(self, port: WorkbookPort) -> Path:
        """Say where the workbook is that a port has open."""

    def look(self, port: WorkbookPort) -> openpyxl.Workbook:
        """Save, and return the workbook as openpyxl sees it."""
        port.save()
        return loaded(self.path(port))

    def edit(self, port: WorkbookPort, change: Callable[[Any], object]) -> WorkbookPort:
        """Let a user change the workbook, and open it again."""
        workbook, path = self.look(port), self.path(port)
        change(workbook)
        self.close(port)
        workbook.save(path)
        return self.open(path)

    def close(self, port: WorkbookPort) -> None:  # noqa: B027 (a file needs no closing)
        """Let go of a workbook."""

    def pictures(self, port: WorkbookPort, sheet: str) -> dict[str, Shown]:
        """Return the pictures on a sheet by name, in their order."""
        return file_pictures(self.path(port), loaded(self.path(port)).sheetnames.index(sheet))


class FileBench(Bench):
    def open(self, path: Path) -> WorkbookPort:
        return FileBook.open(path)

    def path(self, port: WorkbookPort) -> Path:
        assert isinstance(port, FileBook)
        return port.path


class StandInPort:
    """The live port on the stand-in for Excel; what it recorded is done after each call."""

    def __init__(self, excel: StandInExcel) -> None:
        self.excel = excel

    @property
    def name(self) -> str:
        return LiveBook(self.excel.book()).name

    @property
    def path(self) -> Path:
        return self.excel.path

    def has_table(self, table: Table) -> bool:
        return LiveBook(self.excel.book()).has_table(table)

    def find_table(self, table: Table) -> TableData | None:
        return LiveBook(self.excel.book()).find_table(table)

    def read_table(self, table: Table) -> TableData:
        return LiveBook(self.excel.book()).read_table(table)

    def write_table(self, content: TableContent) -> Sequence[Row]:
        return self._do(lambda live: live.write_table(content))

    def put_pictures(
        self, sheet: str, pictures: Sequence[Picture], *, keep: Collection[str] = ()
    ) -> None:
        self._do(lambda live: live.put_pictures(sheet, pictures, keep=keep))

    def save(self) -> None:
        self._do(lambda live: live.save())

    def save_copy(self, path: Path) -> None:
        self._do(lambda live: live.save_copy(path))

    def _do(self, work: Callable[[LiveBook], Any]) -> Any:
        book = self.excel.book()
        try:
            return work(LiveBook(book))
        finally:
            self.excel.apply(book)


class LiveBench(Bench):
    """Opens workbooks in a stand-in for Excel, which remembers what was done to it."""

    @abstractmethod
    def model(self, port: WorkbookPort) -> ModelBook:
        """Return the workbook behind the stand-in."""

    @abstractmethod
    def calls(self, port: WorkbookPort) -> Sequence[str]:
        """Name what was changed, in Excel itself or in the workbook."""

    @abstractmethod
    def writes(self, port: WorkbookPort) -> int:
        """Count the arrays of cells that were written or emptied."""

    @abstractmethod
    def forget(self, port: WorkbookPort) -> None:
        """Forget what was done so far."""

    @abstractmethod
    def reject(self, call: str, times: int, patch: pytest.MonkeyPatch) -> None:
        """Let Excel reject a call (resize, add column, fill, write) so many times."""

    def path(self, port: WorkbookPort) -> Path:
        return self.model(port).path

    def pictures(self, port: WorkbookPort, sheet: str) -> dict[str, Shown]:
        return model_pictures(self.model(port), sheet)


class WindowsBench(LiveBench):
    """The live port over xlwings' own code for Windows, on the stand-in for Excel below it."""

    _CALLS: ClassVar[dict[str, str]] = {
        "resize": "ListObject.Resize",
        "add column": "ListColumns.Add",
        "fill": "Range.AutoFill",
        "write": "Range.Value=",
    }

    def __init__(self, excel: Application) -> None:
        self.excel = excel

    def open(self, path: Path) -> WorkbookPort:
        self.excel._open(path)
        port = LiveBook.named(str(path))
        self.forget(port)
        return port

    def model(self, port: WorkbookPort) -> ModelBook:
        return self.workbook(port)._model

    def calls(self, port: WorkbookPort) -> Sequence[str]:
        return self.excel._changes_made()

    def writes(self, port: WorkbookPort) -> int:
        arrays = ("Range.Value=", "Range.Formula=", "Range.ClearContents")
        return sum(call in arrays for call in self.excel._calls)

    def forget(self, port: WorkbookPort) -> None:
        self.excel._calls.clear()

    def reject(self, call: str, times: int, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(self.excel, "_refuses", self.excel._refuses)  # and gives it back
        self.excel._reject(self._CALLS[call], times)

    def close(self, port: WorkbookPort) -> None:
        self.workbook(port).Close(SaveChanges=False)

    def workbook(self, port: WorkbookPort) -> Workbook:
        """Return Excel's own object of the workbook that a port has open."""
        return next(book for book in self.excel._books if book.Name == port.name)


class StandInBench(LiveBench):
    """The live port over xlwings' remote engine."""

    _CALLS: ClassVar[dict[str, str]] = {
        "resize": "Table.resize",
        "add column": "TableColumns.add",
        "fill": "Range.autofill",
        "write": "Book.append_json_action",
    }

    def __init__(self, xlwings: Any) -> None:
        self.xlwings = xlwings

    def open(self, path: Path) -> StandInPort:
        return StandInPort(StandInExcel(path, self.xlwings))

    def model(self, port: WorkbookPort) -> ModelBook:
        return self._excel(port).model

    def calls(self, port: WorkbookPort) -> Sequence[str]:
        return self._excel(port).calls

    def writes(self, port: WorkbookPort) -> int:
        return self._excel(port).writes

    def forget(self, port: WorkbookPort) -> None:
        self._excel(port).calls.clear()

    def reject(self, call: str, times: int, patch: pytest.MonkeyPatch) -> None:
        kind, attribute = self._CALLS[call].split(".")
        owner = getattr(self.xlwings.pro._xlremote, kind)
        known, left = getattr(owner, attribute), [times]

        def rejected(*arguments: Any, **named: Any) -> Any:
            if left[0]:
                left[0] -= 1
                raise call_rejected()
            return known(*arguments, **named)

        patch.setattr(owner, attribute, rejected)

    @staticmethod
    def _excel(port: WorkbookPort) -> StandInExcel:
        assert isinstance(port, StandInPort)
        return port.excel


def model_pictures(book: ModelBook, sheet: str) -> dict[str, Shown]:
    """The pictures of a sheet of a workbook that a stand-in has open."""
    return {
        shown.name: Shown(
            shown.png,
            (round(shown.width * _PIXELS_PER_POINT), round(shown.height * _PIXELS_PER_POINT)),
            shown.alt_text,
        )
        for shown in book.sheet(sheet).pictures
    }


def file_pictures(path: Path, number: int) -> dict[str, Shown]:
    """The pictures of a sheet, counted from 0, of a workbook file that has one drawing at most."""
    content = parts(path)
    relations = content.get(f"xl/worksheets/_rels/sheet{number + 1}.xml.rels", b"<none/>")
    drawings = [
        str(item.get("Target")).rpartition("/")[2]
        for item in etree.fromstring(relations)
        if str(item.get("Type")).endswith("/drawing")
    ]
    found = {}
    for drawing in drawings:
        links = etree.fromstring(content[f"xl/drawings/_rels/{drawing}.rels"])
        images = {item.get("Id"): str(item.get("Target")).rpartition("/")[2] for item in links}
        for anchor in etree.fromstring(content[f"xl/drawings/{drawing}"]):
            for properties in anchor.iter(q("cNvPr", SHEET_DRAWING)):
                blip = next(anchor.iter(q("blip", DRAWING)))
                size = next(anchor.iter(q("ext", DRAWING), q("ext", SHEET_DRAWING)))
                image = images[blip.get(q("embed", RELATION))]
                found[str(properties.get("name"))] = Shown(
                    content[f"xl/media/{image}"],
                    (
                        round(int(size.get("cx", "0")) / EMU_PER_PIXEL),
                        round(int(size.get("cy", "0")) / EMU_PER_PIXEL),
                    ),
                    str(properties.get("descr") or ""),
                )
    return found
