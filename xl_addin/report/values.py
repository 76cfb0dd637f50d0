"""Values of cells as texts and numbers: a user may have written anything anywhere."""

from __future__ import annotations

import math

from worker.visible_text import visible
from xl_addin.workbook.cells import clean_text
from xl_addin.workbook.port import CellValue


def text(value: CellValue) -> str:
    """Return what a cell shows, without characters that drive what shows them."""
    return "" if value is None else visible(clean_text(str(value))).strip()


def number(value: CellValue) -> float | None:
    """Return the number in a cell, if it holds one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def whole(value: CellValue) -> int | None:
    """Return the whole number in a cell, if it holds one."""
    found = number(value)
    return None if found is None else round(found)
