"""Normal equations by group sums against the dense way, in one run.

Run as `python -m tests.bench.bench_regression`; it needs Linux or macOS. A million ratings of 3,706
items by 6,040 users, vectors of 768 dimensions, as in MovieLens-1M. The dense way goes over the
ratings in chunks, as memory for all of them would be 5.7 GiB. Both sides take turns.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from tests.worker.regression.synthetic import item_vectors, rate
from worker.regression.group_sums import Equations, GroupSums
from worker.regression.ratings import Floats, Ratings
from worker.regression.ridge import solve_ridge

_USERS, _ITEMS, _RATINGS, _DIMENSIONS = 6_040, 3_706, 1_000_000, 768
_CHUNK = 20_000  # ratings
_PENALTY = 1_000.0
_LEAST_RATIO, _MOST_SECONDS, _MOST_GIB, _MOST_DIFFERENCE = 100, 2.0, 1.5, 1e-8


def dense(ratings: Ratings, vectors: Floats) -> Equations:
    """Return the equations about one level for all, out of the rows of all ratings."""
    size = vectors.shape[1]
    gram, moment, total = np.zeros((size, size)), np.zeros(size), np.zeros(size)
    level = ratings.value.mean()
    for first in range(0, len(ratings), _CHUNK):
        rows = vectors[ratings.item[first : first + _CHUNK]]
        gram += rows.T @ rows
        moment += rows.T @ (ratings.value[first : first + _CHUNK] - level)
        total += rows.sum(axis=0)
    return Equations(gram - np.outer(total, total) / len(ratings), moment)


def dense_with_users(ratings: Ratings, vectors: Floats) -> Equations:
    """Return the equations without the levels of users: rows less the mean of their user's."""
    size = vectors.shape[1]
    by_user = np.argsort(ratings.user, kind="stable")
    ends = np.cumsum(ratings.per_user().astype(int))
    gram, moment, first = np.zeros((size, size)), np.zeros(size), 0
    for end in ends:
        rows, values = vectors[ratings.item[by_user[first:end]]], ratings.value[by_user[first:end]]
        if end > first:
            rows = rows - rows.mean(axis=0)
            gram += rows.T @ rows
            moment += rows.T @ (values - values.mean())
        first = end
    return Equations(gram, moment)


def by_sums(ratings: Ratings, vectors: Floats) -> Equations:
    """Return the equations about one level for all, out of sums by item."""
    return GroupSums.without_users(ratings).parts(vectors).equations()


def by_sums_with_users(ratings: Ratings, vectors: Floats) -> Equations:
    """Return the equations without the levels of users, out of sums by user and item."""
    return GroupSums.of(ratings).parts(vectors).equations()


def timed(way: Callable[[Ratings, Floats], Equations], *given: object) -> tuple[float, Floats]:
    """Return the seconds that the equations took, and the coefficients that they give."""
    started = perf_counter()
    equations = way(*given)  # type: ignore[arg-type]
    return perf_counter() - started, solve_ridge(equations, _PENALTY)


def main() -> None:
    """Compare both ways, without and with the levels of users, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ratings", type=int, default=_RATINGS)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    chance = np.random.default_rng(1)
    vectors = item_vectors(chance, _ITEMS, _DIMENSIONS).astype(np.float64)
    worth = chance.normal(scale=0.5, size=_ITEMS)
    ratings = rate(chance, worth, users=_USERS, ratings=asked.ratings)
    found = {
        "without users": compared(by_sums, dense, ratings, vectors, asked.rounds),
        "with users": compared(
            by_sums_with_users, dense_with_users, ratings, vectors, asked.rounds
        ),
    }
    unit = 1 if sys.platform == "darwin" else 1024
    found["peak GiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
    for text in (json.dumps(found, indent=1), *missed(found)):
        sys.stdout.write(f"{text}\n")
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


def compared(
    ours: Callable[[Ratings, Floats], Equations],
    theirs: Callable[[Ratings, Floats], Equations],
    ratings: Ratings,
    vectors: Floats,
    rounds: int,
) -> dict[str, float]:
    """Return the median seconds of both ways, their ratio, and how far coefficients differ."""
    pairs = [
        (timed(ours, ratings, vectors), timed(theirs, ratings, vectors)) for _ in range(rounds)
    ]
    (_, mine), (_, reference) = pairs[0]
    return {
        "sums s": median(own[0] for own, _ in pairs),
        "dense s": median(other[0] for _, other in pairs),
        "ratio": median(other[0] / own[0] for own, other in pairs),
        "difference": float(np.abs(mine - reference).max()),
    }


def missed(found: dict) -> list[str]:
    """Return the targets that were missed, in words."""
    plain, users = found["without users"], found["with users"]
    targets = {
        f"ratio {plain['ratio']:.0f} < {_LEAST_RATIO}": plain["ratio"] >= _LEAST_RATIO,
        f"{users['sums s']:.2f} s with users > {_MOST_SECONDS}": users["sums s"] <= _MOST_SECONDS,
        f"{found['peak GiB']:.2f} GiB > {_MOST_GIB}": found["peak GiB"] <= _MOST_GIB,
        "coefficients differ": max(plain["difference"], users["difference"]) <= _MOST_DIFFERENCE,
    }
    return [f"MISSED: {target}" for target, held in targets.items() if not held]


if __name__ == "__main__":
    main()
