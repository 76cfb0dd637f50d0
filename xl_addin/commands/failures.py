"""Failures: an error that nobody caught becomes three plain sentences, and an entry in the log."""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import typer

from worker.errors import BonsaiError, InputError, SettingError, StoreError, run_stopped
from worker.process_log import LogFile, keep_log

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_log = logging.getLogger(__name__)

#: What Typer raises for a command line that cannot be read; it names only some of its kinds.
_USAGE = typer.BadParameter.__mro__[1]


@contextmanager
def failures_reported() -> Iterator[None]:
    """Turn an error into a message on the terminal and an exit code.

    :raises SystemExit: with the exit code of the error.
    """
    log = keep_log()
    try:
        with _nothing_on_the_side():
            yield
    except KeyboardInterrupt:
        raise SystemExit(run_stopped("").exit_code) from None
    except Exception as error:
        if isinstance(error, _USAGE) and not str(error):
            raise SystemExit(SettingError.exit_code) from None  # nothing asked for: help is shown
        from xl_addin.commands.console import Terminal  # here: help is shown without it

        shown = in_words(error, log)
        Terminal(quiet=False).error(shown)
        raise SystemExit(shown.exit_code) from None


@contextmanager
def _nothing_on_the_side() -> Iterator[None]:
    """Log what Python would print: errors of threads, and of objects that are cleared away."""
    before = threading.excepthook, sys.unraisablehook
    threading.excepthook = _log_of_thread
    sys.unraisablehook = _log_unraisable
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = before


def _log_of_thread(failed: threading.ExceptHookArgs) -> None:
    _log.error("A thread failed.", exc_info=failed.exc_value)


def _log_unraisable(failed: UnraisableHookArgs) -> None:
    _log.error("A clean-up failed.", exc_info=failed.exc_value)


def in_words(error: Exception, log: LogFile) -> BonsaiError:
    """Return what is told of an error; one that nobody foresaw goes into the log."""
    if isinstance(error, BonsaiError):
        return error
    if isinstance(error, _USAGE):
        return _usage(cast(typer.BadParameter, error))
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return StoreError("A disk is full.", f"{error}.", "Make room, then run again.")
    if isinstance(error, OSError) and isinstance(error.filename, str | bytes):
        return _path_refused(error)
    return log.unforeseen(error)


def _path_refused(error: OSError) -> InputError:
    """Say that the system refuses a path: a name too long, links in a circle, no right to it."""
    return InputError(
        f"'{os.fsdecode(error.filename)}' cannot be used.",
        f"The system answered: {error.strerror}.",
        "Check the path, and your rights to it.",
    )


def _usage(error: typer.BadParameter) -> SettingError:
    """Say what is wrong with a command line."""
    usage = error.ctx.get_usage() if error.ctx else ""
    command = error.ctx.command_path if error.ctx else "bonsai"
    return SettingError(error.format_message(), usage, f"Run: {command} --help")
