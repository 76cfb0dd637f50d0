import numpy as np
import pytest

from worker.retrieval.fusion import diversified, fused


def test_what_both_find_comes_first():
    both = fused(np.array([0.9, 0.8, 0.1, 0.1]), np.array([0.0, 8.0, 9.0, 0.0]))
    assert int(both.argmax()) == 1


def test_a_score_without_spread_says_nothing():
    similarity = np.array([0.1, 0.3, 0.2])
    order = np.argsort(-fused(similarity, np.zeros(3)))
    assert order.tolist() == [1, 2, 0]


def test_scales_do_not_matter():
    similarity, keyword = np.array([0.71, 0.72, 0.73]), np.array([3.0, 1.0, 0.0])
    assert fused(similarity, keyword) == pytest.approx(fused(similarity * 9 + 5, keyword * 100))


#: Two that say the same, one that says something else.
VECTORS = np.array([[1, 0], [0.999, 0.04], [0, 1]], np.float32)


def test_without_diversity_the_order_is_that_of_the_scores():
    score = np.array([0.9, 0.8, 0.1])
    assert diversified(score, VECTORS, 3, 0.0).tolist() == [0, 1, 2]


def test_with_diversity_a_repetition_waits():
    score = np.array([0.9, 0.85, 0.5])
    assert diversified(score, VECTORS, 3, 0.6).tolist() == [0, 2, 1]


def test_the_first_choice_is_the_most_relevant_even_at_full_diversity():
    assert diversified(np.array([0.1, 0.2, 0.9]), VECTORS, 1, 1.0).tolist() == [2]


def test_as_many_as_asked_for_or_as_there_are():
    assert len(diversified(np.array([0.9, 0.8, 0.1]), VECTORS, 2, 0.3)) == 2
    assert len(diversified(np.array([0.9, 0.8, 0.1]), VECTORS, 9, 0.3)) == 3
    assert len(diversified(np.array([]), VECTORS[:0], 3, 0.3)) == 0
