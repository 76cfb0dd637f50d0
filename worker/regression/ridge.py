"""Ridge regression: least squares with a penalty on the squares of the coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from scipy.linalg import eigh, solve

from worker.regression.group_sums import Equations, GroupSums, Parts
from worker.regression.ratings import Floats, Mask
from worker.regression.unseen import UnseenItems

#: Penalties that are tried, for each rating: the last leaves next to nothing of coefficients.
_PENALTIES = np.logspace(-3, 4, 15)
_FOLDS = 5
_NOTHING = 1e-10  # of the largest singular value
_STILL = 1e-6  # embedders leave some dimensions of their unit vectors unused, but for rounding


def solve_ridge(equations: Equations, penalty: float) -> Floats:
    """Return the coefficients at one penalty, which is above 0."""
    gram = equations.gram + penalty * np.eye(len(equations.gram))
    coefficients: Floats = solve(gram, equations.moment, assume_a="pos")
    return coefficients


def ridge_path(equations: Equations, penalties: Floats) -> Floats:
    """Return (dimensions, penalties) coefficients at every penalty, out of one decomposition."""
    values, directions = eigh(equations.gram)
    values = np.maximum(values, 0.0)
    rotated = directions.T @ equations.moment
    path: Floats = directions @ (rotated[:, None] / (values[:, None] + penalties))
    return path


@dataclass(frozen=True)
class Basis:
    """Standardised features in the fewest coordinates that hold them: ridge does not change.

    `values` (items, rank) times `directions` (rank, features) are the features less their mean, in
    standard deviations `scale`, each item weighted by its ratings.
    """

    values: Floats
    directions: Floats
    scale: Floats

    @classmethod
    def of(cls, features: Floats, weights: Floats) -> Basis:
        """Standardise features; one that never changes, but for rounding, becomes 0.

        :param weights: (items,) that sum up to more than 0.
        """
        share = weights / weights.sum()
        mean = share @ features
        centred = features - mean
        scale = np.sqrt(share @ centred**2)
        still = scale <= _STILL * np.maximum(1.0, np.abs(mean))
        scale = np.where(still, 1.0, scale)
        standard = np.where(still, 0.0, centred / scale)
        if standard.shape[1] < standard.shape[0]:
            return cls(standard, np.eye(standard.shape[1]), scale)
        left, singular, right = np.linalg.svd(standard, full_matrices=False)
        kept = singular > _NOTHING * singular.max(initial=0.0)
        return cls(left[:, kept] * singular[kept], right[kept], scale)

    def raw(self, coefficients: Floats) -> Floats:
        """Return (…, features) coefficients of the features as they are, not standardised."""
        return coefficients @ self.directions / self.scale


@dataclass(frozen=True)
class CrossValidation:
    """Items in folds, no item in two of them: each fold is predicted from the others.

    `folds` are pairs of the fold's places among the items, and its seen and unseen ratings.
    """

    folds: Sequence[tuple[Mask, UnseenItems]]
    penalties: Floats

    @classmethod
    def of(cls, sums: GroupSums, chance: np.random.Generator) -> CrossValidation:
        """Cast lots for the folds of all items of these sums."""
        items = len(sums.squares)
        lots = chance.permutation(items) % min(_FOLDS, items)
        masks = [lots == lot for lot in range(lots.max() + 1)]
        folds = [(mask, UnseenItems(sums.of_items(~mask), sums.of_items(mask))) for mask in masks]
        return cls(folds, _PENALTIES * float(sums.per_item.sum()))

    def choose_penalty(self, values: Floats) -> float:
        """Return the penalty whose fits predict unseen items best: all have the same folds.

        :param values: (items, dimensions).
        """
        parts = [each.unseen.parts(values[fold]) for fold, each in self.folds]
        whole = reduce(Parts.plus, parts)
        errors = np.zeros(len(self.penalties))
        for (fold, each), part in zip(self.folds, parts, strict=True):
            path = ridge_path(whole.without(part).equations(), self.penalties)
            errors += each.squares(values[~fold] @ path, values[fold] @ path)
        return float(self.penalties[np.argmin(errors)])
