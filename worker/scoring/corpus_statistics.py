"""What is usual in a collection: the backdrop against which a chunk stands out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Chunks sampled at most. 300 already agree with all chunks at Spearman .99.
SAMPLE_SIZE = 2000


@dataclass(frozen=True)
class CorpusStatistics:
    """Cosines of sampled chunks to p points of view, summed up.

    `mean` and `sd` have shape (p,); `grand_mean` is the mean of all sampled cosines.
    """

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    grand_mean: float


def corpus_statistics(cosine: NDArray[np.float64]) -> CorpusStatistics:
    """Return the statistics of an (m, p) matrix of cosines, m ≥ 1 sampled chunks."""
    return CorpusStatistics(cosine.mean(axis=0), cosine.std(axis=0), float(cosine.mean()))
