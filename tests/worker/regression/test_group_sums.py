"""Group sums give what the matrix of ratings × dimensions would give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, Ridge

from tests.worker.regression.synthetic import planted
from worker.regression.group_sums import GroupSums
from worker.regression.ratings import Ratings
from worker.regression.ridge import solve_ridge


def few_ratings(seed: int, count: int, users: int = 4, items: int = 6) -> Ratings:
    chance = np.random.default_rng(seed)
    return Ratings(
        chance.integers(users, size=count),
        chance.integers(items, size=count),
        chance.normal(size=count),
        users,
        items,
    )


def demeaned(rows: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Take each group's mean off, the long way."""
    left = rows.astype(np.float64).copy()
    for group in np.unique(groups):
        left[groups == group] -= left[groups == group].mean(axis=0)
    return left


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 60), data=st.data())
def test_the_equations_are_those_of_the_dense_matrix_without_the_levels_of_users(seed, count, data):
    ratings = few_ratings(seed, count)
    weights = np.array(data.draw(st.lists(st.integers(0, 3), min_size=6, max_size=6)), float)
    vectors = np.random.default_rng(seed + 1).normal(size=(6, 3))
    rows = np.repeat(np.arange(count), weights[ratings.item].astype(int))
    dense = demeaned(vectors[ratings.item[rows]], ratings.user[rows])
    found = GroupSums.of(ratings).parts(vectors, weights).equations()
    assert found.gram == pytest.approx(dense.T @ dense, abs=1e-9)
    assert found.moment == pytest.approx(dense.T @ ratings.value[rows], abs=1e-9)


def test_without_users_one_level_is_left_for_all_as_in_scikit_learn():
    made = planted(1, ratings=3000)
    vectors, ratings = made.vectors.astype(np.float64), made.ratings
    equations = GroupSums.without_users(ratings).parts(vectors).equations()
    reference = Ridge(alpha=5.0).fit(vectors[ratings.item], ratings.value)
    assert solve_ridge(equations, 5.0) == pytest.approx(reference.coef_, abs=1e-8)


def test_levels_and_coefficients_are_those_of_a_regression_with_a_column_for_each_user():
    made = planted(2, users=20, items=30, ratings=2000, dimensions=5)
    ratings, vectors = made.ratings, made.vectors.astype(np.float64)
    sums = GroupSums.of(ratings)
    columns = np.hstack([np.eye(20)[ratings.user], vectors[ratings.item]])
    reference = LinearRegression(fit_intercept=False).fit(columns, ratings.value).coef_
    equations = sums.parts(vectors).equations()
    coefficients = np.linalg.solve(equations.gram, equations.moment)
    assert coefficients == pytest.approx(reference[20:], abs=1e-7)
    levels = sums.levels((vectors @ coefficients)[:, None])[:, 0]
    assert levels == pytest.approx(reference[:20], abs=1e-7)


def test_a_user_without_a_rating_that_counts_has_the_mean_of_all():
    ratings = Ratings(np.array([0, 0, 1]), np.array([0, 1, 2]), np.array([1.0, 3.0, 9.0]), 2, 3)
    levels = GroupSums.of(ratings).of_items(np.array([True, True, False])).levels(np.zeros((2, 1)))
    assert levels[:, 0] == pytest.approx([2.0, 2.0])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 60))
def test_squares_that_are_left_are_those_of_the_single_ratings(seed: int, count: int):
    ratings, chance = few_ratings(seed, count), np.random.default_rng(seed + 2)
    levels, predicted = chance.normal(size=(4, 2)), chance.normal(size=(6, 2))
    left = ratings.value[:, None] - levels[ratings.user] - predicted[ratings.item]
    found = GroupSums.of(ratings).squares_left(levels, predicted)
    assert found == pytest.approx((left**2).sum(axis=0), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 60), chosen=st.integers(0, 63))
def test_the_parts_of_some_items_and_of_the_others_add_up(seed: int, count: int, chosen: int):
    sums, vectors = (
        GroupSums.of(few_ratings(seed, count)),
        np.random.default_rng(seed).normal(size=(6, 3)),
    )
    mask = np.array([chosen >> place & 1 for place in range(6)], dtype=bool)
    some, others = (sums.of_items(m).parts(vectors[m]) for m in (mask, ~mask))
    for left, right in (
        (some.plus(others), sums.parts(vectors)),
        (sums.parts(vectors).without(some), others),
    ):
        assert left.equations().gram == pytest.approx(right.equations().gram, abs=1e-9)
        assert left.equations().moment == pytest.approx(right.equations().moment, abs=1e-9)
