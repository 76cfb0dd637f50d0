"""Cosine similarity of vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrix = NDArray[np.float64]


def cosine_matrix(left: ArrayLike, right: ArrayLike) -> Matrix:
    """Return the (n, p) cosines of (n, d) and (p, d) vectors; those of a zero vector are 0.

    The products are divided by the lengths, not the vectors: n × p numbers instead of n × d.
    """
    first, second = _rows(left), _rows(right)
    lengths = np.outer(_lengths(first), _lengths(second))
    products = first @ second.T
    return np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)


def _rows(vectors: ArrayLike) -> Matrix:
    return np.atleast_2d(np.asarray(vectors, dtype=np.float64))


def _lengths(rows: Matrix) -> Matrix:
    squares: Matrix = np.einsum("nd,nd->n", rows, rows)
    return np.sqrt(squares)
