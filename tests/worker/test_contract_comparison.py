"""A measured change, and what its interval says of it."""

from __future__ import annotations

import pytest

from worker.contract import Comparison, verdict_of


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.01, 0.2, "better"),
        (0.0, 0.2, "no real change"),
        (-0.1, 0.1, "no real change"),
        (-0.2, 0.0, "no real change"),
        (-0.2, -0.01, "worse"),
    ],
)
def test_an_interval_across_zero_is_no_real_change(low: float, high: float, verdict: str) -> None:
    assert verdict_of(low, high) == verdict


def test_the_change_is_what_the_model_has_above_its_base() -> None:
    line = Comparison(
        model="taste:films",
        metric="nDCG@10",
        base=0.5,
        tuned=0.75,
        low=0.1,
        high=0.3,
        counted=20,
        over="points of view",
        verdict="better",
    )
    assert line.change == 0.25
