"""What lies over the cells of a table: dropdowns and formats stretch, scales are renewed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Scale
from xl_addin.workbook.file.sheet_rules import SheetRules
from xl_addin.workbook.table.column_plan import Slot
from xl_addin.workbook.table.table_shape import TableShape


def carry_rules(rules: SheetRules, shape: TableShape) -> None:
    """Fit the rules to the new shape."""
    sources = {shape.source(slot): column for column, slot in shape.columns()}
    moves = {source: column for source, column in sources.items() if source is not None}
    scaled = {shape.source(slot) or 0 for slot in shape.slots if _scale(slot)}
    rules.remove_scales(scaled | shape.gone(), shape.old_data)
    rules.stretch(shape.old_data, shape.new_data, moves)
    for area, scale in scaled_areas(shape):
        rules.add_scale(area, scale)


def scaled_areas(shape: TableShape) -> Iterator[tuple[Area, Scale]]:
    """Yield what is to be coloured; neighbouring columns of one kind share a colour scale."""
    for scale, group in groupby(shape.columns(), key=lambda entry: _scale(entry[1])):
        columns = [column for column, _ in group]
        if scale:
            yield replace(shape.new_data, left=columns[0], right=columns[-1]), scale


def _scale(slot: Slot) -> Scale:
    return slot.column.scale if slot.column is not None and slot.is_ours else ""
