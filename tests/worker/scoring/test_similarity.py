import numpy as np
import pytest

from worker.scoring.similarity import cosine_matrix


def test_cosines_equal_the_double_loop_over_pairs():
    generator = np.random.default_rng(3)
    left, right = generator.normal(size=(7, 5)), generator.normal(size=(4, 5))
    looped = [[float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b))) for b in right] for a in left]
    assert cosine_matrix(left, right) == pytest.approx(np.array(looped))


def test_a_zero_vector_is_similar_to_nothing():
    assert cosine_matrix([[0.0, 0.0]], [[1.0, 0.0]]) == pytest.approx(0.0)


def test_vectors_of_any_type_and_length_are_compared():
    cosines = cosine_matrix(np.array([[3, 4]], dtype=np.float32), [[30, 40], [4, -3]])
    assert cosines == pytest.approx(np.array([[1.0, 0.0]]))
    assert cosines.dtype == np.float64


def test_single_precision_is_good_to_seven_digits():
    generator = np.random.default_rng(5)
    left, right = generator.normal(size=(50, 384)), generator.normal(size=(23, 384))
    single = cosine_matrix(left.astype(np.float32), right.astype(np.float32))
    assert single == pytest.approx(cosine_matrix(left, right), abs=3e-7)
