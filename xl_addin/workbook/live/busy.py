"""Calls to a running Excel, which may be busy: tried again for a few seconds, then given up.

Excel rejects every call while somebody edits a cell or has a dialog open. A rejected call did
nothing, so it is safe to repeat it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from worker.errors import WorkbookError, WorkbookLockedError

if TYPE_CHECKING:
    import xlwings

Result = TypeVar("Result")

#: How long a call is tried again, and the first and longest pause between two tries, in seconds.
PATIENCE = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0

#: Seconds: an Excel that no longer computes or asks is worse than a button that takes long.
TO_GIVE_BACK = 30.0

_CALL_REJECTED = -2147418111  # RPC_E_CALL_REJECTED
_RETRY_LATER = -2147417846  # RPC_E_SERVERCALL_RETRYLATER
_IGNORED = -2146777998  # VBA_E_IGNORE: a cell is being edited
_BUSY = {_CALL_REJECTED, _RETRY_LATER, _IGNORED}
_GONE = {-2147023174, -2147417848, -2147023170}  # the server is unavailable, disconnected, died
_MAC_TIMEOUT = -1712  # errAETimeout
_MAC_GONE = {-600, -609}  # no such process, connection invalid


def patiently(action: Callable[[], Result], patience: float | None = None) -> Result:
    """Return what `action` returns; while Excel is busy, try it again, ever less often.

    `action` should be one call to Excel, or calls that may be repeated.

    :raises WorkbookLockedError: if Excel stays busy.
    :raises WorkbookError: if Excel refuses for another reason, or is gone.
    """
    _have_calls_fail_at_once()
    deadline = time.monotonic() + (PATIENCE if patience is None else patience)
    pause = FIRST_PAUSE
    while True:
        try:
            return action()
        except Exception as error:
            said = _said_by_excel(error)
            if not _is_from_excel(said):
                raise
            if not is_busy(said):
                raise _refused(said) from error
            if time.monotonic() + pause > deadline:
                raise _still_busy() from error
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def is_busy(error: BaseException) -> bool:
    """Say whether an error of xlwings means that Excel takes no calls right now."""
    if type(error).__name__ == "ExcelBusyError":
        return True
    return bool(_codes(error) & {*_BUSY, _MAC_TIMEOUT})


def _is_from_excel(error: BaseException) -> bool:
    # pywintypes.com_error and appscript.CommandError exist on their own systems only, so both are
    # known by name.
    return type(error).__name__ in ("com_error", "CommandError", "ExcelBusyError")


def _said_by_excel(error: Exception) -> BaseException:
    """Return the error in whose place xlwings says that something is not there, if Excel was busy.

    xlwings takes whatever Excel says when it looks something up for that.
    """
    known = error.__context__
    return known if isinstance(error, KeyError) and known and is_busy(known) else error


def _codes(error: BaseException) -> set[object]:
    """Return the numbers that an error carries: its own, and that of the cause inside it."""
    numbers = {getattr(error, "hresult", None), getattr(error, "errornumber", None)}
    details = getattr(error, "excepinfo", None)
    return {*numbers, *(details[5:6] if details else ())}


def _have_calls_fail_at_once() -> None:
    """Switch off xlwings' own endless repetition, which leaves a processor core no rest."""
    windows = sys.modules.get("xlwings._xlwindows")
    if windows is not None:
        windows.N_COM_ATTEMPTS = 1  # type: ignore[attr-defined]


def tell_busy_from_missing(book: xlwings.Book) -> None:
    """Let a workbook that called say whether Excel is busy, or has not what it is asked for.

    pywin32 says the latter of both, where it has no classes of Excel's. xlwings has a wrapper that
    looks twice, and gives it to all workbooks but this one.
    """
    windows = sys.modules.get("xlwings._xlwindows")
    if windows is not None:
        book.impl.xl = windows.COMRetryObjectWrapper(book.impl.xl)


def _still_busy() -> WorkbookLockedError:
    return WorkbookLockedError(
        "Excel is busy and takes no results right now.",
        "A cell is being edited, or a dialog is open.",
        "Press Enter or Esc in Excel, and close any dialog; nothing is lost.",
    )


def _refused(error: BaseException) -> WorkbookError:
    if _codes(error) & {*_GONE, *_MAC_GONE}:
        return WorkbookError(
            "Excel, or the workbook, is not open any more.",
            "It was closed while results were on their way.",
            "Open the workbook again; what was computed is still there.",
        )
    return WorkbookError(
        "Excel refused to read or change the workbook.",
        f"It says: {_words(error)}",
        "Put right what Excel names, and run again.",
    )


def _words(error: BaseException) -> str:
    """Return what Excel itself said, without the call that it said it to."""
    details = getattr(error, "excepinfo", None)
    if details and len(details) > 2 and details[2]:
        return str(details[2])
    return str(getattr(error, "errormessage", None) or error)
