"""Documents left out: where their liked passages stand by the base and by the taste."""

from __future__ import annotations

import numpy as np
import pytest

from tests.worker.models.test_taste_map import units
from tests.worker.tuning.test_taste import POVS, labels
from worker.models.taste_map import Vectors
from worker.tuning.taste_proof import LeftOut, Standing, change

UNMARKED = units(200, dim=24, seed=21)


def left_out(count: int = 40, documents: int = 10) -> LeftOut:
    given = labels(count, documents)

    def score(povs: Vectors) -> np.ndarray:
        return (np.vstack([UNMARKED, given.vectors]) @ povs.T).max(axis=1)

    return LeftOut(POVS, given, UNMARKED, score)


def test_each_liked_passage_stands_once_and_a_clear_taste_lifts_it() -> None:
    found = list(left_out().standings(1.0))
    assert len(found) == 40
    assert all(0 <= each.before <= 1 and 0 <= each.after <= 1 for each in found)
    assert np.mean([each.after for each in found]) > np.mean([each.before for each in found])


def test_without_strength_nothing_changes() -> None:
    assert all(each.before == each.after for each in left_out().standings(0.0))


def test_a_passage_level_with_another_stands_above_half_of_it() -> None:
    given = labels(2, 2)
    level = LeftOut(POVS, given, UNMARKED, lambda _povs: np.zeros(202))
    assert {each.before for each in level.standings(1.0)} == {0.5}


def test_no_passage_is_judged_by_what_was_learnt_from_its_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from worker.tuning import taste_proof

    learnt: list[set[str]] = []

    def watched_learn(povs, known, ridge):
        learnt.append(set(known.documents))
        return learn(povs, known, ridge)

    learn = taste_proof.learn
    monkeypatch.setattr(taste_proof, "learn", watched_learn)
    for each in left_out().standings(1.0):
        assert each.document not in learnt[-1]
    assert len(learnt) == 5


def standing(document: str, before: float, after: float) -> Standing:
    return Standing(document, before, after)


def test_a_change_that_all_documents_share_has_an_interval_above_zero() -> None:
    found = change([standing(f"{n}.txt", 0.5, 0.7) for n in range(6)], float)
    assert (found.before, found.after) == (0.5, pytest.approx(0.7))
    assert found.low == pytest.approx(0.2)
    assert found.high == pytest.approx(0.2)


def test_a_change_that_documents_do_not_share_has_one_across_zero() -> None:
    ends = (0.9, 0.1, 0.8, 0.2, 0.5, 0.4)
    found = change([standing(f"{n}.txt", 0.5, end) for n, end in enumerate(ends)], float)
    assert found.low < 0 < found.high


def test_many_passages_of_one_document_are_no_more_proof_than_its_own() -> None:
    few = [standing(f"{n}.txt", 0.5, end) for n, end in enumerate((0.9, 0.1, 0.7, 0.4, 0.6))]
    repeated = [each for each in few for _ in range(50)]
    alone, often = change(few, float), change(repeated, float)
    assert (often.low, often.high) == pytest.approx((alone.low, alone.high))


def test_a_figure_can_be_whether_a_bound_is_reached() -> None:
    found = change(
        [standing("a.txt", 0.2, 0.95), standing("b.txt", 0.95, 0.99)], lambda share: share >= 0.9
    )
    assert (found.before, found.after) == (0.5, 1.0)
