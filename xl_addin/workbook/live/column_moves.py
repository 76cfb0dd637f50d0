"""Columns of a table that go and come, so that the others keep their identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xl_addin.workbook.table.column_plan import PlannedColumn


@dataclass(frozen=True)
class ColumnMoves:
    """Places counted from 0: `gone` in the old table, right to left; `come` in the new, ascending.

    `staying` says by new place where a column stood that is neither deleted nor inserted.
    """

    gone: tuple[int, ...]
    come: tuple[int, ...]
    staying: dict[int, int]

    def __bool__(self) -> bool:
        """Say whether any column goes or comes."""
        return bool(self.gone or self.come)

    @classmethod
    def plan(cls, headers: Sequence[str], columns: Sequence[PlannedColumn]) -> ColumnMoves:
        """Return how a table with these headers gets these columns.

        All that are there already stay, but for one of a family that changes its place among the
        others: it is made anew.
        """
        staying: dict[int, int] = {}
        for place, planned in enumerate(columns):
            last = max(staying.values(), default=-1)
            if planned.source is not None and last < planned.source < _barrier(columns, place):
                staying[place] = planned.source
        gone = sorted({*range(len(headers))} - {*staying.values()}, reverse=True)
        come = [place for place in range(len(columns)) if place not in staying]
        return cls(tuple(gone), tuple(come), staying)


def _barrier(columns: Sequence[PlannedColumn], place: int) -> int:
    """Return the old place that a staying column must stand left of."""
    later = (planned.source for planned in columns[place + 1 :] if not planned.in_family)
    return next((source for source in later if source is not None), 1 << 20)
