"""Synthetic ratings like those of MovieLens: what is planted in them is known, or nothing is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from worker.regression.ratings import Features, Ratings, text_features

GENRES = 12


@dataclass(frozen=True)
class Planted:
    """Ratings with vectors of items, and what is true of them.

    `effect` (dimensions,) is what ratings gain for each unit of a dimension; all 0 is pure noise.
    """

    ratings: Ratings
    vectors: np.ndarray
    effect: np.ndarray

    @property
    def items(self) -> Features:
        return text_features("overview", self.vectors)


def item_vectors(chance: np.random.Generator, items: int, dimensions: int) -> np.ndarray:
    """Unit vectors as embedders make them: in a narrow cone, in clusters, with noise."""
    cone = chance.normal(size=dimensions)
    clusters = chance.normal(size=(GENRES, dimensions))
    vectors = cone + clusters[chance.integers(GENRES, size=items)] * 0.6
    vectors = vectors + chance.normal(size=(items, dimensions))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def rate(
    chance: np.random.Generator, worth: np.ndarray, *, users: int, ratings: int, whole: bool = True
) -> Ratings:
    """Ratings of items by what they are worth, by the levels of users, and by luck.

    Some users and items have many ratings, most have few.
    """
    items = len(worth)
    by_activity = chance.lognormal(sigma=1.0, size=users)
    by_fame = chance.lognormal(sigma=1.0, size=items)
    user = chance.choice(users, ratings, p=by_activity / by_activity.sum())
    item = chance.choice(items, ratings, p=by_fame / by_fame.sum())
    value = 3.5 + chance.normal(scale=0.5, size=users)[user] + worth[item]
    value = value + chance.normal(scale=0.9, size=ratings)
    if whole:
        value = np.clip(np.rint(value), 1, 5)
    return Ratings(user, item, value, users, items)


def planted(
    seed: int,
    *,
    users: int = 300,
    items: int = 400,
    ratings: int = 20_000,
    dimensions: int = 64,
    effect: np.ndarray | None = None,
    share: float = 0.7,
) -> Planted:
    """Ratings whose items differ in worth with a deviation of 0.5.

    :param effect: what each dimension adds; none makes the vectors pure noise.
    :param share: how much of the items' variance the effect makes.
    """
    chance = np.random.default_rng(seed)
    vectors = item_vectors(chance, items, dimensions)
    true = np.zeros(dimensions) if effect is None else effect
    told = vectors.astype(np.float64) @ true
    told = (told - told.mean()) / told.std() if told.std() else told
    share = share if effect is not None else 0.0
    own = chance.normal(size=items)
    worth = 0.5 * (np.sqrt(share) * told + np.sqrt(1 - share) * own)
    return Planted(rate(chance, worth, users=users, ratings=ratings), vectors, true)
