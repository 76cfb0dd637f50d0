"""The cells that are selected in Excel, and those right beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from openpyxl.utils import quote_sheetname

from worker.errors import WorkbookError
from xl_addin.workbook.areas import LAST_COLUMN, Area, common
from xl_addin.workbook.live.busy import patiently
from xl_addin.workbook.live.live_sheet import LiveSheet, ready
from xl_addin.workbook.port import CellValue

if TYPE_CHECKING:
    import xlwings


def read_selection(book: xlwings.Book) -> tuple[str, Sequence[Sequence[CellValue]]]:
    """Return where the selected cells are, and their values row by row.

    Of whole rows and columns only the part with cells counts.

    :raises WorkbookError: if something else than cells is selected.
    """
    sheet, (area, *_) = selected_areas(book)
    seen = common(area, sheet.used())
    place = f"{quote_sheetname(sheet.name)}!{seen or area}"
    return place, [*sheet.rows(seen)] if seen else []


def selected_areas(book: xlwings.Book) -> tuple[LiveSheet, tuple[Area, ...]]:
    """Return the sheet in front, and its selected cells.

    :raises WorkbookError: if something else than cells is selected.
    """
    selected = patiently(partial(_selected, book))
    if selected is None:
        raise WorkbookError(
            "No cells are selected.",
            "A picture, chart or shape is.",
            "Select the cells with the texts.",
        )
    sheet = LiveSheet(patiently(lambda: selected.sheet))
    address = str(patiently(lambda: selected.address))
    return sheet, tuple(map(Area.parse, address.split(",")))


def _selected(book: xlwings.Book) -> xlwings.Range | None:
    """Return the selected cells.

    xlwings says of a busy Excel, too, that it has none; and its own property asks twice, and may
    get two answers.
    """
    from xlwings import Range

    cells = book.app.impl.selection
    if cells is None and book.name:  # a question that a busy Excel refuses
        cells = book.app.impl.selection
    return None if cells is None else Range(impl=cells)


def parse_place(place: str) -> tuple[str, Area]:
    """Return sheet and area of a place that `read_selection` named."""
    sheet, _, area = place.rpartition("!")
    return sheet.removeprefix("'").removesuffix("'").replace("''", "'"), Area.parse(area)


def fill_beside(sheet: LiveSheet, area: Area, values: Sequence[Sequence[CellValue]]) -> None:
    """Write values into the cells right of an area, as one block.

    :raises WorkbookError: naming the first cell that is not empty.
    """
    if not values:
        return
    left = area.right + 1
    target = Area(area.top, left, area.top + len(values) - 1, left + len(values[0]) - 1)
    taken = None
    if target.right <= LAST_COLUMN:
        taken = sheet.first_content(
            replace(target, left=area.left),
            outside=replace(target, left=area.left, right=area.right),
        )
    if taken or target.right > LAST_COLUMN:
        raise WorkbookError(
            f"There is no room for the scores beside {area} on sheet {sheet.name}.",
            f"Cell {taken} is not empty." if taken else "The sheet ends there.",
            "Empty the cells right of your selection, or choose other cells.",
        )
    sheet.type_block(target, [[ready(value) for value in row] for row in values])
