"""Colours of a heatmap's cells on a page: classes of a style sheet, one for each step."""

from __future__ import annotations

from collections.abc import Callable

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


def colour_rules() -> str:
    """Return the style rules of all steps."""
    return "".join(
        f"td.{kind}{step}{{background:{colour};color:{'#fff' if step in _DARK[kind] else '#222'}}}"
        for kind, colours in (("s", _SEQUENTIAL), ("d", _DIVERGING))
        for step, colour in enumerate(colours)
    )


def colour_of(grid: Grid) -> Callable[[float], str]:
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
