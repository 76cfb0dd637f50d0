"""Formulas in the XML of a sheet: moved to another row, and written out where cells share one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lxml.etree import _Element as Element

from xl_addin.workbook.areas import Area
from xl_addin.workbook.file.markup import drop, q
from xl_addin.workbook.formulas import moved_text, translated


def move_formula(formula: Element, old_row: int, new_row: int) -> None:
    """Let the references of a formula follow it to another row.

    One that would point above the sheet stays as it is.
    """
    if old_row == new_row:
        return
    formula.text = moved_text(formula.text or "", old_row, new_row)
    reference = formula.get("ref")
    if reference:
        area, shift = Area.parse(reference), new_row - old_row
        moved = replace(area, top=area.top + shift, bottom=area.bottom + shift)
        formula.set("ref", str(moved))


def write_out_shared(cells: Iterable[Element]) -> None:
    """Give each cell with a shared formula its own, so that it can be moved or replaced alone."""
    masters: dict[str, tuple[str, str]] = {}
    for cell in cells:
        formula = cell.find(q("f"))
        if formula is None or formula.get("t") != "shared":
            continue
        key, place = str(formula.get("si")), str(cell.get("r"))
        if formula.text:
            masters[key] = formula.text, place
        elif key in masters:
            formula.text = translated(*masters[key], place)
        for name in ("t", "si", "ref"):
            drop(formula, name)
