"""How well ratings of unseen items are predicted, and what any text model could reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from worker.regression.group_sums import GroupSums
from worker.regression.ratings import Floats

_ROUNDING = 1e-12  # of a sum of squares


@dataclass(frozen=True)
class UnseenItems:
    """Ratings of items that a fit has seen, and of others that it has not.

    The levels of users are those of the seen ratings.
    """

    seen: GroupSums
    unseen: GroupSums

    @property
    def is_open(self) -> bool:
        """Whether the levels of users leave anything of the unseen ratings but rounding."""
        return self._whole() > _ROUNDING * float(self.unseen.squares.sum())

    def squares(self, seen: Floats, unseen: Floats) -> Floats:
        """Return (n,) sums of squares of what is left of the unseen ratings.

        :param seen: (seen items, n) what is predicted beyond the levels of users, in n ways.
        :param unseen: (unseen items, n) the same of those that were not seen.
        """
        return self.unseen.squares_left(self.seen.levels(seen), unseen)

    def r_squared(self, seen: Floats, unseen: Floats) -> float:
        """Return the share that a fit explains of what levels of users leave; below 0: none.

        :param seen: (seen items,) what is predicted beyond the levels; `unseen`: the same.
        """
        left = self.squares(seen[:, None], unseen[:, None])[0]
        return 1.0 - float(left) / self._whole()

    def ceiling(self) -> float | None:
        """Return the share that the items' own means would explain, without their luck.

        It is what the best model of any text could reach. None where no unseen item has two
        ratings: then nothing tells items from luck.
        """
        levels, counts = self._levels(), self.unseen.per_item
        totals = self.unseen.sum_item - self.unseen.counts.T @ levels[:, 0]
        between = float((totals**2 / counts).sum())
        degrees = float(counts.sum()) - len(counts)
        if degrees <= 0:
            return None
        luck = (self._whole() - between) / degrees * len(counts)
        return max(0.0, between - luck) / self._whole()

    def _levels(self) -> Floats:
        return self.seen.levels(np.zeros((len(self.seen.squares), 1)))

    def _whole(self) -> float:
        """Return the sum of squares beyond the levels of users."""
        nothing = np.zeros((len(self.unseen.squares), 1))
        return float(self.unseen.squares_left(self._levels(), nothing)[0])
