"""A table of a closed file read back as it was written: values, formulas, and the rows above."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Column, Table, run_columns
from xl_addin.workbook.file.computed_values import ComputedValues
from xl_addin.workbook.file.sheet_part import SheetPart
from xl_addin.workbook.file.workbook_part import FileTablePlace
from xl_addin.workbook.port import AboveRow, CellValue, Formula, TableContent, Writable
from xl_addin.workbook.table.table_reader import read_named
from xl_addin.workbook.table.table_shape import own_area

_ROWS_ABOVE = 2


@dataclass(frozen=True)
class TableReading:
    """One table, with the sheet it stands on; its formulas are each cell's own."""

    values: ComputedValues
    sheet: SheetPart
    place: FileTablePlace
    table: Table

    def content(self, columns: Sequence[Column], names: Mapping[str, str]) -> TableContent:
        """Return what a run wrote into it.

        :param columns: those that the run wrote; without any, the table's own.
        :param names: the defined names of the workbook.
        :raises ColumnError: if a header stands there twice.
        """
        places = self._places(columns or self.table.columns)
        data = read_named(self.values, self.place, self.table)
        rows = [
            {
                header: self._written(row.number, column, row.values.get(header))
                for header, column in places.items()
            }
            for row in data.rows
        ]
        return TableContent(self.table, rows, columns, [*self._above(places, names)])

    def _places(self, columns: Sequence[Column]) -> dict[str, int]:
        """Return the number on the sheet of each column of the run's that is there."""
        area, headers = self._area, self.table.as_listed(self.place.table.headers)
        ours = {column.header for column in run_columns(columns)}
        numbered = enumerate(headers, start=area.left)
        return {header: number for number, header in numbered if header in ours}

    def _written(self, row: int, column: int, value: CellValue) -> Writable:
        formula = self.sheet.formula(row, column)
        return value if formula is None else Formula(f"={formula}")

    def _above(self, places: Mapping[str, int], names: Mapping[str, str]) -> Iterator[AboveRow]:
        """Yield the rows over the header that a table with a family has, filled or not."""
        area = self._area
        first = area.top - _ROWS_ABOVE if self.table.family else area.top
        named = {name: self._cells_above(reference) for name, reference in names.items()}
        for row in range(max(1, first), area.top):
            line = Area(row, area.left, row, area.right)
            shown = next(iter(self.values.rows(self.place.sheet, line)))
            yield AboveRow(
                {
                    header: self._written(row, column, shown[column - area.left])
                    for header, column in places.items()
                },
                {
                    name: [header for header, column in places.items() if column in cells.columns]
                    for name, cells in named.items()
                    if cells and cells.top == row
                },
            )

    def _cells_above(self, reference: str) -> Area | None:
        """Return the cells that a reference names, if they are a part of one row over the table."""
        sheet, _, cells = reference.rpartition("!")
        found = Area.find(cells.replace("$", ""))
        is_here = sheet.strip("'").replace("''", "'").casefold() == self.place.sheet.casefold()
        if not (is_here and found and found.top == found.bottom < self._area.top):
            return None
        return found if found.meets(replace(self._area, top=1)) else None

    @property
    def _area(self) -> Area:
        return own_area(self.place.table)
