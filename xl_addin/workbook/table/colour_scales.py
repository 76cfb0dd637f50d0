"""Colour scales of a table: their limits and colours, and the cells they lie on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Scale
from xl_addin.workbook.table.table_shape import TableShape

#: Colour scales as (kind of limit, its value, colour) from low to high.
COLOUR_SCALES: dict[Scale, tuple[tuple[str, str, str], ...]] = {
    "sequential": (
        ("min", "", "FFFFFFFF"),
        ("percentile", "50", "FFFEE391"),
        ("max", "", "FFF4845F"),
    ),
    "diverging": (
        ("num", "-3", "FF7BA7D9"),
        ("num", "0", "FFFFFFFF"),
        ("num", "3", "FFEE7F6D"),
    ),
}


def colours_of(scale: Scale) -> list[str]:
    """Return the colours of a scale as `RRGGBB`, low to high."""
    return [colour[-6:] for *_, colour in COLOUR_SCALES[scale]]


def is_ours(colours: Sequence[str]) -> bool:
    """Say whether a colour scale is ours, by its colours (`RRGGBB`, `AARRGGBB`), low to high.

    Limits do not count: not every Excel tells them as they were set.
    """
    shown = [colour[-6:].upper() for colour in colours]
    return any(shown == colours_of(scale) for scale in COLOUR_SCALES)


def scaled_areas(shape: TableShape) -> Iterator[tuple[Area, Scale]]:
    """Yield what is to be coloured; neighbouring columns of one kind share a colour scale."""
    for scale, group in groupby(shape.columns(), key=lambda entry: entry[1].scale):
        columns = [column for column, _ in group]
        if scale:
            yield replace(shape.new_data, left=columns[0], right=columns[-1]), scale
