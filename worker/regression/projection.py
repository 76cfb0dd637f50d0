"""Which taste a fit speaks of: its direction beside those of points of view."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from worker.regression.ratings import Features, Floats

#: A point of view stands out if the strongest by chance is as strong in one case of twenty.
VIEW_LEVEL = 0.05
_BAND = (2.5, 97.5)  # per cent


@dataclass(frozen=True)
class Projection:
    """One number for each point of view.

    `low` and `high` hold 95 of 100 cosines that chance gives; `strength` is the cosine in
    deviations of these, and `p` how often the strongest of all points of view is as strong by
    chance.
    """

    cosine: Floats
    low: Floats
    high: Floats
    strength: Floats
    p: Floats

    @property
    def order(self) -> list[int]:
        """The points of view from the strongest to the weakest, whichever way they point."""
        return [int(place) for place in np.argsort(-np.abs(self.strength), kind="stable")]


def project(coefficients: Floats, by_chance: Floats, views: Floats, items: Features) -> Projection:
    """Return the cosines of coefficients with the way from the average item to each point of view.

    :param coefficients: (features,) as the features are, not standardised.
    :param by_chance: (shuffles, features) those of fits to shuffled vectors.
    :param views: (p, dimensions) vectors of points of view, of the model that made the items'.
    """
    ways = _ways(views, items)
    columns = items.dimensions
    cosine = _cosines(coefficients[None, columns], ways)[0]
    chance = _cosines(by_chance[:, columns], ways)
    low, high = np.percentile(chance, _BAND, axis=0)
    centre, spread = chance.mean(axis=0), np.maximum(chance.std(axis=0), 1e-12)
    strength = (cosine - centre) / spread
    strongest = np.abs((chance - centre) / spread).max(axis=1)
    beaten = (strongest[:, None] >= np.abs(strength)).sum(axis=0)
    return Projection(cosine, low, high, strength, (beaten + 1) / (len(chance) + 1))


def _ways(views: Floats, items: Features) -> Floats:
    """Return (p, text columns × dimensions) the ways to the points of view, a part a text."""
    parts = [views - items.values[:, place].mean(axis=0) for place in items.texts.values()]
    return np.hstack(parts)


def _cosines(rows: Floats, ways: Floats) -> Floats:
    tiny = np.finfo(np.float64).tiny
    lengths = np.linalg.norm(rows, axis=1)[:, None] * np.linalg.norm(ways, axis=1)
    cosines: Floats = (rows @ ways.T) / np.maximum(lengths, tiny)
    return cosines
