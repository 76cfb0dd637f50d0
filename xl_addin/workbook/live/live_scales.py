"""Colour scales of a table that is open in Excel."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Scale
from xl_addin.workbook.live import excel_objects
from xl_addin.workbook.live.busy import patiently
from xl_addin.workbook.live.live_sheet import LiveSheet
from xl_addin.workbook.table.colour_scales import COLOUR_SCALES, is_ours, scaled_areas
from xl_addin.workbook.table.table_shape import TableShape

if TYPE_CHECKING:
    import xlwings


def renew_scales(sheet: LiveSheet, shape: TableShape) -> None:
    """Colour the columns anew; a rule of the user's, whatever it is, stays and wins over ours.

    Where the engine cannot list the rules of a sheet, or not say what they lie on, nothing is done:
    each run would add one more.
    """
    wanted = [*scaled_areas(shape)]
    columns = {column for area, _ in wanted for column in area.columns}
    try:
        rules = patiently(lambda: [*sheet.range(shape.new_data).conditional_formats])
        kinds = [patiently(partial(getattr, rule, "type")) for rule in rules]
    except NotImplementedError:
        return
    scales = [
        rule
        for rule, kind in zip(rules, kinds, strict=True)
        if kind == "color_scale" and is_ours(_colours(rule))
    ]
    covered = [excel_objects.covered(rule) for rule in scales]
    if None in covered:
        return
    # From the last, because Excel counts the others anew after each.
    for rule, areas in reversed([*zip(scales, covered, strict=True)]):
        if all({*area.columns} <= columns for area in areas or ()):
            patiently(rule.delete)
    for area, scale in wanted:
        _add(sheet, area, scale)


def _colours(rule: xlwings.main.ConditionalFormat) -> list[str]:
    """Return the colours of a colour scale; none of one that has no colour."""
    colours = patiently(lambda: rule.colors) or ()
    return ["{:02X}{:02X}{:02X}".format(*colour) if colour else "" for colour in colours]


def _add(sheet: LiveSheet, area: Area, scale: Scale) -> None:
    limits = COLOUR_SCALES[scale]
    colours = [f"#{colour[-6:]}" for _, _, colour in limits]
    numbers = [float(value) for kind, value, _ in limits if kind == "num"]

    def add() -> xlwings.main.ConditionalFormat:
        # Without numbers these are Excel's own: lowest value, 50th percentile, highest value.
        formats = sheet.range(area).conditional_formats
        return formats.add_color_scale(colours, thresholds=numbers or None)

    excel_objects.rank_last(patiently(add))
