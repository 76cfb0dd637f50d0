"""Columns of a table and their places, before and after a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from worker.errors import ColumnError
from xl_addin.workbook.columns import Column, Scale
from xl_addin.workbook.port import TableContent


@dataclass(frozen=True)
class PlannedColumn:
    """One column of the table as it is to be; `source` counts its old place from 0.

    `shown` is its header as it stands on the sheet, or will.
    """

    header: str
    column: Column | None
    source: int | None
    shown: str
    in_family: bool = False

    @property
    def is_ours(self) -> bool:
        """Say whether the run writes it."""
        return self.column is not None and self.column.owner == "run"

    @property
    def is_wrapped(self) -> bool:
        """Say whether its text may need several lines."""
        return self.column is not None and self.column.kind == "wrapped"

    @property
    def scale(self) -> Scale:
        """Its colour scale; empty where it has none or is the user's."""
        return self.column.scale if self.column is not None and self.is_ours else ""


def plan_columns(headers: Sequence[str], content: TableContent) -> list[PlannedColumn]:
    """Return the columns that a table with these headers has after the run, left to right.

    :raises ColumnError: if two headers differ at most in case or in blanks around them.
    """
    table = content.table
    spelt, headers = headers, table.as_listed(headers)
    listed = {column.header: column for column in (*table.columns, *content.columns)}
    ours = content.run_columns
    family = [c.header for c in ours if table.family and c.header not in table.headers]
    loose = {*_pairs(headers, table.family), *family}
    kept = [header for header in headers if header not in loose]
    before = next((i for i, header in enumerate(headers) if header in loose), len(headers))
    added = [column.header for column in ours if column.header not in {*headers, *family}]
    order = [*kept[:before], *family, *kept[before:], *added]
    _refuse_twins(order, table.name)
    places = {header: place for place, header in enumerate(headers)}
    return [
        PlannedColumn(
            header,
            listed.get(header),
            place := places.get(header),
            header if place is None else spelt[place],
            header in family,
        )
        for header in order
    ]


def _pairs(headers: Sequence[str], suffix: str) -> set[str]:
    """Return the headers that stand there both with and without the suffix."""
    firsts = {header for header in headers if suffix and header + suffix in headers}
    return firsts | {header + suffix for header in firsts}


def _refuse_twins(headers: Sequence[str], table: str) -> None:
    seen: set[str] = set()
    for header in headers:
        if header.casefold() in seen:
            raise ColumnError(
                f"The table {table} would have two columns '{header}'.",
                "Excel does not tell capitals from small letters in headers.",
                "Give one of the two another name.",
            )
        seen.add(header.casefold())
