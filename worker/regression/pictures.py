"""The pictures of a regression: scatter plots of leading features, and the projection on views."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker.picture_text import drawable, font_families, glyphs_of, shorten
from worker.regression.projection import VIEW_LEVEL, Projection
from worker.regression.ratings import Codes, Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The original's grid, row by row.
GRID_ROWS, GRID_COLUMNS = 2, 3
#: More points than so would be one blot: as many are drawn by lot.
MOST_POINTS = 5_000
_CROWD = 500  # more points than so are drawn pale, so that many look like many
JITTER = 0.3  # either way, as in the original
_DPI = 110
_LABEL = 74  # characters of a point of view (Japanese counts double)
_TITLE = 46
_DOT, _BAND, _HIT, _LINE = "#2f6f9f", "#d9d9d9", "#c0392b", "#404040"


@dataclass(frozen=True)
class Panel:
    """One scatter plot: a feature across, ratings up."""

    title: str
    across: Floats
    up: Floats


def draw_scatter_grid(panels: Sequence[Panel], *, title: str, across: str, up: str) -> bytes:
    """Return a PNG of up to six scatter plots, with the line of least squares in each.

    :param across: what the horizontal axis of all of them is, with its unit; `up`: the vertical.
    """

    def draw(figure: Figure) -> None:
        grid = figure.subplots(GRID_ROWS, GRID_COLUMNS, sharey=True, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            alpha = 0.35 if len(panel.up) > _CROWD else 0.8
            axes.scatter(panel.across, panel.up, s=11, alpha=alpha, color=_DOT, linewidths=0)
            _draw_line(axes.plot, panel)
            axes.set_title(_text(panel.title, _TITLE), size=10)
            axes.tick_params(labelsize=8)
            axes.locator_params(axis="x", nbins=5)
            axes.grid(visible=True, color="#eeeeee", linewidth=0.6)
            axes.set_axisbelow(True)
        for axes in list(grid.flat)[len(panels) :]:
            axes.set_axis_off()
        figure.suptitle(_text(title, 200), size=12)
        figure.supxlabel(_text(across, 200), size=9)
        figure.supylabel(_text(up, 80), size=9)

    return _png(draw, width=11.0, height=7.0)


def draw_projection(
    labels: Sequence[str], projection: Projection, *, title: str, across: str
) -> bytes:
    """Return a PNG of the cosine with each point of view beside what chance gives.

    :param labels: of the points of view, in their own order; the strongest is drawn on top.
    """
    order = projection.order[::-1]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        _draw_cosines(axes, projection, order)
        axes.use_sticky_edges = False  # room beside the widest band
        axes.margins(x=0.04)
        axes.axvline(0, color=_LINE, linewidth=0.8)
        axes.set_yticks(
            range(len(order)), [_text(labels[place], _LABEL) for place in order], size=8
        )
        axes.set_ylim(-0.7, len(order) - 0.3)
        axes.tick_params(axis="x", labelsize=8)
        axes.set_xlabel(_text(across, 200), size=9)
        axes.grid(visible=True, axis="x", color="#eeeeee", linewidth=0.6)
        axes.set_axisbelow(True)
        figure.suptitle(_text(title, 200), size=12)
        figure.legend(loc="outside lower center", ncols=3, fontsize=8, frameon=False)

    return _png(draw, width=11.0, height=1.7 + 0.27 * len(labels))


def _draw_cosines(axes: Axes, projection: Projection, order: list[int]) -> None:
    """Draw a row for each point of view: the band that chance gives, and the cosine on it."""
    rows = np.arange(len(order))
    low, high = projection.low[order], projection.high[order]
    axes.barh(rows, high - low, left=low, height=0.62, color=_BAND, label="by chance (95 of 100)")
    hits = projection.p[order] <= VIEW_LEVEL
    counted = f"beyond chance (p ≤ {VIEW_LEVEL}, as one of {len(order)})"
    for chosen, colour, name in ((hits, _HIT, counted), (~hits, _LINE, "not beyond chance")):
        if chosen.any():
            cosine = projection.cosine[order][chosen]
            axes.scatter(cosine, rows[chosen], s=34, color=colour, zorder=3, label=name)


def jittered(values: Floats, chance: np.random.Generator) -> Floats:
    """Return ratings moved a little up or down, so that equal ones do not hide each other."""
    return values + chance.uniform(-JITTER, JITTER, len(values))


def drawn_by_lot(count: int, chance: np.random.Generator) -> Codes:
    """Return the places of the points that are drawn."""
    if count <= MOST_POINTS:
        return np.arange(count)
    return np.sort(chance.choice(count, MOST_POINTS, replace=False))


def _draw_line(plot: Callable[..., object], panel: Panel) -> None:
    if np.ptp(panel.across) > 0:
        slope, level = np.polyfit(panel.across, panel.up, 1)
        ends = np.array([panel.across.min(), panel.across.max()])
        plot(ends, level + slope * ends, color=_HIT, linewidth=1.4)


def _text(text: str, width: int) -> str:
    return drawable(shorten(text, width), glyphs_of(*font_families()))


def _png(draw: Callable[[Figure], None], *, width: float, height: float) -> bytes:
    """Return what is drawn on a figure of so many inches."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context({"font.family": font_families()}):
        figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
