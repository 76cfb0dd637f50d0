"""Ratings by code, and vectors by item: what every fit works on. No table, no file, no model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Ratings:
    """One entry a rating: who (0 to `users` - 1) gave what to which item (0 to `items` - 1)."""

    user: Codes
    item: Codes
    value: Floats
    users: int
    items: int

    def __len__(self) -> int:
        """Return how many ratings there are."""
        return len(self.value)

    def rows(self, chosen: Codes | Mask) -> Ratings:
        """Return some of the ratings; the codes stay as they are."""
        return replace(
            self, user=self.user[chosen], item=self.item[chosen], value=self.value[chosen]
        )

    def about_mean(self, items: Mask) -> Ratings:
        """Return all less the mean of some items' ratings: sums of squares keep their digits."""
        return replace(self, value=self.value - self.value[items[self.item]].mean())

    def per_item(self) -> Floats:
        """Return (items,) how often each was rated."""
        return np.bincount(self.item, minlength=self.items).astype(np.float64)

    def per_user(self) -> Floats:
        """Return (users,) how many ratings each gave."""
        return np.bincount(self.user, minlength=self.users).astype(np.float64)


@dataclass(frozen=True)
class Features:
    """Named columns that stand for each user, or each item.

    `texts` are the columns that a text's vector fills, by the text's name.
    """

    values: Floats  # (users or items, columns)
    names: tuple[str, ...]
    texts: dict[str, slice] = field(default_factory=dict)

    @property
    def dimensions(self) -> list[int]:
        """The columns that are dimensions of vectors."""
        return [column for part in self.texts.values() for column in range(part.start, part.stop)]


def side_by_side(count: int, parts: list[Features]) -> Features:
    """Return features side by side; none is a part without columns.

    :param count: how many users, or items, each part has.
    """
    values = np.hstack([np.empty((count, 0)), *(part.values for part in parts)])
    names: list[str] = []
    texts: dict[str, slice] = {}
    for part in parts:
        first = len(names)
        texts |= {
            name: slice(first + place.start, first + place.stop)
            for name, place in part.texts.items()
        }
        names += part.names
    return Features(values, tuple(names), texts)


def text_features(text: str, vectors: NDArray[np.float32]) -> Features:
    """Return the vectors of one text column, a column a dimension, named as in the original."""
    dimensions = vectors.shape[1]
    names = tuple(f"{text}_embedding_{dimension}" for dimension in range(dimensions))
    return Features(vectors.astype(np.float64), names, {text: slice(0, dimensions)})
