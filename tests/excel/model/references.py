"""References in formulas, and areas, that follow cells which were moved to the right or left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from openpyxl.formula import Tokenizer
from openpyxl.utils import column_index_from_string, get_column_letter

from xl_addin.workbook.areas import LAST_COLUMN, Area

_PLACE = re.compile(r"(\$?)([A-Z]{1,3})(\$?)(\d+)")
_LOOKS_LIKE_ONE = re.compile(r"[A-Z]{1,3}\$?\d")


@dataclass(frozen=True)
class Shift:
    """Cells of some rows that move by `by` columns, from column `first` to the sheet's right end.

    Where they move left, the columns before them are gone.
    """

    sheet: str
    top: int
    bottom: int
    first: int
    by: int

    @property
    def moved(self) -> Area:
        """The cells that move."""
        return Area(self.top, self.first, self.bottom, LAST_COLUMN)

    def area(self, area: Area) -> list[Area]:
        """Return where an area lies afterwards: in the rows that move, and in the others."""
        rows = range(max(area.top, self.top), min(area.bottom, self.bottom) + 1)
        if not rows or area.right < self.first + min(self.by, 0):
            return [area]
        above = replace(area, bottom=rows[0] - 1)
        below = replace(area, top=rows[-1] + 1)
        columns = self._columns(area.left, area.right)
        inner = [Area(rows[0], columns[0], rows[-1], columns[1])] if columns else []
        return [*_real(above), *inner, *_real(below)]

    def formula(self, formula: str, home: str) -> str:
        """Return a formula, with its equals sign, of a cell on the sheet `home`."""
        if not _LOOKS_LIKE_ONE.search(formula):
            return formula
        tokens = Tokenizer(formula)
        for token in tokens.items:
            if token.type == "OPERAND" and token.subtype == "RANGE":
                token.value = self._reference(token.value, home)
        return tokens.render()

    def _reference(self, text: str, home: str) -> str:
        name, mark, places = text.rpartition("!")
        sheet = name.removeprefix("'").removesuffix("'").replace("''", "'") or home
        ends = [_PLACE.fullmatch(part) for part in places.split(":")]
        if sheet != self.sheet or not all(ends) or len(ends) > 2:
            return text
        rows = [int(end[4]) for end in ends if end]
        if not (self.top <= min(rows) and max(rows) <= self.bottom):
            return text
        old = [column_index_from_string(end[2]) for end in ends if end]
        columns = self._columns(old[0], old[-1])
        if columns is None:
            return f"{name}{mark}#REF!"
        moved = [
            f"{end[1]}{get_column_letter(column)}{end[3]}{end[4]}"
            for end, column in zip(ends, columns, strict=False)
            if end
        ]
        return f"{name}{mark}{':'.join(moved)}"

    def _columns(self, left: int, right: int) -> tuple[int, int] | None:
        """Return first and last column of what is left of some columns."""
        if self.by > 0:
            return tuple(n + self.by if n >= self.first else n for n in (left, right))
        gone = self.first + self.by
        new_left = left + self.by if left >= self.first else min(left, gone)
        new_right = right + self.by if right >= self.first else min(right, gone - 1)
        return (new_left, new_right) if new_left <= new_right else None


def _real(area: Area) -> Iterator[Area]:
    if area.top <= area.bottom:
        yield area
