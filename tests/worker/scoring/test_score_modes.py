import numpy as np
import pytest

from worker.scoring.corpus_statistics import CorpusStatistics, corpus_statistics
from worker.scoring.score_modes import (
    SCORE_FUNCTIONS,
    contrast_values,
    final_order,
    score_chunks,
)

# Four chunks by three points of view. Columns have means .3, .4, .5.
COSINE = np.array(
    [
        [0.5, 0.4, 0.3],
        [0.1, 0.4, 0.7],
        [0.4, 0.6, 0.8],
        [0.2, 0.2, 0.2],
    ]
)
STATISTICS = CorpusStatistics(mean=np.array([0.3, 0.4, 0.5]), sd=np.array([0.02, 0.1, 0.14]))
# By hand, third row: C = [.1, .2, .3] with the mean .2; three points of view at equal weights, so
# a = 3/5 and .12 is taken off; the variances .0004, .01 and .0196 have the mean .01, so the unit
# is .1 and Z = [-.2, .8, 1.8]. The other rows likewise; their means are 0, 0 and -.2.
CONTRAST = np.array(
    [
        [2.0, 0.0, -2.0],
        [-2.0, 0.0, 2.0],
        [-0.2, 0.8, 1.8],
        [0.2, -0.8, -1.8],
    ]
)
ONES = np.ones(3)


def scores(mode: str, weights: np.ndarray = ONES, cosine: np.ndarray = COSINE) -> np.ndarray:
    return score_chunks(cosine, weights, STATISTICS, mode).sexy


def test_contrast_values_equal_the_ones_computed_by_hand():
    assert contrast_values(COSINE, ONES, STATISTICS) == pytest.approx(CONTRAST)


def test_contrast_values_at_other_weights_equal_the_ones_computed_by_hand():
    # Weights 1, 0 and -3 are the shares .25, 0 and .75: (1 + 3)² / (1 + 9) = 1.6 points of view,
    # so a = 4/9. C = [.1, .2, .3] has the mean .25, and .1111 is taken off. The unit is the root
    # of .25 · .0004 + .75 · .0196 = .0148.
    z = contrast_values(COSINE[2:3], np.array([1.0, 0.0, -3.0]), STATISTICS)
    assert z[0] == pytest.approx((np.array([0.1, 0.2, 0.3]) - 1 / 9) / 0.0148**0.5)


def test_the_contrast_score_is_the_fourth_norm_of_the_positive_contrast_values():
    assert scores("contrast") == pytest.approx([2.0, 2.0, (0.8**4 + 1.8**4) ** 0.25, 0.2])


def test_pnorm_is_the_same_as_contrast():
    weights = np.array([1.0, -0.5, 0.3])
    assert list(scores("pnorm", weights)) == list(scores("contrast", weights))


def test_the_classic_score_is_the_euclidean_norm_of_the_cosines():
    assert scores("classic") == pytest.approx(np.linalg.norm(COSINE, axis=1))


def test_the_classic_score_stands_beside_every_other_score():
    both = score_chunks(COSINE, ONES, STATISTICS, "contrast")
    assert both.classic == pytest.approx(scores("classic"))


def test_max_takes_the_strongest_point_of_view_alone():
    assert scores("max") == pytest.approx([2.0, 2.0, 1.8, 0.2])


def test_weights_count_in_max_by_their_root():
    weights = np.array([4.0, 1.0, 9.0])
    z = contrast_values(COSINE, weights, STATISTICS)
    assert scores("max", weights) == pytest.approx((np.maximum(z, 0) * [2, 1, 3]).max(axis=1))


def test_mean_is_the_weighted_mean_of_the_cosines():
    assert scores("mean", np.array([1.0, 1.0, 2.0])) == pytest.approx([0.375, 0.475, 0.65, 0.2])


def test_scores_on_cosines_need_no_statistics():
    for mode in ("classic", "mean"):
        alone = score_chunks(COSINE, ONES, None, mode)
        assert list(alone.sexy) == list(scores(mode))
        assert not alone.contrast.any()


