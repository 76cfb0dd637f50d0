"""Where rows and cells stand: the format lets them leave that out, and then they are the next."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element
from openpyxl.utils import column_index_from_string

from worker.errors import WorkbookError
from xl_addin.workbook.cells import shortened
from xl_addin.workbook.file.markup import children

_DIGITS = "0123456789"
_LONGEST = 20  # digits: there are no more than some million rows


def row_number(row: Element, last: int) -> int:
    """Return the number of a row that follows the row `last`.

    :raises WorkbookError: if it has one that no row can have.
    """
    number = row.get("r")
    if number and not (number.isdecimal() and len(number) < _LONGEST):
        raise _misplaced("row", number)
    return int(number) if number else last + 1


def placed_cells(row: Element) -> Iterator[tuple[int, Element]]:
    """Yield the cells of a row with their columns.

    :raises WorkbookError: if a cell has a reference that is none.
    """
    column = 0
    for cell in children(row, "c"):
        reference = cell.get("r")
        column = _column(reference) if reference else column + 1
        yield column, cell


def _column(reference: str) -> int:
    try:
        return column_index_from_string(reference.rstrip(_DIGITS))
    except ValueError:
        raise _misplaced("cell", reference) from None


def _misplaced(what: str, reference: str) -> WorkbookError:
    return WorkbookError(
        f"A {what} of the workbook says that it stands at '{shortened(reference, _LONGEST)}'.",
        "There is no such place on a sheet, so it is not clear where it belongs.",
        "Open the workbook in Excel, let Excel repair it, and save it.",
    )
