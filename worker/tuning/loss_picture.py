"""The picture of the loss: each step, and the mean of the steps around it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from worker.tuning.learner import LossPoint

_DPI = 110
_SMOOTH = 9  # steps that a mean is over


def draw_loss(points: Sequence[LossPoint], title: str) -> bytes:
    """Return a PNG of the losses of steps; a line stands between two epochs."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(6.4, 3.6), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    steps = np.array([point.step for point in points])
    losses = np.array([point.loss for point in points])
    axes.plot(steps, losses, ".", color="#9ab", label="a step")
    if len(points) >= _SMOOTH:
        mean = np.convolve(losses, np.ones(_SMOOTH) / _SMOOTH, "valid")
        axes.plot(
            steps[_SMOOTH // 2 :][: len(mean)], mean, color="#247", label=f"mean of {_SMOOTH}"
        )
    for step in epoch_ends(points):
        axes.axvline(step + 0.5, color="#ccc", linewidth=1)
    axes.set_xlabel("step")
    axes.set_ylabel("loss")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title(title.replace("$", r"\$"), size=11)
    axes.legend(frameon=False, loc="upper right")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def epoch_ends(points: Sequence[LossPoint]) -> list[int]:
    """Return the steps that end an epoch, but for the last; a point says how many are behind it."""
    return [one.step for one, after in pairwise(points) if _epoch(one) < _epoch(after)]


def _epoch(point: LossPoint) -> int:
    return ceil(point.epoch - 1e-6)
