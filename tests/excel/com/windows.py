"""The desktop of the stand-in: which Excels run, their windows, what can be created by name."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from tests.excel.com.com_types import INVALID_CLASS, INVALID_MONIKER, CDispatch, com_error
from tests.excel.faults import UnknownToStandInError

#: The windows inside one of Excel's: handle and class. EXCEL7 is there while a workbook is.
_DESK, _SHEET = 1, 2
_STEP = 0x100

OK_BUTTON = 0  # MB_OK


@dataclass
class RunningExcel:
    """One process of Excel. `has_book` says whether any workbook is open in it."""

    pid: int
    application: CDispatch
    has_book: Callable[[], bool]
    hwnd: int = 0


class ExcelWindow(CDispatch):
    """What a window handle leads to: the object `Window`, of which the application is asked."""

    def __init__(self, application: CDispatch) -> None:
        self._application = application

    @property
    def Application(self) -> CDispatch:
        return self._application


@dataclass
class Windows:
    """One desktop: what runs, front to back, and what COM creates or finds by its name.

    `classes` is what `Dispatch` and `DispatchEx` create by a ProgID, and `GetObject` finds by its
    moniker: each name with the function that makes the object. `boxes` are the texts that were
    shown in boxes; each was read at once.
    """

    excels: list[RunningExcel] = field(default_factory=list)
    classes: dict[str, Callable[[], object]] = field(default_factory=dict)
    boxes: list[str] = field(default_factory=list)

    def start(self, application: CDispatch, pid: int, has_book: Callable[[], bool]) -> int:
        """Let an Excel run, in front of all others; return the handle of its window."""
        hwnd = _STEP * (1 + max((excel.hwnd // _STEP for excel in self.excels), default=0))
        self.excels.insert(0, RunningExcel(pid, application, has_book, hwnd))
        return hwnd

    def end(self, pid: int) -> None:
        """Let an Excel end."""
        self.excels = [excel for excel in self.excels if excel.pid != pid]

    def create(self, name: str) -> object:
        """Create an object by its ProgID.

        :raises com_error: if no program is registered under it.
        """
        if name not in self.classes:
            raise com_error(INVALID_CLASS, "Invalid class string", None, None)
        return self.classes[name]()

    def find(self, moniker: str) -> object:
        """Return the object that a moniker names.

        :raises com_error: if there is none.
        """
        if moniker not in self.classes:
            raise com_error(INVALID_MONIKER, "Invalid syntax", None, None)
        return self.classes[moniker]()

    # Handles, as win32gui, win32process and user32 know them

    def top_window(self, _of: int | None) -> int:
        return self.excels[0].hwnd if self.excels else 0

    def next_window(self, hwnd: int, relation: int) -> int:
        if relation != 2:  # GW_HWNDNEXT
            raise UnknownToStandInError(f"GetWindow({relation})")
        handles = [excel.hwnd for excel in self.excels]
        return dict(pairwise(handles)).get(hwnd, 0)

    def child_window(self, parent: int, after: int, kind: str, title: str | None) -> int:
        if after or title is not None or kind not in ("XLDESK", "EXCEL7"):
            raise UnknownToStandInError(f"FindWindowEx({parent}, {after}, {kind}, {title})")
        excel = self._excel(parent)
        if excel is None:
            return 0
        if kind == "XLDESK":
            return excel.hwnd + _DESK if parent == excel.hwnd else 0
        return excel.hwnd + _SHEET if parent == excel.hwnd + _DESK and excel.has_book() else 0

    def thread_and_process(self, hwnd: int) -> tuple[int, int]:
        excel = self._excel(hwnd)
        return (0, 0) if excel is None else (excel.pid + 1, excel.pid)

    def _excel(self, hwnd: int) -> RunningExcel | None:
        return next((excel for excel in self.excels if excel.hwnd == hwnd // _STEP * _STEP), None)

    def message_box(self, hwnd: int, text: str, _title: str, style: int) -> int:
        if style != OK_BUTTON or self._excel(hwnd) is None:
            raise UnknownToStandInError(f"MessageBox of style {style} over {hwnd}")
        self.boxes.append(text)
        return 1  # IDOK

    # The way from a handle to an object, through oleacc and pythoncom's own library

    def accessible_object(self, hwnd: int, _part: int, _iid: Any, pointer: Any) -> int:
        excel = self._excel(hwnd)
        if excel is None or hwnd != excel.hwnd + _SHEET:
            raise OSError(22, "The parameter is incorrect", None, -2147024809)  # E_INVALIDARG
        pointer._obj.value = hwnd
        return 0

    def object_at(self, pointer: ctypes.c_void_p, _iid: Any, _own: bool) -> object:
        excel = self._excel(pointer.value or 0)
        if excel is None:
            raise UnknownToStandInError(f"an object at {pointer.value}")
        return ExcelWindow(excel.application)._oleobj_

    # The libraries that ctypes loads

    @property
    def windll(self) -> SimpleNamespace:
        user32 = SimpleNamespace(GetTopWindow=self.top_window, GetWindow=self.next_window)
        return SimpleNamespace(user32=user32)

    @property
    def oledll(self) -> SimpleNamespace:
        return SimpleNamespace(
            ole32=SimpleNamespace(CLSIDFromString=lambda _text, _guid: 0),
            oleacc=SimpleNamespace(AccessibleObjectFromWindow=self.accessible_object),
        )

    def python_library(self, _file: str) -> SimpleNamespace:
        def object_from_pointer(pointer: ctypes.c_void_p, iid: Any, own: bool) -> object:
            return self.object_at(pointer, iid, own)

        return SimpleNamespace(PyCom_PyObjectFromIUnknown=object_from_pointer)
