"""Colour scales of a table that is open in Excel."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Scale
from xl_addin.workbook.live import excel_objects
from xl_addin.workbook.live.busy import patiently
from xl_addin.workbook.live.live_sheet import LiveSheet
from xl_addin.workbook.table.colour_scales import (
    COLOUR_SCALES,
    colours_of,
    is_ours,
    scaled_areas,
)
from xl_addin.workbook.table.table_shape import TableShape

if TYPE_CHECKING:
    import xlwings


@dataclass(frozen=True)
class _Shown:
    """A colour scale of ours that is there, what it lies on, and its colours."""

    rule: xlwings.main.ConditionalFormat
    areas: Sequence[Area]
    colours: Sequence[str]


def renew_scales(sheet: LiveSheet, shape: TableShape) -> None:
    """Colour the columns; a rule of the user's, whatever it is, stays and wins over ours.

    Where the engine cannot list the rules of a sheet, or not say what they lie on, nothing is done:
    each run would add one more.
    """
    wanted = [*scaled_areas(shape)]
    columns = {column for area, _ in wanted for column in area.columns}
    there = _list_ours(sheet, shape.new_data, columns)
    if there is None or _lie_as(there, wanted):
        return
    # From the last, because Excel counts the others anew after each.
    formats = patiently(lambda: sheet.range(shape.new_data).conditional_formats)
    count = len(patiently(lambda: [*formats]))
    for number, shown in enumerate(reversed(there)):
        patiently(partial(_delete, shown.rule, formats, count - number))
    for area, scale in wanted:
        _add(sheet, area, scale)


def _list_ours(sheet: LiveSheet, data: Area, columns: Collection[int]) -> list[_Shown] | None:
    """Return our colour scales that lie wholly on some columns; None where nobody can say."""
    try:
        rules = patiently(lambda: [*sheet.range(data).conditional_formats])
        kinds = [patiently(partial(getattr, rule, "type")) for rule in rules]
    except NotImplementedError:
        return None
    ours = []
    for rule, kind in zip(rules, kinds, strict=True):
        if kind != "color_scale" or not is_ours(colours := _colours(rule)):
            continue
        areas = excel_objects.covered(rule)
        if areas is None:
            return None
        if all({*area.columns} <= {*columns} for area in areas):
            ours.append(_Shown(rule, areas, colours))
    return ours


def _lie_as(there: Sequence[_Shown], wanted: Sequence[tuple[Area, Scale]]) -> bool:
    shown = [([*map(str, item.areas)], [*item.colours]) for item in there]
    return sorted(shown) == sorted(([str(area)], colours_of(scale)) for area, scale in wanted)


def _colours(rule: xlwings.main.ConditionalFormat) -> list[str]:
    """Return the colours of a colour scale, as `RRGGBB`."""
    colours = patiently(lambda: rule.colors) or ()
    return ["{:02X}{:02X}{:02X}".format(*colour) if colour else "" for colour in colours]


def _add(sheet: LiveSheet, area: Area, scale: Scale) -> None:
    colours = colours_of(scale)
    numbers = [float(value) for kind, value, _ in COLOUR_SCALES[scale] if kind == "num"]
    formats = patiently(lambda: sheet.range(area).conditional_formats)
    known = len(patiently(lambda: [*formats]))

    def add() -> xlwings.main.ConditionalFormat:
        rules: list[xlwings.main.ConditionalFormat] = [*formats]
        if len(rules) > known:
            # A first try was cut off: its rule is the first if it was done, else the last.
            if _colours(rules[0]) == colours:
                return rules[0]
            rules[-1].delete()
        # Without numbers these are Excel's own: lowest value, 50th percentile, highest value.
        shown = [f"#{colour}" for colour in colours]
        return formats.add_color_scale(shown, thresholds=numbers or None)

    excel_objects.rank_last(patiently(add))


def _delete(
    rule: xlwings.main.ConditionalFormat, formats: xlwings.main.ConditionalFormats, count: int
) -> None:
    """Delete a rule once: on macOS its number stands for another one afterwards."""
    if len([*formats]) == count:
        rule.delete()
