"""The SEXY score: from a chunk's cosines to the points of view to one number.

With S the (n, p) cosines, w the weights and Z the contrast values:

    classic   √Σ w·S²                the original's Euclidean norm (weights 1)
    contrast  (Σ w·max(Z,0)⁴)^¼      how a chunk stands out for single points of view
    max       max √w·max(Z,0)        its strongest point of view alone
    pnorm     the same as contrast, which took its norm over; workbooks of before may name it
    mean      Σ w·S / Σ |w|          for comparison: what classic comes down to on many models

The sums run over points of view with a positive weight. One with a negative weight pushes down
what touches it: |w|·max(Z,0) is subtracted (|w|·max(S,0) in classic). One with the weight 0
counts as if it were not there.

With several points of view, chunks that stand out for none are equal, and keep the order that
they had. With one alone they would be half of all, and there Z itself counts below zero too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker.contract import ON_COSINES
from worker.scoring.corpus_statistics import CorpusStatistics
from worker.scoring.emphasis import Emphasis

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

#: A spread of scores below this is rounding noise, not a difference between chunks.
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


def contrast_values(cosine: Matrix, weights: Vector, statistics: CorpusStatistics) -> Matrix:
    """Return the centred cosines Z, in units of how far cosines usually move.

    C = S − column mean, Z = (C − a·row mean of C) / unit. Row mean and unit, the root of the mean
    of the columns' variances, are weighted by |w|; the column figures are the corpus's. An offset
    common to all cosines cancels. a = p/(p + 2) with p the effective number of points of view:
    the fewer there are, the more of a row's mean is what they say themselves. Two centred in full
    would leave one number and its opposite. One alone keeps two thirds of each value, and so its
    order. One unit for all: by its own spread, a point of view that nothing touches would be as
    loud as one that something touches. One that never varies counts as nothing.
    """
    emphasis = Emphasis.of(weights, statistics)
    if not emphasis.number:
        return np.zeros_like(cosine)
    centred = cosine - statistics.mean
    usual = emphasis.centring * (centred @ emphasis.shares)
    return np.where(emphasis.varies, (centred - usual[:, np.newaxis]) / emphasis.unit, 0.0)


def score_chunks(
    cosine: Matrix, weights: Vector, statistics: CorpusStatistics | None, mode: str
) -> PovScores:
    """Return all scores of n chunks.

    :param cosine: (n, p) cosines of chunks to points of view, p ≥ 1.
    :param weights: (p,) weights; negative ones push down.
    :param statistics: of the corpus; without them contrast values are 0, as for scores that look
        at the cosines alone.
    :param mode: a key of `SCORE_FUNCTIONS`.
    """
    on_cosines = mode in ON_COSINES
    contrast, values, counted, alone = np.zeros_like(cosine), cosine, weights, 0.0
    if statistics is not None:
        contrast = contrast_values(cosine, weights, statistics)
    if statistics is not None and not on_cosines:
        emphasis = Emphasis.of(weights, statistics)
        values, counted, alone = contrast, emphasis.weights, emphasis.alone
    return PovScores(
        cosine=cosine,
        contrast=contrast,
        shares=_shares(values, counted, power=2 if on_cosines else 4),
        classic=_classic(cosine, weights, 0.0),
        sexy=SCORE_FUNCTIONS[mode](values, counted, alone),
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


def _classic(cosine: Matrix, weights: Vector, _alone: float) -> Vector:
    return np.sqrt(cosine**2 @ np.maximum(weights, 0)) - _pushed_down(cosine, weights)


def _mean(cosine: Matrix, weights: Vector, _alone: float) -> Vector:
    total = np.abs(weights).sum()
    mean: Vector = cosine @ weights / (total if total > 0 else 1.0)
    return mean


def _contrast(contrast: Matrix, weights: Vector, alone: float) -> Vector:
    return _standing_out(_fourth_norm, contrast, weights, alone)


def _max(contrast: Matrix, weights: Vector, alone: float) -> Vector:
    return _standing_out(_strongest, contrast, weights, alone)


def _fourth_norm(values: Matrix, lifting: Vector) -> Vector:
    norm: Vector = (np.maximum(values, 0) ** 4 @ lifting) ** 0.25
    return norm


def _strongest(values: Matrix, lifting: Vector) -> Vector:
    strongest: Vector = (np.maximum(values, 0) * np.sqrt(lifting)).max(axis=1)
    return strongest


def _standing_out(
    aggregate: Callable[[Matrix, Vector], Vector], contrast: Matrix, weights: Vector, alone: float
) -> Vector:
    """Return what lifts chunks less what pushes them down.

    :param alone: how far there is but one point of view: that much of what its values lie below
        zero on the whole is subtracted, so that nothing jumps where a second one comes in.
    """
    lifting = np.maximum(weights, 0)
    total = lifting.sum(keepdims=True)
    mean = contrast @ lifting / (total if total > 0 else 1.0)
    below = alone * aggregate(-mean[:, np.newaxis], total)
    return aggregate(contrast, lifting) - below - _pushed_down(contrast, weights)


def _shares(values: Matrix, weights: Vector, power: int) -> Matrix:
    parts = np.maximum(values, 0) ** power * np.maximum(weights, 0)
    totals = parts.sum(axis=1, keepdims=True)
    return np.divide(parts, totals, out=np.zeros_like(parts), where=totals > 0)


#: How each mode adds up (n, p) cosines, or contrast values, under (p,) weights.
SCORE_FUNCTIONS: dict[str, Callable[[Matrix, Vector, float], Vector]] = {
    "classic": _classic,
    "contrast": _contrast,
    "max": _max,
    "mean": _mean,
    "pnorm": _contrast,
}
