"""What travels through COM: objects, errors, dates and identifiers, as pywin32 shows them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.excel.faults import UnknownToStandInError

MEMBER_NOT_FOUND = -2147352573  # DISP_E_MEMBERNOTFOUND
UNKNOWN_NAME = -2147352570  # DISP_E_UNKNOWNNAME
MISSING_ARGUMENT = -2147352572  # DISP_E_PARAMNOTFOUND: how an argument left out arrives
EXCEPTION = -2147352567  # DISP_E_EXCEPTION: the object itself refused, and says why
CALL_REJECTED = -2147418111  # RPC_E_CALL_REJECTED
IGNORED = -2146777998  # VBA_E_IGNORE (0x800AC472): a cell is being edited
INVALID_MONIKER = -2147221020  # MK_E_SYNTAX
INVALID_CLASS = -2147221005  # CO_E_CLASSSTRING

#: Error values of cells, as the numbers that arrive in Python.
CELL_ERRORS = {
    "#NULL!": -2146826288,
    "#DIV/0!": -2146826281,
    "#VALUE!": -2146826273,
    "#REF!": -2146826265,
    "#NAME?": -2146826259,
    "#NUM!": -2146826252,
    "#N/A": -2146826246,
    "#GETTING_DATA": -2146826245,
    "#SPILL!": -2146826243,
    "#FIELD!": -2146826239,
    "#CALC!": -2146826238,
}


class com_error(Exception):  # noqa: N801, N818 - pywin32's name, by which the product knows it
    """An error of a COM call: `hresult`, `strerror`, `excepinfo` and `argerror`, as pywin32 has it.

    `excepinfo` is None, or (code, source, text, help file, help context, scode).
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        given = [*args, None, None, None, None]
        self.hresult, self.strerror, self.excepinfo, self.argerror = given[:4]


class error(Exception):  # noqa: N801, N818 - pywin32's name
    """An error of Windows itself: `winerror`, `funcname` and `strerror`."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.winerror, self.funcname, self.strerror = [*args, None, None, None][:3]


def refusal(text: str | None, scode: int = -2146827284) -> com_error:
    """Return the error of a call that Excel refused (1004, unless said otherwise)."""
    details = (0, "Microsoft Excel", text, "xlmain11.chm", 0, scode)
    return com_error(EXCEPTION, "Exception occurred.", details, None)


def call_rejected() -> com_error:
    """Return the error of a call while Excel has a dialog open."""
    return com_error(CALL_REJECTED, "Call was rejected by callee.", None, None)


def cell_is_edited() -> com_error:
    """Return the error of a call while a cell is being edited."""
    return com_error(EXCEPTION, "Exception occurred.", (0, None, None, None, 0, IGNORED), None)


class TimeType(dt.datetime):
    """A date of COM: a datetime that always has a time zone."""


def com_time(moment: dt.datetime) -> TimeType:
    """Return a moment as it arrives from a cell: its clock time, said to be UTC."""
    return TimeType(*moment.timetuple()[:6], moment.microsecond, tzinfo=dt.UTC)


class IID(str):
    """An identifier of a class or an interface; letters count alike in both cases."""

    def __new__(cls, text: str) -> IID:
        return super().__new__(cls, text.upper())


IID_IDISPATCH = IID("{00020400-0000-0000-C000-000000000046}")
IID_IENUMVARIANT = IID("{00020404-0000-0000-C000-000000000046}")


class PyIDispatch:
    """A bare pointer to an object of another program, as arguments of a call arrive."""

    def __init__(self, target: CDispatch) -> None:
        self.target = target

    def GetIDsOfNames(self, _lcid: int, name: str) -> int:
        """Return the number of a member.

        :raises com_error: if the object has none of this name.
        """
        self.target._answer()
        if not hasattr(type(self.target), name):
            raise com_error(UNKNOWN_NAME, "Unknown name.", None, None)
        return 1 + sum(map(ord, name))

    def GetTypeInfo(self) -> _TypeInfo:
        """Return what Excel's type library says about the object."""
        return _TypeInfo(self.target)


class _TypeInfo:
    def __init__(self, target: CDispatch) -> None:
        self.iid = type(target).iid
        self._name = type(target).__name__

    def GetTypeAttr(self) -> _TypeInfo:
        return self

    def GetDocumentation(self, member: int) -> tuple[str, None, int, None]:
        if member != -1:
            raise UnknownToStandInError(f"GetDocumentation({member})")
        return self._name, None, 0, None


class CDispatch:
    """An object of another program. Its classes, properties and methods have that program's names.

    What a class does not define is unknown: asking for it raises, and so does setting it. Names
    that begin with an underscore are the stand-in's own.
    """

    iid: IID | None = None

    @property
    def _oleobj_(self) -> PyIDispatch:
        return PyIDispatch(self)

    def _answer(self) -> None:
        """Raise if the program takes no calls now; a class that can be busy says so here."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnknownToStandInError(f"{type(self).__name__}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name.startswith("_") or hasattr(type(self), name)):
            raise UnknownToStandInError(f"setting {type(self).__name__}.{name}")
        super().__setattr__(name, value)


class DispatchBaseClass(CDispatch):
    """An object for which pywin32 has generated a class; the stand-in has none of these."""
