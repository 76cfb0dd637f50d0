import numpy as np
import pytest

from worker.scoring.corpus_statistics import CorpusStatistics, corpus_statistics
from worker.scoring.score_modes import (
    SCORE_FUNCTIONS,
    contrast_values,
    final_order,
    score_chunks,
)

# Four chunks by three points of view. Columns have means .3, .4, .5; the grand mean is .4.
COSINE = np.array(
    [
        [0.5, 0.4, 0.3],
        [0.1, 0.4, 0.7],
        [0.4, 0.6, 0.8],
        [0.2, 0.2, 0.2],
    ]
)
STATISTICS = CorpusStatistics(
    mean=np.array([0.3, 0.4, 0.5]), sd=np.array([0.02, 0.1, 0.14]), grand_mean=0.4
)
# By hand, first row: row mean .4, so D = [.5-.3-.4+.4, .4-.4-.4+.4, .3-.5-.4+.4] = [.2, 0, -.2];
# the variances .0004, .01 and .0196 have the mean .01, so the unit is .1 and Z = [2, 0, -2]. The
# other rows likewise; their row means are .4, .6 and .2.
CONTRAST = np.array(
    [
        [2.0, 0.0, -2.0],
        [-2.0, 0.0, 2.0],
        [-1.0, 0.0, 1.0],
        [1.0, 0.0, -1.0],
    ]
)
ONES = np.ones(3)


def scores(mode: str, weights: np.ndarray = ONES, cosine: np.ndarray = COSINE) -> np.ndarray:
    return score_chunks(cosine, weights, STATISTICS, mode).sexy


def test_contrast_values_equal_the_ones_computed_by_hand():
    assert contrast_values(COSINE, STATISTICS) == pytest.approx(CONTRAST)


def test_the_contrast_score_is_the_norm_of_the_positive_contrast_values():
    assert scores("contrast") == pytest.approx([2.0, 2.0, 1.0, 1.0])


def test_the_classic_score_is_the_euclidean_norm_of_the_cosines():
    assert scores("classic") == pytest.approx(np.linalg.norm(COSINE, axis=1))


def test_the_classic_score_stands_beside_every_other_score():
    both = score_chunks(COSINE, ONES, STATISTICS, "contrast")
    assert both.classic == pytest.approx(scores("classic"))


def test_max_takes_the_strongest_point_of_view_alone():
    assert scores("max") == pytest.approx([2.0, 2.0, 1.0, 1.0])
    weighted = scores("max", np.array([4.0, 1.0, 9.0]))
    assert weighted == pytest.approx([4.0, 6.0, 3.0, 2.0])


def test_pnorm_lies_between_the_strongest_value_and_the_norm():
    cosine = np.array([[0.5, 0.6, 0.1]])
    strongest, between, norm = (
        scores(mode, cosine=cosine)[0] for mode in ("max", "pnorm", "contrast")
    )
    assert strongest < between < norm


def test_mean_is_the_weighted_mean_of_the_cosines():
    assert scores("mean", np.array([1.0, 1.0, 2.0])) == pytest.approx([0.375, 0.475, 0.65, 0.2])


@pytest.mark.parametrize("mode", ["contrast", "max", "pnorm"])
def test_an_offset_common_to_all_cosines_changes_nothing(mode: str):
    moved = CorpusStatistics(STATISTICS.mean + 0.4, STATISTICS.sd, STATISTICS.grand_mean + 0.4)
    lifted = score_chunks(COSINE + 0.4, ONES, moved, mode).sexy
    assert lifted == pytest.approx(scores(mode))


def test_an_offset_common_to_all_cosines_keeps_the_contrast_score_even_with_old_statistics():
    lifted = score_chunks(COSINE + 0.4, ONES, STATISTICS, "contrast").sexy
    assert lifted == pytest.approx(scores("contrast"))


@pytest.mark.parametrize("mode", sorted(SCORE_FUNCTIONS))
def test_a_negative_weight_pushes_down_what_touches_it(mode: str):
    plain = scores(mode, np.array([0.0, 1.0, 1.0]))
    pushed = scores(mode, np.array([-1.0, 1.0, 1.0]))
    assert pushed[0] < plain[0], "the first chunk touches the first point of view"


@pytest.mark.parametrize("mode", sorted(SCORE_FUNCTIONS))
def test_a_weight_of_zero_takes_a_point_of_view_out_of_the_sum(mode: str):
    changed = COSINE.copy()
    changed[:, 0] += np.array([0.3, -0.2, 0.1, 0.0])
    contrast = contrast_values(COSINE, STATISTICS)
    other = contrast.copy()
    other[:, 0] += 5
    weights = np.array([0.0, 1.0, 1.0])
    score = SCORE_FUNCTIONS[mode]
    assert score(changed, other, weights) == pytest.approx(score(COSINE, contrast, weights))


def test_shares_of_a_chunk_add_up_to_one():
    shares = score_chunks(COSINE, ONES, STATISTICS, "contrast").shares
    assert shares.sum(axis=1) == pytest.approx(np.ones(4))
    assert shares[0] == pytest.approx([1.0, 0.0, 0.0])


def test_a_single_point_of_view_still_ranks():
    one = CorpusStatistics(np.array([0.3]), np.array([0.1]), 0.3)
    ranked = score_chunks(np.array([[0.6], [0.4], [0.5]]), np.ones(1), one, "contrast").sexy
    assert ranked == pytest.approx([3.0, 1.0, 2.0])


def test_a_point_of_view_that_never_varies_counts_as_nothing():
    flat = CorpusStatistics(STATISTICS.mean, np.array([0.1, 0.0, 0.2]), STATISTICS.grand_mean)
    assert contrast_values(COSINE, flat)[:, 1] == pytest.approx(np.zeros(4))


def test_the_final_order_follows_the_sexy_score_alone_at_a_share_of_one():
    assert list(final_order(np.array([0.9, 0.8, 0.7]), np.array([1.0, 3.0, 2.0]), 1.0)) == [1, 2, 0]


def test_the_final_order_follows_similarity_alone_at_a_share_of_zero():
    assert list(final_order(np.array([0.7, 0.9, 0.8]), np.array([1.0, 3.0, 2.0]), 0.0)) == [1, 2, 0]


def test_equal_scores_keep_the_order_of_similarity():
    assert list(final_order(np.array([0.9, 0.8, 0.7]), np.ones(3), 1.0)) == [0, 1, 2]


def test_statistics_are_those_of_the_columns_and_of_all_values():
    statistics = corpus_statistics(COSINE)
    assert statistics.mean == pytest.approx([0.3, 0.4, 0.5])
    assert statistics.grand_mean == pytest.approx(0.4)
    assert statistics.sd[0] == pytest.approx(np.sqrt(0.025))
