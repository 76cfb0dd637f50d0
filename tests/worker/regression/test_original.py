"""The original's fit equals scikit-learn on the frame that the original made."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split

from tests.worker.regression.synthetic import planted
from worker.regression.original import SPLIT_SEED, fit_as_original
from worker.regression.ratings import Features, side_by_side, text_features


def user_features(users: int, seed: int = 0) -> Features:
    chance = np.random.default_rng(seed)
    jobs = np.eye(5)[chance.integers(5, size=users)]
    ages = chance.integers(18, 70, size=users).astype(float)
    return Features(np.column_stack([ages, jobs]), ("age", *(f"occupation_{n}" for n in range(5))))


@pytest.mark.parametrize("items", [30, 400])  # fewer items than dimensions, and more
def test_coefficients_and_top_twenty_equal_scikit_learn_on_twenty_thousand_ratings(items: int):
    made = planted(3, items=items, effect=np.ones(64))
    title = text_features("title", np.roll(made.vectors, 1, axis=0))
    ratings, users = made.ratings, user_features(made.ratings.users)
    both = side_by_side(items, [title, made.items])
    names = [*users.names, *both.names]
    frame = pd.DataFrame(
        np.hstack([users.values[ratings.user], both.values[ratings.item]]), columns=names
    )
    known, unseen, told, truth = train_test_split(
        frame, ratings.value, test_size=0.2, random_state=SPLIT_SEED
    )
    reference = Ridge(alpha=5.0).fit(known, told)

    fit = fit_as_original(ratings, users, both)
    assert fit.coefficients == pytest.approx(reference.coef_, abs=1e-8)
    assert fit.intercept == pytest.approx(reference.intercept_, abs=1e-8)
    assert fit.train_r_squared == pytest.approx(r2_score(told, reference.predict(known)), abs=1e-9)
    assert fit.test_r_squared == pytest.approx(r2_score(truth, reference.predict(unseen)), abs=1e-9)
    order = np.argsort(-np.abs(reference.coef_), kind="stable")[:20]
    ours = np.argsort(-np.abs(fit.coefficients), kind="stable")[:20]
    assert [fit.names[place] for place in ours] == [names[place] for place in order]
    expected = np.corrcoef(frame["overview_embedding_7"], ratings.value)[0, 1]
    assert fit.correlations[names.index("overview_embedding_7")] == pytest.approx(expected)
