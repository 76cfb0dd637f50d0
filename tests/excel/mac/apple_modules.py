"""The modules that xlwings imports on macOS, each with what it uses of them and nothing else.

There: `appscript` (with `appscript.reference`), `aem`, `osax`, `mactypes` and `psutil`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.excel.faults import UnknownToStandInError
from tests.excel.mac.reference import CommandError, Reference, Specifier, k

#: What the disk of a Mac is called in the older way of writing paths.
DISK = "Macintosh HD"


class EventError(Exception):
    """An error below appscript."""


class Alias:
    """A file or folder that is there."""

    def __init__(self, path: str) -> None:
        if not os.path.exists(path):
            raise ValueError(f"File does not exist: {path}")
        self.hfspath = DISK + path.rstrip("/").replace("/", ":")


class _Its:
    """`appscript.its`, which we have no use for."""

    def __getattr__(self, name: str) -> Any:
        raise UnknownToStandInError(f"tests of elements (its.{name})")


def posix_path(hfs_path: str) -> str:
    """Return a path of the older kind as it is written today."""
    disk, _, path = hfs_path.partition(":")
    assert disk == DISK, hfs_path
    return "/" + path.replace(":", "/")


def apple_modules(excel_of: Callable[[int], Any]) -> dict[str, ModuleType]:
    """Return the modules by name; `excel_of` gives the application that has a process number."""

    def app(name: Any = None, *, pid: int | None = None, terms: Any = None) -> Reference:
        if pid is None:
            raise UnknownToStandInError(f"how to start {name}")
        excel = excel_of(pid)
        excel.know(terms)
        return Reference(excel, Specifier("root", terms=excel.terms))

    def refuse(*arguments: object, **named: object) -> None:
        raise UnknownToStandInError("other processes")

    class Osax:
        """What shows a box over an application."""

        def __init__(self, *, pid: int) -> None:
            self._excel = excel_of(pid)

        def activate(self) -> None:
            """Bring it to the front."""

        def display_alert(self, title: str, message: str, buttons: Any, as_: Any) -> Any:
            self._excel.show_box(f"{title}: {message}")
            return {k.button_returned: "OK"}

    reference = _module("appscript.reference", CommandError=CommandError, Reference=Reference)
    mactypes = _module("mactypes", Alias=Alias)
    return {
        "appscript": _module(
            "appscript", app=app, its=_Its(), k=k, mactypes=mactypes, reference=reference
        ),
        "appscript.reference": reference,
        "aem": _module(
            "aem",
            aemsend=SimpleNamespace(EventError=EventError),
            kae=SimpleNamespace(typeKernelProcessID=b"kpid"),
        ),
        "osax": _module("osax", OSAX=Osax),
        "mactypes": mactypes,
        "psutil": _module("psutil", Process=refuse, process_iter=refuse),
    }


def _module(name: str, **contents: Any) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(contents)
    return module
