"""Rectangles of cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384

#: A cell by its row and column, both counted from 1.
RowColumn = tuple[int, int]


def address(row: int, column: int) -> str:
    """Return the A1 name of a cell."""
    from openpyxl.utils import get_column_letter  # here: worksheet functions start without it

    return f"{get_column_letter(column)}{row}"


@dataclass(frozen=True)
class Area:
    """A rectangle of cells, all four sides included and counted from 1."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def parse(cls, reference: str) -> Area:
        """Return the area of an A1 reference; whole rows and columns have all their cells."""
        from openpyxl.utils import range_boundaries

        left, top, right, bottom = range_boundaries(reference)
        return cls(top or 1, left or 1, bottom or LAST_ROW, right or LAST_COLUMN)

    @classmethod
    def find(cls, reference: str) -> Area | None:
        """Return the area of an A1 reference; None where it is none, like `#REF!`."""
        try:
            return cls.parse(reference)
        except ValueError:
            return None

    def __str__(self) -> str:
        first, last = address(self.top, self.left), address(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"

    @property
    def rows(self) -> range:
        """Row numbers, top to bottom."""
        return range(self.top, self.bottom + 1)

    @property
    def columns(self) -> range:
        """Column numbers, left to right."""
        return range(self.left, self.right + 1)

    def cells(self) -> Iterator[RowColumn]:
        """Yield row and column of each cell, row by row."""
        return ((row, column) for row in self.rows for column in self.columns)

    def has(self, row: int, column: int) -> bool:
        """Say whether a cell lies within."""
        return row in self.rows and column in self.columns

    def meets(self, other: Area) -> bool:
        """Say whether the two share a cell."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )


def common(area: Area, other: Area) -> Area | None:
    """Return the cells that two areas share, if any."""
    top, bottom = max(area.top, other.top), min(area.bottom, other.bottom)
    left, right = max(area.left, other.left), min(area.right, other.right)
    return Area(top, left, bottom, right) if top <= bottom and left <= right else None
