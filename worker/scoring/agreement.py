"""The agreement of two scores: they order alike, or not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from worker.scoring.score_modes import score_chunks

Vector = NDArray[np.float64]

_LEAST_ROWS = 20  # fewer rows agree by chance
_SAME_ORDER = 0.99


def rank_correlation(first: Vector, second: Vector) -> float:
    """Return Spearman's rank correlation of two (n,) scores without ties, n ≥ 2."""
    return float(np.corrcoef(_ranks(first), _ranks(second))[0, 1])


def _ranks(values: Vector) -> Vector:
    return np.argsort(np.argsort(values)).astype(np.float64)


def orders_as_mean(cosine: Vector, weights: Vector) -> bool:
    """Say whether the classic score orders n chunks as the mean cosine does.

    On models whose cosines all lie in a narrow band it does, and single points of view cannot win.

    :param cosine: (n, p) cosines of chunks to points of view. :param weights: (p,) weights.
    """
    if len(cosine) < _LEAST_ROWS or cosine.shape[1] < 2:
        return False
    classic, mean = (score_chunks(cosine, weights, None, mode).sexy for mode in ("classic", "mean"))
    return rank_correlation(classic, mean) > _SAME_ORDER
