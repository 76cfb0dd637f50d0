"""Whether the product waits for Excel to be free: each of its calls must go through `patiently`."""

from __future__ import annotations

import sys
from types import FrameType

from tests.excel.com.com_types import HastyCallError
from xl_addin.workbook.live import busy

_PATIENTLY = busy.patiently.__code__


def check_patience(call: str) -> None:
    """Look from where a call comes; calls of tests need not wait.

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
