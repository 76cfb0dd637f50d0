"""Bootstrap intervals: between which figures a mean would lie if other items had been drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_DRAWS = 2000
_SEED = 20261129


@dataclass(frozen=True)
class Interval:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def bootstrap(
    items: Sequence[object], figure: Callable[[NDArray[np.intp]], float], draws: int = _DRAWS
) -> Interval:
    """Return a figure of items with its percentile interval, after Efron (1979).

    :param figure: gives the figure of items by their indices; some may come several times.
    """
    generator = np.random.default_rng(_SEED)
    drawn = [figure(generator.integers(0, len(items), len(items))) for _ in range(draws)]
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    return Interval(figure(np.arange(len(items))), float(low), float(high))


def mean_interval(values: Sequence[float]) -> Interval:
    """Return the mean of values with its interval."""
    known = np.asarray(values, np.float64)
    return bootstrap(values, lambda chosen: float(known[chosen].mean()))
