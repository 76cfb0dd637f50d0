"""The picture of a matrix: chunks down, points of view across, values printed in the cells."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker.picture_text import drawable, font_families, glyphs_of, shorten

#: Inches; chosen so that 10 × 23 and 50 × 60 can both be read.
_CELL_WIDTH, _CELL_HEIGHT = 0.42, 0.34
_BAR_GAP, _BAR_WIDTH = 0.25, 0.18
_ROW_LABEL, _COLUMN_LABEL = 42, 34  # characters before a label is cut (Japanese counts double)
_DPI = 110


@dataclass(frozen=True)
class Palette:
    """Colours and number format of one kind of value.

    A diverging palette has its neutral colour at zero.
    """

    colours: str
    number: str
    bar_label: str
    diverging: bool = False


COSINE = Palette("YlOrRd", ".2f", "cosine")
CONTRAST = Palette("RdBu_r", ".1f", "contrast (z)", diverging=True)


def draw_heatmap(
    values: NDArray[np.float64],
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    *,
    title: str,
    palette: Palette,
) -> bytes:
    """Return a PNG of an (n, p) matrix, in the row and column order given."""
    import seaborn
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows, columns = values.shape
    families = font_families()
    shown = partial(drawable, glyphs=glyphs_of(*families))
    limit = float(np.abs(values).max())
    width, height = columns * _CELL_WIDTH, rows * _CELL_HEIGHT
    with rc_context({"font.family": families}):
        figure = Figure(figsize=(width + _BAR_GAP + _BAR_WIDTH, height), dpi=_DPI)
        FigureCanvasAgg(figure)
        # Placed by the inch, so that a cell has the same room in every picture; saving with a
        # tight box adds the labels around it.
        inches = figure.get_figwidth()
        axes = figure.add_axes((0, 0, width / inches, 1))
        bar = figure.add_axes(((width + _BAR_GAP) / inches, 0, _BAR_WIDTH / inches, 1))
        seaborn.heatmap(
            values,
            ax=axes,
            cbar_ax=bar,
            annot=True,
            fmt=palette.number,
            annot_kws={"size": 7},
            cmap=palette.colours,
            vmin=-limit if palette.diverging else None,
            vmax=limit if palette.diverging else None,
            linewidths=0.4,
            xticklabels=[shown(shorten(label, _COLUMN_LABEL)) for label in column_labels],
            yticklabels=[shown(shorten(label, _ROW_LABEL)) for label in row_labels],
            cbar_kws={"label": palette.bar_label},
        )
        _dress(axes, shown(title), columns)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", bbox_inches="tight", metadata={"Software": None})
    return buffer.getvalue()


def _dress(axes: Any, title: str, columns: int) -> None:  # noqa: ANN401 (matplotlib is loaded late)
    lines = [part for line in title.split("\n") for part in textwrap.wrap(line, 40 + columns * 4)]
    axes.set_title("\n".join(lines).replace("$", r"\$"), size=11)
    axes.tick_params(axis="y", labelrotation=0, labelsize=8, length=0)
    axes.tick_params(axis="x", labelsize=8, length=0)
    for label in axes.get_xticklabels():
        label.set(rotation=55, ha="right", rotation_mode="anchor")
