"""Where rows and cells stand: the format lets them leave that out, and then they are the next."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element
from openpyxl.utils import column_index_from_string

from xl_addin.workbook.file.markup import children

_DIGITS = "0123456789"


def row_number(row: Element, last: int) -> int:
    """Return the number of a row that follows the row `last`.

    :raises ValueError: if it has one that is no number.
    """
    number = row.get("r")
    return int(number) if number else last + 1


def placed_cells(row: Element) -> Iterator[tuple[int, Element]]:
    """Yield the cells of a row with their columns.

    :raises ValueError: if a cell has a reference that is none.
    """
    column = 0
    for cell in children(row, "c"):
        reference = cell.get("r")
        letters = reference.rstrip(_DIGITS) if reference else ""
        column = column_index_from_string(letters) if letters else column + 1
        yield column, cell
