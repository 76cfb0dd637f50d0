"""The contrast score as it was up to protocol 6, kept to measure the present one against.

Double centring in full, whatever the weights are: D = S − column mean − row mean + grand mean,
Z = D / unit, score = √Σ w·max(Z,0)² less what pushes down.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def double_centred(cosine: Array) -> Array:
    """Return the former contrast values of all (n, p) cosines of a collection."""
    centred = cosine - cosine.mean(axis=0)
    if cosine.shape[1] > 1:
        centred = centred - cosine.mean(axis=1, keepdims=True) + cosine.mean()
    return centred / np.sqrt(cosine.var(axis=0).mean())


def double_centred_score(cosine: Array, weights: Array) -> Array:
    """Return the former contrast score of each chunk."""
    touched = np.maximum(double_centred(cosine), 0)
    lifted: Array = np.sqrt(touched**2 @ np.maximum(weights, 0))
    return lifted - touched @ np.maximum(-weights, 0)
