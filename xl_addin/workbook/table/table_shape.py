"""Old and new place of a table: the plan that every step of a rewrite follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from xl_addin.workbook.areas import Area
from xl_addin.workbook.port import AboveRow, TableContent
from xl_addin.workbook.table.column_plan import PlannedColumn, plan_columns


class CurrentTable(Protocol):
    """A named table (ListObject) as it is now, in a file or in Excel."""

    @property
    def name(self) -> str:
        """The name that formulas use."""
        ...

    @property
    def area(self) -> Area:
        """All its cells, the header included where it is shown."""
        ...

    @property
    def headers(self) -> Sequence[str]:
        """Header texts, left to right, without blanks around them."""
        ...

    @property
    def has_header_row(self) -> bool:
        """Say whether its header stands on the sheet."""
        ...

    @property
    def has_totals_row(self) -> bool:
        """Say whether a totals row stands under it."""
        ...


def own_area(table: CurrentTable) -> Area:
    """Return the cells of a table: those below its headers, whatever a damaged file says."""
    area = table.area
    return replace(area, right=min(area.right, area.left + max(1, len(table.headers)) - 1))


@dataclass(frozen=True)
class TableShape:
    """Old and new area of a table, header included, and its columns to be."""

    planned_columns: tuple[PlannedColumn, ...]
    old: Area
    new: Area
    above: int

    @classmethod
    def plan(cls, table: CurrentTable, content: TableContent, last_row: int) -> TableShape:
        """Return the shape that `table` needs for `content`; one row is kept when there is none.

        :param last_row: the lowest row of the sheet in which there are cells: what a table has
            below it (Excel lets it have a million rows) need not be looked at.
        :raises ColumnError: if two columns would have the same header.
        """
        planned_columns = tuple(plan_columns(table.headers, content))
        area = own_area(table)
        old = replace(area, bottom=min(area.bottom, max(last_row, area.top + 1)))
        bottom = old.top + max(1, len(content.rows))
        new = replace(old, bottom=bottom, right=old.left + len(planned_columns) - 1)
        return cls(planned_columns, old, new, len(content.above))

    @property
    def old_data(self) -> Area:
        """The old rows below the header."""
        return replace(self.old, top=self.old.top + 1)

    @property
    def new_data(self) -> Area:
        """The new rows below the header."""
        return replace(self.new, top=self.new.top + 1)

    @property
    def both(self) -> Area:
        """The smallest area that has the old and the new table in it."""
        bottom, right = max(self.old.bottom, self.new.bottom), max(self.old.right, self.new.right)
        return replace(self.old, bottom=bottom, right=right)

    @property
    def old_headers(self) -> set[str]:
        """Headers of the columns that were there before and stay, as the layout spells them."""
        return {column.header for column in self.planned_columns if column.source is not None}

    def columns(self) -> Iterator[tuple[int, PlannedColumn]]:
        """Yield each column of the new table with its number on the sheet."""
        return enumerate(self.planned_columns, start=self.new.left)

    def source(self, planned: PlannedColumn) -> int | None:
        """Return the number on the sheet of the column as it stood before, if it did."""
        return None if planned.source is None else self.old.left + planned.source

    def gone(self) -> set[int]:
        """Return the numbers of old columns that the new table has no place for."""
        return {*self.old.columns} - {self.source(planned) or 0 for planned in self.planned_columns}


def named_above(shape: TableShape, above: Sequence[AboveRow]) -> Iterator[tuple[str, Area]]:
    """Yield the defined names of rows above a table, and the cells that each stands for."""
    places = {planned.header: column for column, planned in shape.columns()}
    for number, row in enumerate(above, start=shape.new.top - shape.above):
        for name, headers in row.names.items():
            if columns := [places[header] for header in headers]:
                yield name, Area(number, min(columns), number, max(columns))
