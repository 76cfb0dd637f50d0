"""Clicks and ticks through xlwings' own code for Windows, on a stand-in for what is below it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.excel.com.com_types import CDispatch, call_rejected, cell_is_edited
from tests.excel.com.macros import run_python
from tests.worker.queueing.worlds import quick_settings
from worker.errors import WorkbookLockedError
from worker.settings import IN_PROCESS, Settings
from xl_addin import ribbon
from xl_addin.workbook.live import busy

TICK = "from xl_addin import ribbon; ribbon.tick()"


def press(action: str) -> str:
    """Return the command of a button."""
    return f"from xl_addin import ribbon; ribbon.run('{action}')"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = quick_settings(tmp_path / "home", IN_PROCESS)
    monkeypatch.setattr(ribbon, "load_settings", lambda: settings)
    monkeypatch.setattr(busy, "PATIENCE", 0.1)
    return settings


class Busy(CDispatch):
    """A workbook of an Excel that has a dialog open: it answers nothing."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name) if name.startswith("__") else call_rejected()


class Edited(CDispatch):
    """A workbook in which a cell is being edited."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name) if name.startswith("__") else cell_is_edited()


class LateBound(CDispatch):
    """A busy workbook where pywin32 has no classes of Excel's: it says that nothing is there."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"<unknown>.{name}")

    def _answer(self) -> None:
        raise call_rejected()


BUSY = pytest.mark.parametrize("workbook", [Busy(), Edited(), LateBound()])


@BUSY
def test_a_tick_of_a_busy_excel_passes_silently(
    windows_xlwings: ModuleType, settings: Settings, workbook: CDispatch
):
    run_python(windows_xlwings, workbook, TICK)


@BUSY
def test_a_click_in_a_busy_excel_fails_in_words(
    windows_xlwings: ModuleType, settings: Settings, workbook: CDispatch
):
    with pytest.raises(WorkbookLockedError, match="Press Enter or Esc in Excel"):
        run_python(windows_xlwings, workbook, press("index"))
