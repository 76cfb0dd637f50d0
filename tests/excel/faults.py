"""What must not be asked of a stand-in for Excel: what it does not know, or something in haste.

Each fault is kept, so that one which xlwings or the product swallows is seen, too.
"""

from __future__ import annotations

import sys
from types import FrameType

from xl_addin.workbook.live import busy

#: All that a stand-in was asked and should not have been; whoever starts one looks here in the end.
faults: list[str] = []

_PATIENTLY = busy.patiently.__code__


class StandInError(AssertionError):
    """Something was asked of the stand-in that should not have been."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        faults.append(what)


class UnknownToStandInError(StandInError):
    """Something was asked of the stand-in that it does not know."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the stand-in does not know {what}")


class HastyCallError(StandInError):
    """The product called Excel without waiting for it to be free."""


def check_patience(call: str) -> None:
    """Look from where a call comes: the product's must go through `patiently`, tests' need not.

    :raises HastyCallError: if it is one of the product's and an Excel that is busy would break it.
    """
    frame: FrameType | None = sys._getframe()
    place = ""
    while frame is not None and frame.f_code is not _PATIENTLY:
        if not place and str(frame.f_globals["__name__"]).startswith("xl_addin."):
            place = f"{frame.f_globals['__name__']}, line {frame.f_lineno}"
        frame = frame.f_back
    if frame is None and place:
        raise HastyCallError(f"{call} is called without `patiently` in {place}")
