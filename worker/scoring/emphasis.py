"""Emphasis: how much each point of view counts among the others, by weights and statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker.contract import HALF_CENTRED, NO_SPREAD
from worker.scoring.corpus_statistics import CorpusStatistics

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Emphasis:
    """What the weights of p points of view come to.

    `varies` (p,) tells which cosines differ between chunks at all. `weights` (p,) are those that
    count: a sentence that stands there twice has both weights at its first place, and one that
    never varies has none. `shares` (p,) are those of |w|, and add up to 1. `number` is the
    effective number of points of view, (Σ|w|)² / Σw²: p at equal weights, 1 where one has all the
    weight, 0 where none has any. `unit` is how far cosines usually move.
    """

    varies: NDArray[np.bool_]
    weights: Vector
    shares: Vector
    number: float
    unit: float

    @classmethod
    def of(cls, weights: Vector, statistics: CorpusStatistics) -> Emphasis:
        """Return the emphasis of these weights."""
        varies = statistics.sd > NO_SPREAD
        counted = np.where(varies, _of_sentences(weights, statistics), 0.0)
        sizes = np.abs(counted)
        shares = sizes / max(sizes.sum(), np.finfo(float).tiny)
        squares = float((shares**2).sum())
        number = 1 / squares if squares > 0 else 0.0
        return cls(varies, counted, shares, number, float(np.sqrt(shares @ statistics.sd**2)))

    @property
    def centring(self) -> float:
        """How much of a row's mean is taken off."""
        return self.number / (self.number + HALF_CENTRED)

    @property
    def alone(self) -> float:
        """How far there is but one point of view: 1 if so, 0 from two on."""
        return max(0.0, 2.0 - max(1.0, self.number))


def _of_sentences(weights: Vector, statistics: CorpusStatistics) -> Vector:
    """Return weights with those of a sentence's copies at its first place.

    Figures that are equal to the last digit are one sentence's.
    """
    figures = np.stack([statistics.mean, statistics.sd], axis=1)
    _, first, sentence = np.unique(figures, axis=0, return_index=True, return_inverse=True)
    together = np.zeros_like(weights)
    together[first] = np.bincount(sentence.ravel(), weights=weights)
    return together
