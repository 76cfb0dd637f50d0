import numpy as np
import pytest

from worker.scoring.agreement import orders_as_mean, rank_correlation


def test_the_same_order_correlates_fully_and_the_opposite_order_inversely():
    values = np.array([0.1, 0.5, 0.2, 0.9])
    assert rank_correlation(values, values**3) == pytest.approx(1)
    assert rank_correlation(values, -values) == pytest.approx(-1)


def narrow_band(rows: int = 200, povs: int = 8) -> np.ndarray:
    """Cosines as models give them whose values all lie close together: .77 ± .03."""
    return 0.77 + 0.03 * np.random.default_rng(1).standard_normal((rows, povs))


def test_in_a_narrow_band_classic_is_the_mean_in_disguise():
    assert orders_as_mean(narrow_band(), np.ones(8))


def test_where_cosines_spread_around_zero_it_is_not():
    assert not orders_as_mean(narrow_band() - 0.77, np.ones(8))


def test_few_rows_or_one_point_of_view_say_nothing():
    assert not orders_as_mean(narrow_band(rows=10), np.ones(8))
    assert not orders_as_mean(narrow_band(povs=1), np.ones(1))
