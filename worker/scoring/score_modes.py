"""The SEXY score: from a chunk's cosines to the points of view to one number.

With S the (n, p) cosines, w the weights and Z the contrast values:

    classic   √Σ w·S²                the original's Euclidean norm (weights 1)
    contrast  √Σ w·max(Z,0)²         how a chunk stands out for single points of view
    max       max √w·max(Z,0)        its strongest point of view alone
    pnorm     (Σ w·max(Z,0)⁴)^¼      between the two
    mean      Σ w·S / Σ |w|          for comparison: what classic comes down to on many models

The sums run over points of view with a positive weight. One with a negative weight pushes down
what touches it: |w|·max(Z,0) is subtracted (|w|·max(S,0) in classic).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker.contract import ON_COSINES
from worker.scoring.corpus_statistics import CorpusStatistics

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

#: A spread of cosines below this is rounding noise, not a difference between chunks.
_NO_SPREAD = 1e-9


@dataclass(frozen=True)
class PovScores:
    """Scores of n chunks for p points of view.

    `cosine`, `contrast` and `shares` have shape (n, p), `classic` and `sexy` (n,). A row of
    shares says how the score came about: parts of 1, or all zero where nothing was touched.
    """

    cosine: Matrix
    contrast: Matrix
    shares: Matrix
    classic: Vector
    sexy: Vector


def contrast_values(cosine: Matrix, statistics: CorpusStatistics) -> Matrix:
    """Return the double-centred cosines Z, in units of how far cosines usually move.

    D = S − column mean − row mean + grand mean and Z = D / unit, the unit being the root of the
    mean of the columns' variances, with column figures from the corpus. An offset common to all
    cosines cancels. One unit for all: by its own spread, a point of view that nothing touches
    would be as loud as one that something touches. With a single point of view its row mean is
    the cosine itself, so rows are not centred then. One that never varies counts as nothing.
    """
    centred = cosine - statistics.mean
    if cosine.shape[1] > 1:
        centred = centred - cosine.mean(axis=1, keepdims=True) + statistics.grand_mean
    usable = statistics.sd > _NO_SPREAD
    unit = np.sqrt((statistics.sd**2).mean())
    return np.where(usable, centred / (unit if usable.any() else 1.0), 0.0)


def score_chunks(
    cosine: Matrix, weights: Vector, statistics: CorpusStatistics, mode: str
) -> PovScores:
    """Return all scores of n chunks.

    :param cosine: (n, p) cosines of chunks to points of view, p ≥ 1.
    :param weights: (p,) weights; negative ones push down.
    :param mode: a key of `SCORE_FUNCTIONS`.
    """
    contrast = contrast_values(cosine, statistics)
    return PovScores(
        cosine=cosine,
        contrast=contrast,
        shares=_shares(cosine if mode in ON_COSINES else contrast, weights),
        classic=_classic(cosine, contrast, weights),
        sexy=SCORE_FUNCTIONS[mode](cosine, contrast, weights),
    )


def final_order(relevance: Vector, sexy: Vector, sexy_share: float) -> NDArray[np.intp]:
    """Return the indices of n chunks, best first; equal ones keep their order.

    The mix is (1 − λ)·z(relevance to the question) + λ·z(SEXY score), λ = `sexy_share`.
    """
    mixed = (1 - sexy_share) * _z(relevance) + sexy_share * _z(sexy)
    return np.argsort(-mixed, kind="stable")


def _z(values: Vector) -> Vector:
    spread = values.std()
    return (values - values.mean()) / spread if spread > _NO_SPREAD else np.zeros_like(values)


def _pushed_down(values: Matrix, weights: Vector) -> Vector:
    pushed: Vector = np.maximum(values, 0) @ np.maximum(-weights, 0)
    return pushed


def _classic(cosine: Matrix, _contrast: Matrix, weights: Vector) -> Vector:
    return np.sqrt(cosine**2 @ np.maximum(weights, 0)) - _pushed_down(cosine, weights)


def _contrast(_cosine: Matrix, contrast: Matrix, weights: Vector) -> Vector:
    lifted = np.sqrt(np.maximum(contrast, 0) ** 2 @ np.maximum(weights, 0))
    return lifted - _pushed_down(contrast, weights)


def _max(_cosine: Matrix, contrast: Matrix, weights: Vector) -> Vector:
    lifted = (np.maximum(contrast, 0) * np.sqrt(np.maximum(weights, 0))).max(axis=1)
    return lifted - _pushed_down(contrast, weights)


def _pnorm(_cosine: Matrix, contrast: Matrix, weights: Vector) -> Vector:
    lifted = (np.maximum(contrast, 0) ** 4 @ np.maximum(weights, 0)) ** 0.25
    return lifted - _pushed_down(contrast, weights)


def _mean(cosine: Matrix, _contrast: Matrix, weights: Vector) -> Vector:
    total = np.abs(weights).sum()
    mean: Vector = cosine @ weights / (total if total > 0 else 1.0)
    return mean


def _shares(values: Matrix, weights: Vector) -> Matrix:
    parts = np.maximum(values, 0) ** 2 * np.maximum(weights, 0)
    totals = parts.sum(axis=1, keepdims=True)
    return np.divide(parts, totals, out=np.zeros_like(parts), where=totals > 0)


SCORE_FUNCTIONS: dict[str, Callable[[Matrix, Matrix, Vector], Vector]] = {
    "classic": _classic,
    "contrast": _contrast,
    "max": _max,
    "mean": _mean,
    "pnorm": _pnorm,
}
