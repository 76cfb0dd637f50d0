"""xlwings as it is on macOS: its own code, with the modules below it replaced."""

from __future__ import annotations

import atexit
import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.excel.mac.apple_modules import apple_modules
from tests.excel.mac.excel import Excel

#: The Excels that run, by process number.
_RUNNING: dict[int, Excel] = {}
#: What a Mac has imported: kept, because importing takes a second.
_MODULES: dict[str, ModuleType] = {}
_REPLACED = ("xlwings", "appscript", "aem", "osax", "mactypes", "psutil")


@contextmanager
def xlwings_on_mac(patch: pytest.MonkeyPatch, *excels: Excel) -> Iterator[Any]:
    """Give an xlwings that takes this for a Mac on which these Excels run.

    What was imported before is there again afterwards.
    """
    pytest.importorskip("xlwings", reason="xlwings is not installed")
    _import_what_asks_for_the_system()
    known = _replaced(sys.modules)
    with patch.context() as within:
        within.setattr(sys, "platform", "darwin")
        for excel in excels:
            within.setitem(_RUNNING, excel.process, excel)
        _exchange(known, _MODULES or apple_modules(_RUNNING.__getitem__))
        try:
            if not _MODULES:
                _import_xlwings()
            yield sys.modules["xlwings"]
        finally:
            _exchange(_replaced(sys.modules), known)


def _import_xlwings() -> None:
    xlwings = importlib.import_module("xlwings")
    mac = importlib.import_module("xlwings._xlmac")
    assert next(engine.name for engine in xlwings.engines) == "excel"
    # It would look for a running Excel when the tests end.
    atexit.unregister(mac.cleanup)
    mac.subprocess = SimpleNamespace(check_output=_lsappinfo)  # type: ignore[attr-defined]
    _MODULES.update(_replaced(sys.modules))


def _replaced(modules: Mapping[str, ModuleType]) -> dict[str, ModuleType]:
    return {name: item for name, item in modules.items() if name.partition(".")[0] in _REPLACED}


def _exchange(old: Mapping[str, ModuleType], new: Mapping[str, ModuleType]) -> None:
    for name in old:
        del sys.modules[name]
    sys.modules.update(new)


def _import_what_asks_for_the_system() -> None:
    """Import beforehand what xlwings imports and what would take this for a Mac, too."""
    for name in ("multiprocessing", "numpy", "pandas", "PIL.ImageGrab", "matplotlib.pyplot"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def _lsappinfo(command: list[str]) -> bytes:
    """Answer as the system's program of that name does."""
    assert command[0] == "lsappinfo", command
    if command[1] == "visibleprocesslist":
        excels = [f'ASN:0x0-{process:x}-"Microsoft_Excel":' for process in _RUNNING]
        return " ".join(['ASN:0x0-1-"Finder":', *excels]).encode()
    assert command[1:4] == ["info", "-only", "pid"], command
    return f'"pid"={int(command[4].split("-")[1], 16)}\n'.encode()
