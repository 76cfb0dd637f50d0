"""The stand-in for pywin32: what it knows, what it refuses, and that nothing of it stays."""

from __future__ import annotations

import datetime as dt
import sys

import pytest

from tests.excel.com.com_types import (
    CALL_REJECTED,
    CDispatch,
    call_rejected,
    cell_is_edited,
    com_time,
)
from tests.excel.com.loader import xlwings_on_windows
from tests.excel.com.windows import Windows
from tests.excel.faults import UnknownToStandInError


class Application(CDispatch):
    """An Excel that can only say that it is one."""

    def __init__(self, hwnd: int = 0) -> None:
        self._hwnd = hwnd

    @property
    def Application(self) -> Application:  # noqa: N802
        return self

    @property
    def Hwnd(self) -> int:  # noqa: N802
        return self._hwnd


def started(windows: Windows, pid: int, *, has_book: bool = True) -> Application:
    application = Application()
    application._hwnd = windows.start(application, pid, lambda: has_book)
    return application


def test_xlwings_is_that_of_windows_only_within(windows_xlwings, windows):
    assert windows_xlwings.engines.active.name == "excel"
    assert windows_xlwings.func.__module__ == "xlwings.udfs"
    assert sys.modules["xlwings"] is windows_xlwings
    assert sys.platform != "win32" or "win32com" in sys.modules


def test_afterwards_everything_is_as_it_was():
    import xlwings

    from xl_addin import functions

    before = {name: module for name, module in sys.modules.items() if _is_of_xlwings(name)}
    platform = sys.platform
    with xlwings_on_windows(Windows()) as copy:
        from xl_addin import functions as other

        assert copy is not xlwings
        assert other is not functions
    import xl_addin

    after = {name: module for name, module in sys.modules.items() if _is_of_xlwings(name)}
    assert after == before
    assert sys.modules["xl_addin.functions"] is xl_addin.functions is functions
    assert sys.platform == platform


def _is_of_xlwings(name: str) -> bool:
    top = name.partition(".")[0]
    return top in ("xlwings", "xl_addin", "win32com", "pythoncom", "pywintypes")


def test_each_copy_is_fresh():
    with xlwings_on_windows(Windows()) as first:
        first._xlwindows.BOOK_CALLER = "somebody"
    with xlwings_on_windows(Windows()) as second:
        assert second._xlwindows.BOOK_CALLER is None


def test_running_excels_are_found_by_their_windows(windows, windows_xlwings):
    started(windows, 11)
    started(windows, 22)
    started(windows, 33, has_book=False)
    assert [app.pid for app in windows_xlwings.apps] == [22, 11], "one without a book has no window"
    assert windows_xlwings.apps[11].api.Hwnd == windows.excels[-1].hwnd
    windows.end(22)
    assert windows_xlwings.apps.keys() == [11]


def test_a_new_excel_is_created_by_its_name(windows, windows_xlwings):
    windows.classes["Excel.Application"] = lambda: started(windows, 7)
    assert windows_xlwings.engines.active.impl.apps.add(add_book=False).pid == 7
    with pytest.raises(sys.modules["pywintypes"].com_error):
        sys.modules["win32com"].client.Dispatch("Word.Application")


def test_what_it_does_not_know_is_an_error_even_where_it_was_swallowed(windows):
    def ask() -> None:
        started(windows, 1)
        with xlwings_on_windows(windows) as xlwings:
            (app,) = xlwings.apps
            for call in (lambda: app.api.Sheets, lambda: sys.modules["win32api"].Beep):
                with pytest.raises(UnknownToStandInError):
                    call()

    with pytest.raises(AssertionError, match=r"Application\.Sheets.*win32api\.Beep"):
        ask()


def test_a_property_that_it_does_not_know_cannot_be_set():
    with pytest.raises(UnknownToStandInError, match=r"setting Application\.Visible"):
        Application().Visible = True


def test_errors_look_like_those_of_pywin32():
    assert call_rejected().hresult == CALL_REJECTED
    assert call_rejected().excepinfo is None
    assert cell_is_edited().excepinfo[5] == -2146777998
    assert len(cell_is_edited().args) == 4
    assert type(cell_is_edited()).__name__ == "com_error"


def test_dates_come_with_a_time_zone():
    moment = com_time(dt.datetime(2024, 1, 2, 3, 4, 5))
    assert (moment.hour, moment.tzinfo) == (3, dt.UTC)
