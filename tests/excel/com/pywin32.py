"""A stand-in for pywin32, below xlwings: its own code for Windows runs on it, without Windows.

It is NOT Windows. The modules have what xlwings names when it is imported, and what a worksheet
function needs on its way through `udfs.py` and `com_server.py`. There is no Excel behind them:
anything else that is asked of them is an AttributeError.
"""

from __future__ import annotations

import contextlib
import ctypes
import datetime as dt
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

#: Errors of cells as COM hands them over (xlErrNA, xlErrValue and so on, as SCODE).
CELL_ERRORS = {
    "#NULL!": -2146826288,
    "#DIV/0!": -2146826281,
    "#VALUE!": -2146826273,
    "#REF!": -2146826265,
    "#NAME?": -2146826259,
    "#NUM!": -2146826252,
    "#N/A": -2146826246,
}

_OURS = ("xlwings", "xl_addin.functions")


class ComError(Exception):
    """As pywin32 raises it: hresult, strerror, excepinfo, argerror."""

    def __init__(self, hresult: int, strerror: str, excepinfo: Any, argerror: Any) -> None:
        super().__init__(hresult, strerror, excepinfo, argerror)
        self.hresult, self.strerror = hresult, strerror
        self.excepinfo, self.argerror = excepinfo, argerror


ComError.__name__ = "com_error"


class ComTime(dt.datetime):
    """A date of a cell: pywin32 gives it with a time zone."""


class Dispatched:
    """What stands for a COM object; there is none behind it here."""


@contextlib.contextmanager
def windows_xlwings(patch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Give xlwings imported anew as on Windows, and let everything that binds it come anew."""
    with patch.context() as within:
        for name in [name for name in sys.modules if _is_bound(name)]:
            within.delitem(sys.modules, name)
        for name, module in _modules().items():
            within.setitem(sys.modules, name, module)
        within.setattr(ctypes, "oledll", _OLE, raising=False)
        within.setattr(ctypes, "windll", SimpleNamespace(), raising=False)
        within.setattr(
            ctypes, "PyDLL", lambda _: SimpleNamespace(PyCom_PyObjectFromIUnknown=_Call())
        )
        within.delenv("XLWINGS_LICENSE_KEY", raising=False)
        within.setattr(sys, "platform", "win32")
        xlwings = importlib.import_module("xlwings")
        within.setattr(sys, "platform", "linux")
        try:
            yield xlwings
        finally:
            for name in [name for name in sys.modules if _is_bound(name)]:
                del sys.modules[name]
    _rebind_packages()


def com_server() -> Any:
    """Return what a macro talks to: xlwings' own server object."""
    return importlib.import_module("xlwings.com_server").XLPython()


def _is_bound(name: str) -> bool:
    return name in _OURS or name.startswith("xlwings.")


def _rebind_packages() -> None:
    """A package also holds its modules as attributes: let these be the usual ones again."""
    package = sys.modules.get("xl_addin")
    usual = sys.modules.get("xl_addin.functions")
    if package is not None and usual is not None:
        package.functions = usual  # type: ignore[attr-defined]


class _Call:
    """A function of a library of Windows', which nobody may call here."""

    restype: Any = None


#: The number of IDispatch, and the Python type of a pointer to one; no argument here is any.
_INTERFACES: dict[str, Any] = {
    "IID_IDispatch": 0,
    "TypeIIDs": {0: type("PyIDispatch", (), {})},
    "__file__": "",
}
_OLE = SimpleNamespace(ole32=SimpleNamespace(CLSIDFromString=lambda text, target: 0))


def _modules() -> dict[str, ModuleType]:
    classes = {
        name: type(name, (Dispatched,), {})
        for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass")
    }
    client = _module(
        "win32com.client", Dispatch=lambda given: given, DispatchEx=lambda given: given, **classes
    )
    policy = _module("win32com.server.policy", DesignatedWrapPolicy=object, BasicWrapPolicy=object)
    dispatcher = _module("win32com.server.dispatcher")
    util = _module("win32com.server.util", wrap=lambda given: given, unwrap=_unwrap)
    server = _module("win32com.server", policy=policy, dispatcher=dispatcher, util=util)
    utc = SimpleNamespace(utc=lambda: dt.timezone.utc)
    modules = [
        _module("pywintypes", com_error=ComError, error=OSError, TimeType=ComTime, IID=str),
        _module("pythoncom", ole_error=ComError, CoInitialize=lambda: None, **_INTERFACES),
        *(_module(name) for name in ("win32api", "win32con", "win32event", "win32gui")),
        _module("win32process"),
        _module("win32timezone", TimeZoneInfo=utc),
        _module("win32com", client=client, server=server),
        client, server, policy, dispatcher, util,
    ]  # fmt: skip
    return {module.__name__: module for module in modules}


def _unwrap(given: object) -> object:
    raise ComError(-2147467262, "No such interface supported", None, None)  # a plain value


def _module(name: str, **content: Any) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(content)
    return module