def test_shares_of_a_chunk_add_up_to_one():
    shares = score_chunks(COSINE, ONES, STATISTICS, "contrast").shares
    assert shares.sum(axis=1) == pytest.approx(np.ones(4))
    assert shares[0] == pytest.approx([1.0, 0.0, 0.0])


def test_shares_are_parts_of_the_sum_under_the_root():
    shares = score_chunks(COSINE, ONES, STATISTICS, "contrast").shares
    assert shares[2, 2] == pytest.approx(1.8**4 / (0.8**4 + 1.8**4))
    shares = score_chunks(COSINE, ONES, STATISTICS, "classic").shares
    assert shares[2] == pytest.approx(np.array([0.16, 0.36, 0.64]) / 1.16)


def test_a_single_point_of_view_ranks_below_zero_too():
    one = CorpusStatistics(np.array([0.5]), np.array([0.1]))
    cosine = np.array([[0.65], [0.35], [0.5], [0.2]])
    for mode in ("contrast", "max"):
        ranked = score_chunks(cosine, np.ones(1), one, mode).sexy
        assert ranked == pytest.approx([1.0, -1.0, 0.0, -2.0]), "two thirds of (S - .5) / .1"


def test_a_single_point_of_view_that_pushes_down_leaves_alone_what_does_not_touch_it():
    one = CorpusStatistics(np.array([0.5]), np.array([0.1]))
    ranked = score_chunks(np.array([[0.65], [0.35]]), np.array([-2.0]), one, "contrast").sexy
    assert ranked == pytest.approx([-2.0, 0.0])


def test_a_sentence_with_a_weight_and_its_opposite_counts_as_nothing():
    statistics = CorpusStatistics(STATISTICS.mean[[0, 1, 0]], STATISTICS.sd[[0, 1, 0]])
    cosine = COSINE[:, [0, 1, 0]]
    found = score_chunks(cosine, np.array([1.0, 2.0, -1.0]), statistics, "contrast")
    without = score_chunks(cosine, np.array([0.0, 2.0, 0.0]), statistics, "contrast")
    assert list(found.sexy) == list(without.sexy)


def test_what_stands_out_for_none_of_several_points_of_view_is_equal():
    low = COSINE[3:] - np.array([[0.3], [0.4]])
    assert list(score_chunks(low, ONES, STATISTICS, "contrast").sexy) == [0.0, 0.0]


@pytest.mark.parametrize("mode", ["contrast", "max"])
def test_a_point_of_view_that_never_varies_counts_as_nothing(mode: str):
    flat = CorpusStatistics(STATISTICS.mean, np.array([0.1, 0.0, 0.2]))
    found = score_chunks(COSINE, ONES, flat, mode)
    without = score_chunks(COSINE, np.array([1.0, 0.0, 1.0]), flat, mode)
    assert list(found.sexy) == list(without.sexy)
    assert not found.contrast[:, 1].any()


@pytest.mark.parametrize("mode", sorted(SCORE_FUNCTIONS))
def test_where_nothing_counts_every_score_is_zero(mode: str):
    assert not scores(mode, np.zeros(3)).any()
    assert not score_chunks(COSINE, np.zeros(3), STATISTICS, mode).shares.any()


def test_the_final_order_follows_the_sexy_score_alone_at_a_share_of_one():
    assert list(final_order(np.array([0.9, 0.8, 0.7]), np.array([1.0, 3.0, 2.0]), 1.0)) == [1, 2, 0]


def test_the_final_order_follows_similarity_alone_at_a_share_of_zero():
    assert list(final_order(np.array([0.7, 0.9, 0.8]), np.array([1.0, 3.0, 2.0]), 0.0)) == [1, 2, 0]


def test_equal_scores_keep_the_order_of_similarity():
    assert list(final_order(np.array([0.9, 0.8, 0.7]), np.ones(3), 1.0)) == [0, 1, 2]


def test_statistics_are_those_of_the_columns():
    statistics = corpus_statistics(COSINE)
    assert statistics.mean == pytest.approx([0.3, 0.4, 0.5])
    assert statistics.sd[0] == pytest.approx(np.sqrt(0.025))
