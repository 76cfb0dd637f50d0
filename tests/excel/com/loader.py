"""A fresh copy of xlwings, imported as on Windows; afterwards everything is as it was."""

from __future__ import annotations

import asyncio  # noqa: F401 - the standard library's part for Windows must not be taken for it
import atexit
import ctypes
import importlib
import locale  # noqa: F401
import subprocess  # noqa: F401
import sys
import tempfile  # noqa: F401
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from unittest.mock import patch

import pytest

from tests.excel.com.pywin32 import pywin32_modules
from tests.excel.com.windows import Windows
from tests.excel.faults import faults


@contextmanager
def xlwings_on_windows(windows: Windows) -> Iterator[ModuleType]:
    """Give an xlwings that found pywin32, with its own code for Windows, for a while.

    The product's modules that hold on to an xlwings are imported anew, too. It ends with an error
    if anything was asked of the stand-in that it does not know, or in haste.
    """
    usual = pytest.importorskip("xlwings", reason="xlwings is not installed")
    faults.clear()
    stand_in = pywin32_modules(windows)
    before = _take_out([*stand_in, *_bound_to(usual)])
    try:
        sys.modules.update(stand_in)
        copy = _imported(windows)
        yield copy
        _let_go(copy)
    finally:
        _take_out([*stand_in, *_bound_to(sys.modules.get("xlwings"))])
        _put_back(before)
    assert not faults, "; ".join(faults)


def _imported(windows: Windows) -> ModuleType:
    with (
        patch.object(sys, "platform", "win32"),
        patch.object(ctypes, "windll", windows.windll, create=True),
        patch.object(ctypes, "oledll", windows.oledll, create=True),
        patch.object(ctypes, "PyDLL", windows.python_library),
    ):
        xlwings = importlib.import_module("xlwings")
    engine = xlwings._xlwindows
    engine.WindowsError = OSError  # a builtin there
    return xlwings


def _let_go(xlwings: ModuleType) -> None:
    """Let go what a copy holds on to beyond its time."""
    atexit.unregister(xlwings._xlwindows.cleanup)
    xlwings.com_server.loop.close()


def _bound_to(xlwings: ModuleType | None) -> list[str]:
    """Return the modules of a copy of xlwings, and those of the product that hold on to it."""
    return [
        name
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == "xlwings"
        or (
            name.partition(".")[0] == "xl_addin"
            and any(value is xlwings for value in list(vars(module).values()))
        )
    ]


def _take_out(names: list[str]) -> dict[str, ModuleType]:
    """Forget modules, also as attributes of their packages; return those that were there."""
    found = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    for name in found:
        package, _, part = name.rpartition(".")
        vars(sys.modules.get(package, ModuleType(""))).pop(part, None)
    return found


def _put_back(modules: dict[str, ModuleType]) -> None:
    sys.modules.update(modules)
    for name, module in modules.items():
        package, _, part = name.rpartition(".")
        if package in sys.modules:
            setattr(sys.modules[package], part, module)
