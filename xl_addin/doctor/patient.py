"""What is examined: a machine, its settings, and a workbook if one is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from worker.errors import WorkbookError
from worker.settings import Settings
from xl_addin.doctor.finding import Finding, Group
from xl_addin.doctor.machine import Machine
from xl_addin.jobs.books import book_options
from xl_addin.sheets.options import Options
from xl_addin.workbook.file.file_book import FileBook


@dataclass(frozen=True)
class Patient:
    """What probes look at."""

    machine: Machine
    settings: Settings
    book: Path | None = None

    @cached_property
    def opened(self) -> FileBook | None:
        """The workbook; nothing if none is named, or it cannot be read: one probe says why."""
        try:
            return FileBook.open(self.book) if self.book else None
        except WorkbookError:
            return None

    @property
    def options(self) -> Options | None:
        """The settings of the workbook, if there is one.

        :raises SettingError: if one of them cannot be used.
        """
        return book_options(self.opened, self.opened.path) if self.opened else None


@dataclass(frozen=True)
class Probe:
    """One look at a patient; `subject` is what it looks at, for when it takes too long."""

    group: Group
    subject: str
    look: Callable[[Patient], Iterable[Finding]]
