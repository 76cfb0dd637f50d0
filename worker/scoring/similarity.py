"""Cosine similarity of vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def unit_rows(vectors: ArrayLike) -> NDArray[np.float64]:
    """Return an (n, d) array as float64 with rows of length 1; zero rows stay zero."""
    rows = np.atleast_2d(np.asarray(vectors, dtype=np.float64))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)


def cosine_matrix(left: ArrayLike, right: ArrayLike) -> NDArray[np.float64]:
    """Return the (n, p) cosines of (n, d) and (p, d) vectors."""
    product: NDArray[np.float64] = unit_rows(left) @ unit_rows(right).T
    return product
