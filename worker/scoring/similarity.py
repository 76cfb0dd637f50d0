"""Cosine similarity of vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Rows = NDArray[np.floating[Any]]


def cosine_matrix(left: ArrayLike, right: ArrayLike) -> NDArray[np.float64]:
    """Return the (n, p) cosines of (n, d) and (p, d) vectors; those of a zero vector are 0.

    They are computed in the precision of the vectors: for float32, as models give them, within
    1e-7. The products are divided by the lengths, not the vectors: n × p numbers, not n × d.
    """
    first, second = _rows(left), _rows(right)
    lengths = np.outer(_lengths(first), _lengths(second))
    products = first @ second.T
    cosines = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return cosines.astype(np.float64)


def _rows(vectors: ArrayLike) -> Rows:
    rows = np.atleast_2d(np.asarray(vectors))
    return rows if np.issubdtype(rows.dtype, np.floating) else rows.astype(np.float64)


def _lengths(rows: Rows) -> Rows:
    squares: Rows = np.einsum("nd,nd->n", rows, rows)
    return np.sqrt(squares)
