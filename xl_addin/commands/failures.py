"""Failures: an error that nobody caught becomes three plain sentences, and a line in the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from worker.errors import BonsaiError, InternalError
from worker.settings import load_settings
from xl_addin.commands.console import Terminal


@contextmanager
def failures_reported() -> Iterator[None]:
    """Turn an error into a message on the terminal and an exit code.

    :raises SystemExit: with the exit code of the error.
    """
    logging.basicConfig(handlers=[_LogFile(logging.ERROR)], force=True)
    try:
        yield
    except BonsaiError as error:
        Terminal(quiet=False).error(error)
        raise SystemExit(error.exit_code) from None
    except Exception as error:
        raise SystemExit(_report_unforeseen(error)) from None


class _LogFile(logging.Handler):
    """Appends to the log. One that cannot be written must not hide what is to be reported."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        with suppress(OSError, BonsaiError):
            log = load_settings().log
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("a", encoding="utf-8") as stream:
                stream.write(f"{self.format(record)}\n")


def _report_unforeseen(error: Exception) -> int:
    logging.getLogger(__name__).error("A command failed.", exc_info=error)
    shown = InternalError(
        "Something went wrong that nobody foresaw.",
        f"{type(error).__name__}: {error}",
        f"Please report it, with the file {load_settings().log}.",
    )
    Terminal(quiet=False).error(shown)
    return shown.exit_code
