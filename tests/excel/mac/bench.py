"""Opens workbooks in the stand-in for Excel for Mac, through xlwings' own code for macOS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.excel.faults import faults
from tests.excel.mac.excel import Excel
from tests.excel.mac.loader import xlwings_on_mac
from tests.excel.mac.pictures import SANDBOX
from tests.excel.mac.workbook import Workbook
from tests.xl_addin.workbook.benches import Bench, Shown, model_pictures
from xl_addin.workbook.live.live_book import LiveBook
from xl_addin.workbook.port import WorkbookPort


class MacBench(Bench):
    """One Excel; `workbooks` are those that a port has open, by its name."""

    names_errors = False

    def __init__(self, xlwings: Any, excel: Excel) -> None:
        self.xlwings, self.excel = xlwings, excel

    def open(self, path: Path) -> LiveBook:
        Workbook(self.excel, path)
        return LiveBook(self.xlwings.apps[self.excel.process].books[path.name])

    def workbook(self, port: WorkbookPort) -> Workbook:
        return next(book for book in self.excel.workbooks if book.model.name == port.name)

    def path(self, port: WorkbookPort) -> Path:
        return self.workbook(port).model.path

    def close(self, port: WorkbookPort) -> None:
        self.excel.workbooks.remove(self.workbook(port))

    def pictures(self, port: WorkbookPort, sheet: str) -> dict[str, Shown]:
        return model_pictures(self.workbook(port).model, sheet)


@contextmanager
def excel_for_mac(patch: pytest.MonkeyPatch, home: Path) -> Iterator[MacBench]:
    """Give an Excel that runs on a Mac with this home folder.

    It ends with an error if anything was asked of it that it does not know, or in haste.
    """
    (home / SANDBOX).mkdir(parents=True)
    excel = Excel()
    with patch.context() as within:
        within.setenv("HOME", str(home))
        with xlwings_on_mac(within, excel) as xlwings:
            faults.clear()
            yield MacBench(xlwings, excel)
    assert not faults, "; ".join(faults)
