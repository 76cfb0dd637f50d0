"""What a score promises whatever the cosines and weights are: tried on random matrices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.scoring.agreement import rank_correlation
from worker.scoring.corpus_statistics import corpus_statistics
from worker.scoring.score_modes import SCORE_FUNCTIONS, contrast_values, score_chunks

CHUNKS = 60
MODES = sorted(SCORE_FUNCTIONS)
ON_CONTRAST = ["contrast", "max", "pnorm"]

tried = settings(max_examples=60, deadline=None)


@dataclass(frozen=True)
class Case:
    """Cosines as models give them, all at one height and each chunk at its own, and weights."""

    cosine: np.ndarray
    weights: np.ndarray

    def score(self, mode: str, **changed: np.ndarray) -> np.ndarray:
        cosine, weights = (changed.get(name, getattr(self, name)) for name in ("cosine", "weights"))
        return score_chunks(cosine, weights, corpus_statistics(cosine), mode).sexy


@st.composite
def cases(draw: st.DrawFn, *, least: int = 1, negative: bool = True) -> Case:
    povs = draw(st.integers(least, 8))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    height, of_chunk, of_pov = (draw(st.floats(0, most)) for most in (0.8, 0.1, 0.2))
    cosine = height + of_chunk * random.normal(size=(CHUNKS, 1)) + of_pov * random.normal(size=povs)
    cosine = cosine + 0.05 * random.normal(size=(CHUNKS, povs))
    weights = random.uniform(0.1, 3, povs)
    if negative:
        weights[1:] *= random.choice([1, 1, -1], povs - 1)
    return Case(cosine, weights)


@pytest.mark.parametrize("mode", MODES)
@tried
@given(case=cases(least=2))
def test_the_weight_zero_is_the_same_as_leaving_a_point_of_view_out(mode: str, case: Case):
    weights = case.weights.copy()
    weights[-1] = 0
    left_out = case.score(mode, cosine=case.cosine[:, :-1], weights=weights[:-1])
    assert case.score(mode, weights=weights) == pytest.approx(left_out, abs=1e-12)


@tried
@given(case=cases(least=2))
def test_the_weight_zero_leaves_the_contrast_values_of_others_as_they_are(case: Case):
    weights = case.weights.copy()
    weights[-1] = 0
    statistics, fewer = corpus_statistics(case.cosine), corpus_statistics(case.cosine[:, :-1])
    found = contrast_values(case.cosine, weights, statistics)[:, :-1]
    expected = contrast_values(case.cosine[:, :-1], weights[:-1], fewer)
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("mode", MODES)
@tried
@given(case=cases(), copies=st.integers(2, 5))
def test_a_sentence_that_stands_there_several_times_is_one_of_that_weight(
    mode: str, case: Case, copies: int
):
    columns = [0] * (copies - 1) + [*range(len(case.weights))]
    repeated = case.score(mode, cosine=case.cosine[:, columns], weights=case.weights[columns])
    heavier = case.weights.copy()
    heavier[0] *= copies
    expected = case.score(mode, weights=heavier)
    assert repeated == pytest.approx(expected, abs=1e-9)
    assert rank_correlation(repeated, expected) >= 0.99


@pytest.mark.parametrize("mode", MODES)
@tried
@given(case=cases(least=2), seed=st.integers(0, 1000))
def test_the_order_of_points_of_view_changes_nothing(mode: str, case: Case, seed: int):
    columns = np.random.default_rng(seed).permutation(len(case.weights))
    found = case.score(mode, cosine=case.cosine[:, columns], weights=case.weights[columns])
    assert found == pytest.approx(case.score(mode), abs=1e-9)


@pytest.mark.parametrize("mode", ON_CONTRAST)
@tried
@given(case=cases(), offset=st.floats(-0.5, 0.5))
def test_an_offset_of_all_cosines_cancels(mode: str, case: Case, offset: float):
    lifted = case.score(mode, cosine=case.cosine + offset)
    assert lifted == pytest.approx(case.score(mode), abs=1e-9)


@pytest.mark.parametrize("mode", MODES)
@tried
@given(case=cases(least=2, negative=False), sign=st.sampled_from([1, -1]))
def test_a_second_point_of_view_comes_in_without_a_jump(mode: str, case: Case, sign: int):
    cosine = case.cosine[:, :2]
    alone = case.score(mode, cosine=cosine[:, :1], weights=np.ones(1))
    distances = [
        np.abs(case.score(mode, cosine=cosine, weights=np.array([1.0, sign * weight])) - alone)
        for weight in (1e-12, 1e-24)
    ]
    assert distances[0].max() < 0.02
    assert distances[1].max() < 2e-5


@pytest.mark.parametrize("mode", MODES)
@tried
@given(case=cases(least=2), more=st.floats(0, 0.3), weight=st.floats(-5, -0.01))
def test_the_more_a_chunk_touches_what_is_pushed_down_the_lower_it_stands(
    mode: str, case: Case, more: float, weight: float
):
    statistics = corpus_statistics(case.cosine)
    weights = case.weights.copy()
    weights[-1] = weight
    touches = contrast_values(case.cosine, weights, statistics)[:, -1] > 0
    touching = case.cosine.copy()
    touching[:, -1] += more
    before, after = (
        score_chunks(cosine, weights, statistics, mode).sexy for cosine in (case.cosine, touching)
    )
    assert (after <= before + 1e-12)[touches].all()


@pytest.mark.parametrize("mode", MODES)
@tried
@given(case=cases(least=4, negative=False), more=st.floats(0.01, 0.3))
def test_the_heavier_a_push_the_further_down_is_what_it_touches(mode: str, case: Case, more: float):
    """Of two chunks that differ in nothing else, the one that touches it falls behind for good."""
    statistics = corpus_statistics(case.cosine)
    usual = np.tile(statistics.mean, (CHUNKS, 1)) + 0.5  # all touch it
    usual[:, :-1] = case.cosine[:, :-1]
    touching = usual.copy()
    touching[:, -1] += more
    behind = np.zeros(CHUNKS)
    for push in (0.0, 0.1, 0.3, 0.6, 1.0):
        weights = np.append(case.weights[:-1] / case.weights.max(), -push)
        first, second = (
            score_chunks(each, weights, statistics, mode).sexy for each in (usual, touching)
        )
        assert (first - second >= behind - 1e-9).all()
        behind = first - second
