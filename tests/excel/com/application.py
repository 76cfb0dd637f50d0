"""Excel itself: its state, the workbooks that are open in it, and whether it takes calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.excel.com.com_types import call_rejected, cell_is_edited, com_error
from tests.excel.com.excel_object import ExcelObject
from tests.excel.com.range import Range
from tests.excel.com.windows import Windows
from tests.excel.com.workbooks import Workbook, Workbooks
from tests.excel.com.worksheets import Worksheet
from tests.excel.faults import check_patience
from tests.excel.model.book import ModelBook
from tests.excel.model.languages import ENGLISH, Language
from tests.excel.model.typed import Refused
from xl_addin.workbook.areas import Area

#: Methods that change something.
_CHANGING = {
    "FormatCondition.Delete",
    "FormatCondition.SetLastPriority",
    "FormatConditions.AddColorScale",
    "ListColumn.Delete",
    "ListColumns.Add",
    "ListObject.Resize",
    "Names.Add",
    "Picture.Delete",
    "Range.AutoFill",
    "Range.AutoFilter",
    "Range.AutoFit",
    "Range.ClearContents",
    "Range.ClearFormats",
    "Shapes.AddPicture",
}

AUTOMATIC, MANUAL, SEMIAUTOMATIC = -4105, -4135, 2  # XlCalculation


class Application(ExcelObject):
    """One running Excel. A test asks it by the names that begin with an underscore."""

    def __init__(self, windows: Windows, pid: int = 4711, language: Language = ENGLISH) -> None:
        super().__init__(self)
        self._windows, self._pid, self._language = windows, pid, language
        self._books: list[Workbook] = []
        self._active: Worksheet | None = None
        self._selected: ExcelObject | None = None
        self._state: dict[str, object] = {
            "StatusBar": False,
            "Interactive": True,
            "ScreenUpdating": True,
            "DisplayAlerts": True,
            "EnableEvents": True,
            "Visible": True,
            "Calculation": AUTOMATIC,
        }
        self._copied_at: int | None = None
        self._calls: list[str] = []
        self._refuses: Callable[[str], com_error | None] = lambda _: None
        self._hwnd = windows.start(self, pid, lambda: bool(self._books))

    # What a test does with it

    def _open(self, path: Path, **how: object) -> Workbook:
        """Let the user open a workbook."""
        book = Workbook(self, ModelBook(path, self._language), **how)
        self._books.append(book)
        self._activate(book._model.sheets()[0].name, book)
        return book

    def _activate(self, sheet: str, book: Workbook | None = None) -> None:
        """Let the user look at a sheet."""
        chosen = book or self._books[-1]
        self._active = Worksheet(chosen, chosen._model.sheet(sheet))
        self._selected = Range(self._active, Area(1, 1, 1, 1))

    def _select(self, thing: ExcelObject) -> None:
        """Let the user select cells or a picture."""
        self._selected = thing

    def _copy(self) -> None:
        """Let the user copy what is selected: until something changes, it can be pasted."""
        self._copied_at = self._changes()

    def _edit_cell(self) -> None:
        """Let the user type into a cell."""
        self._refuses = lambda _: cell_is_edited()

    def _open_dialog(self) -> None:
        """Let a dialog be open."""
        self._refuses = lambda _: call_rejected()

    def _be_ready(self) -> None:
        """Let the user press Enter, or close the dialog."""
        self._refuses = lambda _: None

    def _reject(
        self, member: str, times: int, error: Callable[[], com_error] = call_rejected
    ) -> None:
        """Let Excel be busy the next times that a member is used, such as `ListObject.Resize`."""
        left = [times]

        def refuse(call: str) -> com_error | None:
            if call != member or not left[0]:
                return None
            left[0] -= 1
            return error()

        self._refuses = refuse

    def _take_call(self, call: str) -> None:
        check_patience(call)
        error = self._refuses(call)
        if error is not None:
            raise error
        self._calls.append(call)

    def _changes_made(self) -> list[str]:
        """Return the calls that changed something, in Excel itself or in a workbook."""
        return [call for call in self._calls if call.endswith("=") or call in _CHANGING]

    def _changes(self) -> int:
        calculation = sum(call == "Application.Calculation=" for call in self._calls)
        return calculation + sum(book._model.changes for book in self._books)

    # What a program does with it

    @property
    def Application(self) -> Application:
        return self

    @property
    def Name(self) -> str:
        return "Microsoft Excel"

    @property
    def Version(self) -> str:
        return "16.0"

    @property
    def Hwnd(self) -> int:
        return self._hwnd

    @property
    def Workbooks(self) -> Workbooks:
        return Workbooks(self)

    @property
    def ActiveWorkbook(self) -> Workbook | None:
        return self._active._book if self._active else None

    @property
    def ActiveSheet(self) -> Worksheet | None:
        return self._active

    @property
    def Selection(self) -> ExcelObject | None:
        return self._selected

    @property
    def Ready(self) -> bool:
        return True  # a busy Excel takes no call, this one included

    @property
    def CutCopyMode(self) -> int:
        return 1 if self._copied_at is not None and self._copied_at == self._changes() else 0

    @CutCopyMode.setter
    def CutCopyMode(self, value: int) -> None:
        self._copied_at = None

    @property
    def StatusBar(self) -> object:
        return self._state["StatusBar"]

    @StatusBar.setter
    def StatusBar(self, value: object) -> None:
        if not (value is False or isinstance(value, str)):
            raise Refused("Unable to set the StatusBar property of the Application class")
        self._state["StatusBar"] = value

    @property
    def Calculation(self) -> object:
        return self._state["Calculation"]

    @Calculation.setter
    def Calculation(self, value: int) -> None:
        if not self._books or value not in (AUTOMATIC, MANUAL, SEMIAUTOMATIC):
            raise Refused("Unable to set the Calculation property of the Application class")
        self._state["Calculation"] = value

    def Quit(self) -> None:
        self._books.clear()
        self._windows.end(self._pid)


def _switch(name: str) -> property:
    """Return a property that is true or false."""

    def read(self: Application) -> object:
        return self._state[name]

    def write(self: Application, value: object) -> None:
        self._state[name] = bool(value)

    return property(read, write)


for _name in ("Interactive", "ScreenUpdating", "DisplayAlerts", "EnableEvents", "Visible"):
    setattr(Application, _name, _switch(_name))
