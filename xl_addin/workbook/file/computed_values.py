"""Cell values as Excel last computed them, read through openpyxl."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

import openpyxl

from worker.errors import WorkbookError
from xl_addin.workbook.areas import Area
from xl_addin.workbook.cells import plain_value
from xl_addin.workbook.file.package import damaged
from xl_addin.workbook.port import CellValue


class ComputedValues:
    """Every sheet of a workbook, to look at.

    :raises WorkbookError: if openpyxl cannot make sense of the workbook.
    """

    def __init__(self, data: bytes, name: str) -> None:
        # openpyxl warns of everything that it would drop on saving; nothing is saved here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                book = openpyxl.load_workbook(
                    io.BytesIO(data), read_only=True, data_only=True, keep_links=False
                )
                self._sheets = {sheet.title: sheet for sheet in book.worksheets}
            except Exception as error:
                raise _refusal(name, error) from error
        self._name = name

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets that have cells."""
        return list(self._sheets)

    def rows(self, sheet: str, area: Area | None = None) -> Iterator[tuple[CellValue, ...]]:
        """Yield the rows of an area; of the whole sheet, from A1, where there is none."""
        page = self._sheets[sheet]
        bounds = (area.top, area.bottom, area.left, area.right) if area else (1, None, 1, None)
        top, bottom, left, right = bounds
        if area is None:
            page.reset_dimensions()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                for cells in page.iter_rows(top, bottom, left, right, values_only=True):
                    yield tuple(plain_value(value) for value in cells)
            except Exception as error:
                raise _refusal(self._name, error) from error


def _refusal(name: str, error: Exception) -> WorkbookError:
    if isinstance(error, SyntaxError):
        return damaged(name, f"openpyxl says '{error}'")
    return WorkbookError(
        f"The cells of '{name}' cannot be read.",
        f"Something in them is written in a way that is not known here: openpyxl says '{error}'.",
        "Open it in Excel and save it again, or copy your tables to a new workbook.",
    )
