"""Cell values as Excel last computed them; no looks, rules, names or links are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree
from lxml.etree import _Element as Element

from worker.errors import WorkbookError
from xl_addin.workbook.areas import LAST_COLUMN, LAST_ROW, Area
from xl_addin.workbook.file.cell_places import placed_cells, row_number
from xl_addin.workbook.file.cell_values import CellValues, number_formats, text_of
from xl_addin.workbook.file.markup import TRUE, children, elements
from xl_addin.workbook.file.package import Package
from xl_addin.workbook.file.unpacking import damaged
from xl_addin.workbook.port import CellValue

_WHOLE = Area(1, 1, LAST_ROW, LAST_COLUMN)


class ComputedValues:
    """The sheets of a workbook (part by name), to look at; each is read when it is asked for.

    :raises WorkbookError: if the styles or the shared texts are damaged.
    """

    def __init__(self, package: Package, book: str, sheets: Mapping[str, str]) -> None:
        self._package = package
        self._sheets = {name: part for name, part in sheets.items() if part in package}
        found = {item.kind: item.target for item in package.relations(book)}
        styles, texts = found.get("styles"), found.get("sharedStrings")
        self._cells = CellValues(
            [text_of(item) for item in self._items(texts, "si")]
            if texts and texts in package
            else [],
            number_formats(package.tree(styles)) if styles and styles in package else {},
            from_1904=any(
                item.get("date1904") in TRUE for item in children(package.tree(book), "workbookPr")
            ),
        )

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets that have cells."""
        return list(self._sheets)

    def rows(self, sheet: str, area: Area | None = None) -> Iterator[tuple[CellValue, ...]]:
        """Yield the rows of an area; of the whole sheet, from A1, where there is none.

        :raises WorkbookError: if the sheet is damaged, or it is not clear where its cells belong.
        """
        return self._all_rows(sheet) if area is None else self._rows_of(sheet, area)

    def _all_rows(self, sheet: str) -> Iterator[tuple[CellValue, ...]]:
        last = 0
        for number, values in self._read(sheet, _WHOLE):
            if number <= last:
                raise _out_of_order(self._package.name, number, last)
            yield from [()] * (number - last - 1)
            yield tuple(values.get(column) for column in range(1, max(values, default=0) + 1))
            last = number

    def _rows_of(self, sheet: str, area: Area) -> Iterator[tuple[CellValue, ...]]:
        found: dict[int, dict[int, CellValue]] = {}
        for number, values in self._read(sheet, area):
            found.setdefault(number, {}).update(values)
        blank = (None,) * len(area.columns)  # one for all: a table may go on for a million rows
        for number in area.rows:
            row = found.get(number)
            yield tuple(map(row.get, area.columns)) if row else blank

    def _read(self, sheet: str, area: Area) -> Iterator[tuple[int, dict[int, CellValue]]]:
        """Yield the number of each row of an area with its values by column."""
        number = 0
        for row in self._items(self._sheets[sheet], "row"):
            number = row_number(row, number)
            if number in area.rows:
                yield (
                    number,
                    {
                        column: self._cells.value(cell)
                        for column, cell in placed_cells(row)
                        if column in area.columns
                    },
                )

    def _items(self, part: str, tag: str) -> Iterator[Element]:
        try:
            yield from elements(self._package.content(part), tag)
        except etree.XMLSyntaxError as error:
            raise damaged(self._package.name, f"its part {part} is unreadable") from error


def _out_of_order(name: str, number: int, last: int) -> WorkbookError:
    return WorkbookError(
        f"The cells of '{name}' cannot be read.",
        f"On one of its sheets row {number} stands below row {last}.",
        "Open it in Excel and save it again, or copy your tables to a new workbook.",
    )
