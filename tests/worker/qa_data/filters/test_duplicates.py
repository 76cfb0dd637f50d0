import numpy as np

from tests.worker.qa_data.samples import pair, unit_vectors
from worker.qa_data.filters.duplicates import DUPLICATE, near_duplicate, near_rows

KEPT = [pair(), pair("Who ran the Tamsel ferry in its last year?", number=2)]
FAR = unit_vectors(180, 200)


def test_a_question_nearly_asked_before_is_rejected_with_the_one_it_is_like():
    rejection = near_duplicate(
        pair(number=3), unit_vectors(10), unit_vectors(0), KEPT, unit_vectors(90, 0), FAR
    )
    assert rejection is not None
    assert rejection.filter == DUPLICATE
    assert "c1-q2" in rejection.why
    assert KEPT[1].question in rejection.why


def test_a_question_further_off_stays():
    assert (
        near_duplicate(
            pair(number=3), unit_vectors(30), unit_vectors(0), KEPT, unit_vectors(90, 0), FAR
        )
        is None
    )  # the cosine of 30 degrees is .87


def test_equal_answers_are_rejected_across_the_parts_and_not_within_one():
    answers = unit_vectors(0, 90)
    for split, rejected in (("train", False), ("validation", True)):
        found = near_duplicate(
            pair(number=3, split=split), unit_vectors(0), unit_vectors(5), KEPT, FAR, answers
        )
        assert (found is not None) is rejected


def test_the_first_pair_is_like_none():
    nothing = unit_vectors(0)[:0]
    assert near_duplicate(pair(), unit_vectors(0), unit_vectors(0), [], nothing, nothing) is None


def test_products_in_blocks_find_what_one_product_finds():
    random = np.random.default_rng(1)
    rows = unit_vectors(*random.uniform(0, 360, 2_500))
    found = set(near_rows(rows, rows[:50]))
    assert found == {(int(a), int(b)) for a, b in np.argwhere(rows @ rows[:50].T > 0.9)}
