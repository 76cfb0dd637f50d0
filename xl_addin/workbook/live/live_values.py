"""The values of sheets that are open in Excel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xl_addin.workbook.areas import Area
from xl_addin.workbook.live.live_sheet import LiveSheet
from xl_addin.workbook.port import CellValue
from xl_addin.workbook.table.table_reader import HEADER_ROWS


class LiveValues:
    """The values of some sheets, read when they are needed."""

    def __init__(self, pages: Sequence[LiveSheet]) -> None:
        self._pages = {page.name: page for page in pages}

    @property
    def sheets(self) -> Sequence[str]:
        """Names of the sheets."""
        return [*self._pages]

    def rows(self, sheet: str, area: Area | None = None) -> Iterator[tuple[CellValue, ...]]:
        """Yield the rows of an area, of the whole sheet from A1 where there is none.

        What lies below all cells of the sheet is left out.
        """
        page = self._pages[sheet]
        if area is not None:
            bottom = min(area.bottom, page.used().bottom)
            yield from page.rows(replace(area, bottom=bottom))
            return
        used = replace(page.used(), top=1, left=1)
        head = min(HEADER_ROWS, used.bottom)
        yield from page.rows(replace(used, bottom=head))
        if used.bottom > head:
            yield from page.rows(replace(used, top=head + 1))
