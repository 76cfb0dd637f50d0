"""What a sheet of the reader copy holds: lines that can be led to, and cells that lead there."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from xl_addin.workbook.columns import Kind
from xl_addin.workbook.port import CellValue, Picture

#: What a line is known by when another leads to it.
LineName = Hashable


@dataclass(frozen=True)
class PlannedCell:
    """A value; it may lead to a line of the workbook, or to a document by its address."""

    value: CellValue = None
    kind: Kind | Literal["move"] = "wrapped"
    leads_to: LineName | None = None
    address: str = ""


@dataclass(frozen=True)
class Heading:
    """A column: its header and its width in characters."""

    text: str
    width: float


@dataclass(frozen=True)
class Line:
    """A row of cells, a band across all columns, or a picture that lies over rows below it.

    A band, or a head, is one cell that begins a part; `new_page` begins a page with it.
    """

    cells: Sequence[PlannedCell] = ()
    look: Literal["row", "band", "head"] = "row"
    name: LineName | None = None
    picture: Picture | None = None
    scale: float = 1.0
    new_page: bool = False


@dataclass(frozen=True)
class SheetPlan:
    """A sheet from top to bottom; without texts in its headings it has no header row."""

    name: str
    note: str
    headings: Sequence[Heading]
    lines: Sequence[Line]

    @property
    def has_header(self) -> bool:
        """Whether a header row stands over the lines."""
        return any(heading.text for heading in self.headings)
