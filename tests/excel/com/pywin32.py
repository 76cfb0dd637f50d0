"""The modules of pywin32 that xlwings imports, with as much in them as it needs."""

from __future__ import annotations

import datetime as dt
from types import ModuleType
from typing import Any

from tests.excel.com import com_types
from tests.excel.com.com_types import (
    IID,
    IID_IDISPATCH,
    IID_IENUMVARIANT,
    CDispatch,
    DispatchBaseClass,
    PyIDispatch,
    TimeType,
    com_error,
)
from tests.excel.com.windows import OK_BUTTON, Windows
from tests.excel.faults import UnknownToStandInError

_NOT_A_WRAPPED_OBJECT = -2147024809  # E_INVALIDARG


class Stub(ModuleType):
    """A module with a few names; every other one is unknown to the stand-in."""

    def __init__(self, name: str, **names: Any) -> None:
        super().__init__(name)
        self.__file__ = f"{name}.stand_in"
        self.__path__: list[str] = []
        self.__dict__.update(names)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnknownToStandInError(f"{self.__name__}.{name}")


class TimeZoneInfo:
    """win32timezone's zones, of which xlwings asks for one."""

    @staticmethod
    def utc() -> dt.tzinfo:
        return dt.UTC


class CoClassBaseClass:
    """A generated class with several interfaces; xlwings puts its own in the place of it."""


def pywin32_modules(windows: Windows) -> dict[str, ModuleType]:
    """Return the modules by their names; what they know of running programs is on `windows`."""
    modules = [
        Stub("pywintypes", com_error=com_error, error=com_types.error, IID=IID, TimeType=TimeType),
        _pythoncom(),
        Stub("win32api", MessageBox=windows.message_box),
        _win32con(),
        Stub("win32event"),
        Stub("win32gui", FindWindowEx=windows.child_window),
        Stub("win32process", GetWindowThreadProcessId=windows.thread_and_process),
        Stub("win32timezone", TimeZoneInfo=TimeZoneInfo),
        *_win32com(windows),
    ]
    return {module.__name__: module for module in modules}


def _win32con() -> Stub:
    buttons = {"MB_OK": OK_BUTTON, "MB_OKCANCEL": 1, "MB_YESNOCANCEL": 3, "MB_YESNO": 4}
    return Stub("win32con", **buttons, MB_ICONWARNING=0x30, MB_ICONINFORMATION=0x40)


def _pythoncom() -> Stub:
    return Stub(
        "pythoncom",
        CoInitialize=lambda: None,
        CoUninitialize=lambda: None,
        IID_IDispatch=IID_IDISPATCH,
        IID_IEnumVARIANT=IID_IENUMVARIANT,
        TypeIIDs={IID_IDISPATCH: PyIDispatch},
        com_error=com_error,
        ole_error=com_error,
    )


def _win32com(windows: Windows) -> list[Stub]:
    client = Stub(
        "win32com.client",
        CDispatch=CDispatch,
        DispatchBaseClass=DispatchBaseClass,
        CoClassBaseClass=CoClassBaseClass,
        Dispatch=lambda source, **_: _dispatch(windows, source),
        DispatchEx=windows.create,
        GetObject=windows.find,
        gencache=Stub("win32com.client.gencache", EnsureModule=lambda *_, **__: None),
    )
    server = Stub("win32com.server")
    parts = [
        Stub("win32com.server.dispatcher"),
        Stub("win32com.server.policy"),
        Stub("win32com.server.util", wrap=_wrap, unwrap=_unwrap),
    ]
    for part in parts:
        setattr(server, part.__name__.rpartition(".")[2], part)
    top = Stub("win32com", client=client, server=server)
    return [top, client, client.gencache, server, *parts]


def _dispatch(windows: Windows, source: object) -> object:
    """Return the object that a name creates, or that a pointer points to."""
    if isinstance(source, str):
        return windows.create(source)
    if isinstance(source, PyIDispatch):
        return source.target
    return source


class _Wrapped:
    """A Python object on its way through COM."""

    def __init__(self, target: object) -> None:
        self.target = target


def _wrap(target: object) -> _Wrapped:
    return _Wrapped(target)


def _unwrap(value: object) -> object:
    if not isinstance(value, _Wrapped):
        raise com_error(_NOT_A_WRAPPED_OBJECT, "The parameter is incorrect.", None, None)
    return value.target
