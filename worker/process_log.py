"""The log of this machine, and what a process says on its error stream beside it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from worker.addresses import masked
from worker.errors import BonsaiError, InternalError
from worker.private_files import make_private_folder, open_private
from worker.repeats import OncePerCause
from worker.settings import load_settings
from worker.visible_text import EntryFormatter, one_entry

_log = logging.getLogger(__name__)


class LogFile(logging.Handler):
    """Appends to the log. One that cannot be written must not hide what is to be reported.

    `written` is where the last entry is; nothing if there is none.
    """

    written: Path | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, with its trace of calls."""
        self.written = None
        with suppress(OSError, BonsaiError):
            log = load_settings().log
            make_private_folder(log.parent)
            with open_private(log, "a", encoding="utf-8") as stream:
                stream.write(f"{self.format(record)}\n")
            self.written = log

    def unforeseen(self, error: Exception) -> InternalError:
        """Log an error with all its details, and return what is told of it."""
        _log.error("Something went wrong that nobody foresaw.", exc_info=error)
        return InternalError(
            "Something went wrong that nobody foresaw.",
            f"{type(error).__name__}: {error}",
            f"Please report it, with the file {self.written}."
            if self.written
            else "Please report it, with these words: the log cannot be written.",
        )


class _Lines(logging.Formatter):
    """Leaves out the trace of calls, which is for the log alone."""

    def format(self, record: logging.LogRecord) -> str:
        """Return what happened, and the error that did it."""
        error = record.exc_info[1] if record.exc_info else None
        why = f" {type(error).__name__}: {error}" if error else ""
        return one_entry(masked(f"{record.getMessage()}{why}"))


def keep_log(*others: logging.Handler) -> LogFile:
    """Let errors go into the log, and `others` take what they want; return the log.

    What libraries warn of goes nowhere.
    """
    log = LogFile(logging.ERROR)
    log.setFormatter(EntryFormatter())
    once = OncePerCause(log, *others)
    logging.basicConfig(level=logging.WARNING, handlers=[once], force=True)
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    return log


@contextmanager
def failures_in_lines() -> Iterator[None]:
    """Run a worker process: whatever fails is a line on its error stream, never a traceback.

    :raises SystemExit: if it failed, with the exit code of the error.
    """
    lines = logging.StreamHandler()
    lines.setFormatter(_Lines())
    log = keep_log(lines)
    try:
        yield
    except BonsaiError as error:
        _log.warning("%s", error)
        raise SystemExit(error.exit_code) from None
    except Exception as error:
        shown = log.unforeseen(error)
        _log.warning("%s", shown.next_step)
        raise SystemExit(shown.exit_code) from None
