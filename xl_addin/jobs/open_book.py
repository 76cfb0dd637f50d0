"""What jobs and buttons need of a workbook that is open in Excel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from xl_addin.workbook.port import CellValue, WorkbookPort


class OpenBook(WorkbookPort, Protocol):
    """A workbook that is open in Excel."""

    @property
    def path(self) -> Path:
        """Its file; the name alone if it was never saved."""
        ...

    def save_copy(self, path: Path) -> None:
        """Write the workbook, as it is now, to another file; it stays open as it is.

        :raises WorkbookError: if this Excel cannot do that.
        """
        ...

    def selection(self) -> tuple[str, Sequence[Sequence[CellValue]]]:
        """Return where the selected cells are, and their values row by row."""
        ...

    def write_beside(self, place: str, values: Sequence[Sequence[CellValue]]) -> None:
        """Write values into the cells right of a place, which must be empty.

        :raises WorkbookError: naming the first cell that is not.
        """
        ...
