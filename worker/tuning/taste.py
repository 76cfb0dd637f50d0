"""A taste in closed form: points of view moved towards the passages that were liked for them.

With few labels each point of view that has any goes its own way, P′ = P + a·mean(liked). With
more of them one map serves all, P′ = P W with W = (PᵀP + λI)⁻¹(PᵀT + λI), T being the means of
what was liked. It is kept as W − I = Pᵀ(PPᵀ + λI)⁻¹(T − P), which is the same: a matrix of as many
rows as there are points of view. Disliked passages are not subtracted: that was measured, and
worse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from worker.models.taste_map import TasteMap, Vectors

#: From so many liked passages on, one map for all points of view does better.
MAP_FROM = 30
#: How far a point of view goes towards the mean of its liked passages, with fewer of them.
PULL = 0.5
#: What λ is chosen from. The least leaves the least of what a point of view said before.
RIDGES = (0.5, 1.0, 2.0, 4.0)
_FOLDS = 5

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Labels:
    """Liked passages: (n, dim) `vectors`, and of each the document and what it is liked for.

    That is the point of view (by its place among p) for which it stands out most, as Top POVs
    says, and `weights` is by how much. Of a passage that touches several, only the strongest
    counts: the others' moves would make them alike.
    """

    vectors: Vectors
    documents: Sequence[str]
    povs: NDArray[np.intp]
    weights: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.povs)

    def chosen(self, which: Bools) -> Labels:
        """Return some of them."""
        documents = [each for each, kept in zip(self.documents, which, strict=True) if kept]
        return Labels(self.vectors[which], documents, self.povs[which], self.weights[which])

    def means(self, povs: int) -> tuple[Vectors, Bools]:
        """Return (p, dim) weighted means of what is liked for each, and which have any."""
        shares = np.zeros((povs, len(self)))
        shares[self.povs, np.arange(len(self))] = self.weights
        totals = shares.sum(axis=1, keepdims=True)
        shares = np.divide(shares, totals, out=shares, where=totals > 0)
        return (shares @ self.vectors).astype(np.float32), totals[:, 0] > 0

    def folds(self) -> Iterator[Bools]:
        """Yield which labels are set aside, fold by fold: whole documents, each of them once."""
        documents = sorted(set(self.documents))
        count = min(_FOLDS, len(documents))
        fold = {document: place % count for place, document in enumerate(documents)}
        of_each = np.array([fold[document] for document in self.documents])
        for number in range(count if count > 1 else 0):
            yield of_each == number


def learn(povs: Vectors, labels: Labels, ridge: float | None) -> TasteMap:
    """Return what (p, dim) points of view learn from labels.

    :param ridge: λ of one map for all of them, or None: each goes its own way.
    """
    means, has = labels.means(len(povs))
    known, targets = povs[has], means[has]
    if ridge is None:
        return TasteMap(known, np.float32(PULL) * targets, for_all=False)
    alike = known @ known.T + np.float32(ridge) * np.eye(len(known), dtype=np.float32)
    return TasteMap(known, np.linalg.solve(alike, targets - known), for_all=True)


def choose_ridge(povs: Vectors, labels: Labels, usual: Vectors) -> float | None:
    """Return λ for these labels; None if they are too few for one map.

    It is the one by which liked passages of documents left out are nearest to their points of
    view, compared with passages in general. Ranks of such passages choose too large a λ: what a
    passage is liked for is read off the ranks of the base, so that any move seems to harm.

    :param usual: (dim,) mean of the passages of the collection.
    """
    if len(labels) < MAP_FROM:
        return None
    return max(RIDGES, key=lambda ridge: _nearness(povs, labels, usual, ridge))


def _nearness(povs: Vectors, labels: Labels, usual: Vectors, ridge: float) -> float:
    total = 0.0
    for aside in labels.folds():
        unseen = labels.chosen(aside)
        moved = learn(povs, labels.chosen(~aside), ridge).moved(povs, 1.0)
        total += float(np.sum((unseen.vectors - usual) * moved[unseen.povs]))
    return total
