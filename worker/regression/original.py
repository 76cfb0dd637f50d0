"""The original's fit: a random fifth of the ratings is the test, whatever their items.

Its numbers are those of scikit-learn's `train_test_split(test_size=0.2)` and `Ridge(alpha=5)` on
the frame with one row a rating; they come out of sums by user and item, so a million ratings need
no more memory than a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from worker.regression.group_sums import Equations
from worker.regression.honest import item_correlations, user_correlations
from worker.regression.ratings import Codes, Features, Floats, Ratings
from worker.regression.ridge import solve_ridge

ALPHA = 5.0
#: Where the original's split begins.
SPLIT_SEED = 42
_TEST_SHARE = 0.2


@dataclass(frozen=True)
class OriginalFit:
    """Coefficients of the features of users, then of items, and what they explain."""

    names: tuple[str, ...]
    coefficients: Floats
    correlations: Floats
    intercept: float
    train_r_squared: float
    test_r_squared: float


def fit_as_original(
    ratings: Ratings, users: Features, items: Features, seed: int = SPLIT_SEED
) -> OriginalFit:
    """Fit ratings on the features of users and items, all penalised alike."""
    learnt, test = _split(len(ratings), seed)
    known = ratings.rows(learnt)
    equations, means, level = _equations(known, users.values, items.values)
    coefficients = solve_ridge(equations, ALPHA)
    intercept = level - float(means @ coefficients)
    own, shared = np.split(coefficients, [users.values.shape[1]])
    by_user, by_item = intercept + users.values @ own, items.values @ shared
    return OriginalFit(
        names=(*users.names, *items.names),
        coefficients=coefficients,
        correlations=np.concatenate(
            [user_correlations(ratings, users.values), item_correlations(ratings, items.values)]
        ),
        intercept=intercept,
        train_r_squared=_r_squared(known, by_user, by_item),
        test_r_squared=_r_squared(ratings.rows(test), by_user, by_item),
    )


def _split(count: int, seed: int) -> tuple[Codes, Codes]:
    """Return the rows to learn from and those of the test, as scikit-learn draws them."""
    shuffled = np.random.RandomState(seed).permutation(count)
    test = int(np.ceil(_TEST_SHARE * count))
    return shuffled[test:], shuffled[:test]


def _equations(ratings: Ratings, users: Floats, items: Floats) -> tuple[Equations, Floats, float]:
    """Return the normal equations about the means, these means, and the mean rating."""
    per_user, per_item = ratings.per_user(), ratings.per_item()
    count = len(ratings)
    by_item = _summed(ratings.item, users[ratings.user], ratings.items)
    across = by_item.T @ items
    gram = np.block(
        [
            [users.T @ (per_user[:, None] * users), across],
            [across.T, items.T @ (per_item[:, None] * items)],
        ]
    )
    means = np.concatenate([per_user @ users, per_item @ items]) / count
    level = float(ratings.value.mean())
    left = ratings.value - level
    moment = np.concatenate(
        [
            np.bincount(ratings.user, left, minlength=ratings.users) @ users,
            np.bincount(ratings.item, left, minlength=ratings.items) @ items,
        ]
    )
    return Equations(gram - count * np.outer(means, means), moment), means, level


def _summed(codes: Codes, rows: Floats, groups: int) -> Floats:
    """Return (groups, columns) the sums of the rows of each group."""
    sums = np.empty((groups, rows.shape[1]))
    for place, column in enumerate(rows.T):
        sums[:, place] = np.bincount(codes, column, minlength=groups)
    return sums


def _r_squared(ratings: Ratings, by_user: Floats, by_item: Floats) -> float:
    left = ratings.value - by_user[ratings.user] - by_item[ratings.item]
    around = ratings.value - ratings.value.mean()
    return 1.0 - float(left @ left) / max(float(around @ around), np.finfo(np.float64).tiny)
