"""A heatmap as a table of a page: cells in colour, each with words that show under the pointer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lxml.etree import _Element as Element

from xl_addin.report.markup import tag
from xl_addin.report.results import Grid

#: From pale to dark; from blue over white to red. Steps of ColorBrewer's YlOrRd and RdBu.
_SEQUENTIAL = (
    "#ffffcc", "#ffeda0", "#fed976", "#feb24c", "#fd8d3c", "#fc4e2a", "#e31a1c", "#bd0026",
    "#800026",
)  # fmt: skip
_DIVERGING = (
    "#053061", "#2166ac", "#4393c3", "#92c5de", "#d1e5f0", "#f7f7f7", "#fddbc7", "#f4a582",
    "#d6604d", "#b2182b", "#67001f",
)  # fmt: skip
#: Steps on which white letters are read better.
_DARK = {"s": (6, 7, 8), "d": (0, 1, 2, 8, 9, 10)}


def heat_table(grid: Grid, rows: Sequence[Element], sentences: Mapping[str, str]) -> Element:
    """Return the table of a grid.

    :param rows: what stands at the head of each row.
    :param sentences: points of view in words, by id.
    """
    heads = [tag("th", name, title=sentences.get(name, name)) for name in grid.pov_ids]
    colour = _colour_of(grid)
    lines = []
    for row, (head, values) in enumerate(zip(rows, grid.rows, strict=True), 1):
        cells = (
            _cell(f"{row} · {name}", value, colour(value), grid)
            for name, value in zip(grid.pov_ids, values, strict=True)
        )
        lines.append(tag("tr", tag("th", head), *cells))
    header = tag("thead", tag("tr", tag("th"), *heads))
    return tag("table", header, tag("tbody", *lines), class_="grid")


def colour_rules() -> str:
    """Return the style rules of all steps."""
    return "".join(
        f"td.{kind}{step}{{background:{colour};color:{'#fff' if step in _DARK[kind] else '#222'}}}"
        for kind, colours in (("s", _SEQUENTIAL), ("d", _DIVERGING))
        for step, colour in enumerate(colours)
    )


def _cell(what: str, value: float, colour: str, grid: Grid) -> Element:
    digits = 1 if grid.is_contrast else 2
    shown = round(value, digits) + 0.0  # no minus before zero
    return tag("td", f"{shown:.{digits}f}", class_=colour, title=f"{what} · {value:.3f}")


def _colour_of(grid: Grid) -> Callable[[float], str]:
    """Return what gives the class of a value: contrast has its neutral colour at zero."""
    values = [value for row in grid.rows for value in row]
    if grid.is_contrast:
        most = max(map(abs, values))
        return lambda value: f"d{_step(value, -most, most, len(_DIVERGING))}"
    low, high = min(values), max(values)
    return lambda value: f"s{_step(value, low, high, len(_SEQUENTIAL))}"


def _step(value: float, low: float, high: float, steps: int) -> int:
    if high <= low:
        return steps // 2
    return min(steps - 1, int((value - low) / (high - low) * steps))
