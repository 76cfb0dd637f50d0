"""What a taste does for passages that it has not learnt from: documents left out in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker.models.taste_map import Vectors
from worker.tuning.taste import Labels, choose_ridge, learn

#: With fewer documents an interval would say nothing.
LEAST_DOCUMENTS = 5
_DRAWS = 2000
_SEED = 20261129

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Standing:
    """Where a liked passage stands when its document is left out: by the base, and by the taste.

    Both are the share of unmarked passages that it stands above.
    """

    document: str
    before: float
    after: float


@dataclass(frozen=True)
class Change:
    """Means of a figure before and after, and the 95 % interval of the change over documents."""

    before: float
    after: float
    low: float
    high: float


@dataclass(frozen=True)
class LeftOut:
    """What documents are left out of: (p, dim) points of view, their labels, other passages.

    `score` gives the scores of `unmarked` passages (m, dim) and of those with a label, one after
    the other, by (p, dim) points of view.
    """

    povs: Vectors
    labels: Labels
    unmarked: Vectors
    score: Callable[[Vectors], Scores]

    def standings(self, strength: float) -> Iterator[Standing]:
        """Yield where each liked passage stands by what is learnt from the other documents.

        λ is chosen from these alone, too.
        """
        usual, before = self.unmarked.mean(axis=0), self._above(self.povs)
        for aside in self.labels.folds():
            known = self.labels.chosen(~aside)
            taste = learn(self.povs, known, choose_ridge(self.povs, known, usual))
            after = self._above(taste.moved(self.povs, strength))
            documents = self.labels.chosen(aside).documents
            yield from map(Standing, documents, before[aside].tolist(), after[aside].tolist())

    def _above(self, povs: Vectors) -> Scores:
        """Return the share of unmarked passages that each labelled one stands above."""
        scores = self.score(povs)
        unmarked, labelled = np.sort(scores[: -len(self.labels)]), scores[-len(self.labels) :]
        below = np.searchsorted(unmarked, labelled, "left")
        not_above = np.searchsorted(unmarked, labelled, "right")
        shares: Scores = (below + not_above) / 2 / len(unmarked)  # equal ones count by half
        return shares


def change(standings: Sequence[Standing], figure: Callable[[float], float]) -> Change:
    """Return the mean of a figure of standings before and after.

    Documents are drawn again and again, after Efron (1979): passages of one are much alike.

    :param figure: of a share, as in whether it is above a bound.
    """
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for each in standings:
        counted = sums[each.document]
        counted[0] += figure(each.before)
        counted[1] += figure(each.after)
        counted[2] += 1
    before, after, passages = np.array([sums[name] for name in sorted(sums)]).T
    drawn = np.random.default_rng(_SEED).integers(0, len(passages), (_DRAWS, len(passages)))
    changes = (after - before)[drawn].sum(axis=1) / passages[drawn].sum(axis=1)
    low, high = np.percentile(changes, (2.5, 97.5))
    total = passages.sum()
    return Change(before.sum() / total, after.sum() / total, float(low), float(high))
