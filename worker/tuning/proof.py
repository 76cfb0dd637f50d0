"""The proof: what a tuned model finds beside its base, with the interval of each change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import log2

import numpy as np
from numpy.typing import NDArray

from worker.contract import Comparison, verdict_of
from worker.tuning.pairs import Search

_DRAWS = 2000
_SEED = 20261129
_SHIFT = 10  # nearest passages of a point of view

#: (n, dim) rows of length 1.
UnitVectors = NDArray[np.float32]

#: Ranks, from 1, of all passages that a question is to find, the best first.
Ranks = tuple[int, ...]

#: By what a model is judged as a whole, and what control questions may not lose of.
HEADLINE = "nDCG@10"


@dataclass(frozen=True)
class Vectors:
    """What a model makes of a search: its questions and its passages."""

    questions: UnitVectors
    passages: UnitVectors


def ranks(asked: Search, vectors: Vectors) -> list[Ranks]:
    """Return for each question where its passages stand among all, by cosine."""
    found = []
    for question, relevant in zip(vectors.questions, asked.relevant, strict=True):
        order = np.argsort(-(vectors.passages @ question), kind="stable")
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(1, len(order) + 1)
        found.append(tuple(sorted(int(places[row]) for row in relevant)))
    return found


def hit(of: Ranks, k: int) -> float:
    """Return 1 if one of the passages is among the first k, else 0."""
    return float(of[0] <= k)


def reciprocal_rank(of: Ranks, k: int = 10) -> float:
    """Return one over the rank of the first passage found, 0 beyond k."""
    return 1 / of[0] if of[0] <= k else 0.0


def ndcg(of: Ranks, k: int = 10) -> float:
    """Return nDCG@k with a gain of 1 for each passage (Järvelin and Kekäläinen, 2002)."""
    gained = sum(1 / log2(rank + 1) for rank in of if rank <= k)
    return gained / sum(1 / log2(place + 1) for place in range(1, min(len(of), k) + 1))


#: What is measured of each question.
METRICS: dict[str, Callable[[Ranks], float]] = {
    HEADLINE: ndcg,
    "MRR@10": reciprocal_rank,
    **{f"hit@{k}": partial(hit, k=k) for k in (1, 3, 5, 10)},
}


def compare(
    model: str, base: Sequence[Ranks], tuned: Sequence[Ranks], prefix: str = ""
) -> list[Comparison]:
    """Return a line for each metric, with the bootstrap interval of the change over questions.

    :param base: ranks by the base, question by question; `tuned` likewise.
    :param prefix: what the questions are, as it stands before the metric.
    """
    lines = []
    for name, figure in METRICS.items():
        before = np.array([figure(each) for each in base])
        after = np.array([figure(each) for each in tuned])
        low, high = interval(after - before)
        lines.append(
            Comparison(
                model=model,
                metric=prefix + name,
                base=float(before.mean()),
                tuned=float(after.mean()),
                low=low,
                high=high,
                counted=len(before),
                over="questions",
                verdict=verdict_of(low, high),
            )
        )
    return lines


def interval(changes: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % interval of a mean: the percentile bootstrap (Efron, 1979), seeded."""
    generator = np.random.default_rng(_SEED)
    drawn = generator.integers(0, len(changes), (_DRAWS, len(changes)))
    low, high = np.percentile(changes[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def lost(lines: Sequence[Comparison]) -> float:
    """Return by what share the headline of some lines fell; below 0 if it rose."""
    line = next(line for line in lines if line.metric.endswith(HEADLINE))
    return 1 - line.tuned / line.base if line.base else 0.0


def in_words(line: Comparison) -> str:
    """Return a line as a sentence."""
    return (
        f"{line.metric} on {line.counted} {line.over}: {line.base:.3f} before, {line.tuned:.3f} "
        f"after, a change of {line.change:+.3f} [{line.low:+.3f}, {line.high:+.3f}]: "
        f"{line.verdict}."
    )


def kept_neighbours(before: Vectors, after: Vectors) -> list[float]:
    """Return for each point of view (a question) how much of its nearest passages stays."""
    shares = []
    for old, new in zip(_nearest(before), _nearest(after), strict=True):
        shares.append(len(old & new) / len(old))
    return shares


def _nearest(vectors: Vectors) -> list[set[int]]:
    cosines = vectors.questions @ vectors.passages.T
    return [set(np.argsort(-row, kind="stable")[:_SHIFT].tolist()) for row in cosines]
