"""Which columns of a table go and which come, so that the others keep their identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xl_addin.workbook.table.column_plan import Slot


@dataclass(frozen=True)
class ColumnMoves:
    """Places counted from 0: `gone` in the old table, right to left; `come` in the new, ascending.

    `staying` says by new place where a column stood that is neither deleted nor inserted.
    """

    gone: tuple[int, ...]
    come: tuple[int, ...]
    staying: dict[int, int]

    @classmethod
    def plan(cls, headers: Sequence[str], slots: Sequence[Slot]) -> ColumnMoves:
        """Return how a table with these headers gets the columns of `slots`.

        All that are there already stay, but for one of a family that changes its place among the
        others: it is made anew.
        """
        staying: dict[int, int] = {}
        for place, slot in enumerate(slots):
            last = max(staying.values(), default=-1)
            if slot.source is not None and last < slot.source < _barrier(slots, place):
                staying[place] = slot.source
        gone = sorted({*range(len(headers))} - {*staying.values()}, reverse=True)
        come = [place for place in range(len(slots)) if place not in staying]
        return cls(tuple(gone), tuple(come), staying)


def _barrier(slots: Sequence[Slot], place: int) -> int:
    """Return the old place that a staying column must stand left of."""
    later = (slot.source for slot in slots[place + 1 :] if not slot.in_family)
    return next((source for source in later if source is not None), 1 << 20)
