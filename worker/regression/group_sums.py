"""Normal equations by group sums: ratings of the same item share its vector.

The matrix of ratings × dimensions is never made. What the levels of users explain is taken out
exactly (Frisch, Waugh and Lovell): with C the counts of users × items, n their sums and E the
vectors, the Gram matrix of what is left is EᵀD(n items)E - (CE)ᵀD(1/n users)(CE).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from worker.regression.ratings import Floats, Mask, Ratings


class Equations(NamedTuple):
    """The normal equations of least squares: gram · coefficients = moment."""

    gram: Floats  # (dimensions, dimensions)
    moment: Floats  # (dimensions,)


@dataclass(frozen=True)
class Parts:
    """What the equations are made of; those of different items add up."""

    gram: Floats  # (dimensions, dimensions)
    moment: Floats  # (dimensions,)
    by_user: Floats  # (users, dimensions)
    per_user: Floats  # (users,) counts of ratings
    sum_user: Floats  # (users,) sums of ratings

    def plus(self, others: Parts) -> Parts:
        """Return those of both."""
        return Parts(
            self.gram + others.gram,
            self.moment + others.moment,
            self.by_user + others.by_user,
            self.per_user + others.per_user,
            self.sum_user + others.sum_user,
        )

    def without(self, others: Parts) -> Parts:
        """Return what is left when some of the items are taken away."""
        return Parts(
            self.gram - others.gram,
            self.moment - others.moment,
            self.by_user - others.by_user,
            self.per_user - others.per_user,
            self.sum_user - others.sum_user,
        )

    def equations(self) -> Equations:
        """Return the normal equations, with the levels of users taken out."""
        share = _inverse(self.per_user)
        return Equations(
            self.gram - self.by_user.T @ (share[:, None] * self.by_user),
            self.moment - self.by_user.T @ (share * self.sum_user),
        )


@dataclass(frozen=True)
class GroupSums:
    """Counts and sums of ratings, users × items; `squares` (items,) are sums of squares."""

    counts: csr_array
    sums: csr_array
    squares: Floats

    @classmethod
    def of(cls, ratings: Ratings) -> GroupSums:
        """Sum up ratings once; every fit on some or other of the items goes by these sums."""
        shape = (ratings.users, ratings.items)
        places = (ratings.user, ratings.item)
        return cls(
            csr_array((np.ones(len(ratings)), places), shape=shape),
            csr_array((ratings.value, places), shape=shape),
            _per_item(ratings, ratings.value**2),
        )

    @classmethod
    def without_users(cls, ratings: Ratings) -> GroupSums:
        """Sum up as if one user had given all ratings: what is left then is one level for all."""
        counts, sums = ratings.per_item(), _per_item(ratings, ratings.value)
        squares = _per_item(ratings, ratings.value**2)
        return cls(csr_array(counts[None]), csr_array(sums[None]), squares)

    def of_items(self, items: Mask) -> GroupSums:
        """Return the sums of some items alone."""
        return GroupSums(self.counts[:, items], self.sums[:, items], self.squares[items])

    @cached_property
    def per_item(self) -> Floats:
        """(items,) how often each was rated."""
        return np.asarray(self.counts.sum(axis=0))

    @cached_property
    def per_user(self) -> Floats:
        """(users,) how many ratings each gave."""
        return np.asarray(self.counts.sum(axis=1))

    @cached_property
    def sum_item(self) -> Floats:
        """(items,) the sum of each item's ratings."""
        return np.asarray(self.sums.sum(axis=0))

    @cached_property
    def sum_user(self) -> Floats:
        """(users,) the sum of each user's ratings."""
        return np.asarray(self.sums.sum(axis=1))

    def parts(self, vectors: Floats, weights: Floats | None = None) -> Parts:
        """Return what the equations are made of.

        :param vectors: (items, dimensions).
        :param weights: (items,) how often each item counts; once, if none are given.
        """
        weights = np.ones(len(vectors)) if weights is None else weights
        weighted = weights[:, None] * vectors
        return Parts(
            gram=vectors.T @ (self.per_item[:, None] * weighted),
            moment=weighted.T @ self.sum_item,
            by_user=self.counts @ weighted,
            per_user=self.counts @ weights,
            sum_user=self.sums @ weights,
        )

    def levels(self, predicted: Floats) -> Floats:
        """Return (users, n) the mean of each user's ratings less what the items predict.

        A user without a rating has the mean of all.

        :param predicted: (items, n) what the vectors of each item predict, in n ways.
        """
        left = self.sum_user[:, None] - self.counts @ predicted
        mean = left.sum(axis=0) / max(self.per_user.sum(), 1.0)
        known = self.per_user[:, None] > 0
        return np.where(known, _inverse(self.per_user)[:, None] * left, mean)

    def squares_left(self, levels: Floats, predicted: Floats) -> Floats:
        """Return (n,) sums of squares of what levels and items, in n ways, leave of the ratings."""
        of_levels = self.per_user @ levels**2 - 2 * self.sum_user @ levels
        of_items = self.per_item @ predicted**2 - 2 * self.sum_item @ predicted
        both = 2 * (levels * (self.counts @ predicted)).sum(axis=0)
        left: Floats = self.squares.sum() + of_levels + of_items + both
        return np.maximum(left, 0.0)


def _per_item(ratings: Ratings, values: Floats) -> Floats:
    """Return (items,) the sums of a value of each rating."""
    return np.bincount(ratings.item, values, ratings.items).astype(np.float64)


def _inverse(counts: Floats) -> Floats:
    """Return 1 / counts, and 0 where there is none."""
    return np.divide(1.0, counts, out=np.zeros_like(counts), where=counts > 0.5)
