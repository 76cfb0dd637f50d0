"""The honest fit: noise stays noise, and what is planted comes out."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.worker.regression.synthetic import Planted, item_vectors, planted
from worker.errors import CancelledError, InputError
from worker.regression.honest import HonestFit, fit_honestly
from worker.regression.original import fit_as_original
from worker.regression.projection import project
from worker.regression.ratings import Features, Ratings, text_features


def fitted(made: Planted, step=lambda *_: None) -> HonestFit:
    return fit_honestly(made.ratings, made.items, resamples=199, seed=42, step=step)


@cache
def noise_fits() -> list[HonestFit]:
    sizes = {"users": 100, "items": 120, "ratings": 4000, "dimensions": 48}
    return [fitted(planted(seed, **sizes)) for seed in range(20)]


@cache
def ten_dimensions() -> tuple[Planted, HonestFit]:
    effect = np.zeros(64)
    effect[::7] = [1, -1, 1, 1, -1, -1, 1, -1, 1, 1]
    made = planted(7, effect=effect, users=150, items=500, ratings=15_000)
    return made, fitted(made)


def test_pure_noise_explains_nothing_of_unseen_items():
    found = [fit.test_r_squared for fit in noise_fits()]
    assert np.mean(found) <= 0.02


def test_pure_noise_is_not_told_from_chance_in_nineteen_of_twenty_cases():
    assert sum(not fit.is_beyond_chance for fit in noise_fits()) >= 19


def test_a_split_by_rating_believes_in_noise_and_the_split_by_item_does_not():
    made = planted(0, users=150, items=100, ratings=6000)
    nobody = Features(np.empty((made.ratings.users, 0)), ())
    assert fit_as_original(made.ratings, nobody, made.items).test_r_squared > 0.05
    assert fitted(made).test_r_squared <= 0.02


def test_eight_of_ten_planted_dimensions_are_among_the_first_ten():
    made, fit = ten_dimensions()
    first = np.argsort(-np.abs(fit.coefficients))[:10]
    right = [place for place in first if made.effect[place] * fit.coefficients[place] > 0]
    assert len(right) >= 8
    assert fit.is_beyond_chance
    assert fit.p == 1 / 200


def test_intervals_hold_their_coefficient_and_shut_zero_out_where_an_effect_is_planted():
    made, fit = ten_dimensions()
    real = made.effect != 0
    assert np.mean((fit.low <= fit.coefficients) & (fit.coefficients <= fit.high)) > 0.9
    without_zero = (fit.low > 0) | (fit.high < 0)
    assert np.mean(without_zero[real]) > 0.7 > 3 * np.mean(without_zero[~real])


def test_what_is_explained_stays_below_the_ceiling_of_the_items_own_means():
    _, fit = ten_dimensions()
    assert fit.ceiling is not None
    assert 0.05 < fit.test_r_squared < fit.ceiling < 0.4


def test_a_planted_taste_comes_first_among_twenty_three_points_of_view():
    chance = np.random.default_rng(11)
    views = item_vectors(chance, 23, 64).astype(np.float64)
    made = planted(5, effect=views[9], users=100, items=250, ratings=6000)
    fit = fitted(made)
    projection = project(fit.raw, fit.by_chance, views, made.items)
    assert projection.order[0] == 9
    assert projection.p[9] <= 0.01
    assert projection.cosine[9] > projection.high[9] > 0


def test_noise_speaks_of_no_point_of_view():
    views = item_vectors(np.random.default_rng(12), 23, 48).astype(np.float64)
    sizes = {"users": 100, "items": 120, "ratings": 4000, "dimensions": 48}
    smallest = [
        project(fit.raw, fit.by_chance, views, planted(seed, **sizes).items).p.min()
        for seed, fit in enumerate(noise_fits())
    ]
    assert sum(p <= 0.05 for p in smallest) <= 4


def test_two_texts_make_one_direction():
    chance = np.random.default_rng(13)
    views = item_vectors(chance, 23, 64).astype(np.float64)
    made = planted(6, effect=views[4], users=100, items=250, ratings=6000)
    noise = text_features("title", item_vectors(chance, 250, 64))
    both = Features(
        np.hstack([noise.values, made.items.values]),
        (*noise.names, *made.items.names),
        {"title": slice(0, 64), "overview": slice(64, 128)},
    )
    fit = fit_honestly(made.ratings, both, resamples=199, seed=42, step=lambda *_: None)
    assert project(fit.raw, fit.by_chance, views, both).order[0] == 4


def test_more_dimensions_than_items_are_no_trouble():
    made = planted(8, items=60, ratings=1500, users=40, dimensions=128)
    fit = fitted(made)
    assert fit.coefficients.shape == (128,)
    assert np.isfinite(fit.coefficients).all()
    assert fit.test_r_squared < 0.1


def test_a_dimension_that_never_changes_has_the_coefficient_zero():
    made, _ = ten_dimensions()
    vectors = made.vectors.copy()
    vectors[:, 3] = 0.25
    fit = fitted(Planted(made.ratings, vectors, made.effect))
    assert fit.coefficients[3] == fit.correlations[3] == 0


def rated(value: np.ndarray, users: int, items: int) -> Planted:
    """A rating of each user for each item; `value` (users, items)."""
    user, item = np.divmod(np.arange(users * items), items)
    vectors = item_vectors(np.random.default_rng(1), items, 8)
    return Planted(Ratings(user, item, value.ravel().astype(float), users, items), vectors, vectors)


def test_users_who_always_give_the_same_leave_nothing_to_explain():
    with pytest.raises(InputError, match="own levels explain every rating"):
        fitted(rated(np.repeat(np.arange(1, 13), 20).reshape(12, 20) / 3, 12, 20))


def test_users_with_one_rating_each_leave_nothing_to_explain():
    each = np.arange(60)
    ratings = Ratings(each, each % 20, (each % 5).astype(float), 60, 20)
    vectors = item_vectors(np.random.default_rng(1), 20, 8)
    with pytest.raises(InputError, match="each user gave one rating"):
        fitted(Planted(ratings, vectors, vectors))


def test_a_level_far_from_zero_changes_nothing():
    small = np.random.default_rng(2).normal(size=(15, 30))
    one, other = fitted(rated(small, 15, 30)), fitted(rated(small + 1e6, 15, 30))
    assert other.test_r_squared == pytest.approx(one.test_r_squared, abs=1e-6)
    assert other.coefficients == pytest.approx(one.coefficients, abs=1e-6)


def test_the_same_ratings_give_the_same_fit():
    made = planted(9, items=60, ratings=1500, users=40, dimensions=16)
    one, other = fitted(made), fitted(made)
    assert one.test_r_squared == other.test_r_squared
    assert (one.low == other.low).all()


def test_a_fit_ends_where_it_is_told_to():
    made, told = planted(9, items=60, ratings=1500, users=40, dimensions=16), []

    def step(stage: str, done: int, of: int) -> None:
        told.append((stage, done, of))
        if done == 3:
            raise CancelledError("Stopped.", "So it was asked.", "Nothing.")

    with pytest.raises(CancelledError):
        fitted(made, step)
    assert told == [("Shuffling", done, 199) for done in range(4)]


def test_nothing_is_learnt_from_the_ratings_of_the_items_that_are_for_the_test():
    made = planted(4, items=60, ratings=1500, users=40, dimensions=16, effect=np.ones(16))
    fit = fitted(made)
    rated = made.ratings.per_item() > 0
    assert (rated & ~fit.seen).sum() == np.ceil(0.2 * rated.sum())
    values = np.where(fit.seen[made.ratings.item], made.ratings.value, 1.0)
    other = fitted(replace(made, ratings=replace(made.ratings, value=values)))
    assert (other.coefficients == fit.coefficients).all()
    assert (other.low == fit.low).all()
    assert other.test_r_squared != fit.test_r_squared
