import numpy as np
import pytest

from worker.scoring.similarity import cosine_matrix, unit_rows


def test_cosines_equal_the_double_loop_over_pairs():
    generator = np.random.default_rng(3)
    left, right = generator.normal(size=(7, 5)), generator.normal(size=(4, 5))
    looped = [[float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b))) for b in right] for a in left]
    assert cosine_matrix(left, right) == pytest.approx(np.array(looped))


def test_a_zero_vector_is_similar_to_nothing():
    assert cosine_matrix([[0.0, 0.0]], [[1.0, 0.0]]) == pytest.approx(0.0)


def test_rows_have_length_one_whatever_their_type():
    rows = unit_rows(np.array([[3, 4]], dtype=np.float32))
    assert rows == pytest.approx(np.array([[0.6, 0.8]]))
    assert rows.dtype == np.float64
