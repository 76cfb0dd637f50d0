"""The verdict says in words what was found, and what chance would give."""

from dataclasses import replace

import numpy as np
import pytest

from worker.regression.honest import HonestFit
from worker.regression.original import OriginalFit
from worker.regression.projection import Projection
from worker.regression.verdict import decimal, honest_verdict, original_verdict, view_words

FIT = HonestFit(
    penalty=5.0,
    train_r_squared=0.2,
    test_r_squared=0.1234,
    ceiling=0.25,
    coefficients=np.zeros(2),
    low=np.zeros(2),
    high=np.zeros(2),
    correlations=np.zeros(2),
    raw=np.zeros(2),
    by_chance=np.zeros((199, 2)),
    chance=np.linspace(-0.02, 0.01, 199),
    predicted=np.zeros(3),
    seen=np.ones(3, bool),
)


def words(**changes) -> str:
    return " ".join(honest_verdict(replace(FIT, **changes), "rating", 199))


def test_a_find_beyond_chance_is_told_with_what_chance_gives():
    told = words()
    assert "explain 12.3%" in told
    assert "beyond chance (test R² .123; chance gives −.019 to .009 in 95 of 100 cases" in told
    assert "p = 0.005 by 199 shuffles" in told
    assert "would give about R² .250" in told
    assert "49% of that variance between items" in told


@pytest.mark.parametrize("found", [0.0, 0.005, -0.3])
def test_what_chance_does_as_well_is_not_distinguishable_from_it(found: float):
    told = words(test_r_squared=found)
    assert "not distinguishable from chance" in told
    assert "Read nothing into single features" in told


def test_better_than_all_chance_but_worse_than_nothing_is_no_find():
    told = words(test_r_squared=-0.1, chance=np.full(199, -0.5))
    assert "not distinguishable from chance" in told


def test_a_ceiling_that_is_not_known_or_low_is_said():
    assert "No unseen item has two ratings" in words(ceiling=None)
    assert "differ too little" in words(ceiling=0.001)


def test_the_originals_split_is_called_leaky():
    fit = OriginalFit((), np.zeros(0), np.zeros(0), 3.5, 0.31, -0.0001)
    told = " ".join(original_verdict(fit))
    assert "R² on the training part .310, on the test part .000." in told
    assert "This split leaks" in told


def test_views_beyond_chance_are_named_with_their_way_and_others_are_not():
    band = np.array([0.1, 0.1, 0.1])
    cosine = np.array([0.05, -0.3, 0.2])
    found = Projection(cosine, -band, band, cosine * 20, np.array([1.0, 0.005, 0.02]))
    assert view_words(found, ["P1", "P2", "P3"]) == (
        "The direction speaks of P2 (lower the nearer; cosine -0.30, chance -0.10 to +0.10); "
        "P3 (higher the nearer; cosine +0.20, chance -0.10 to +0.10)."
    )
    none = replace(found, p=np.ones(3))
    assert view_words(none, ["P1", "P2", "P3"]) == (
        "The direction speaks of no point of view more than chance does."
    )


def test_numbers_are_written_as_r_squared_is():
    assert [decimal(value) for value in (0.5, -0.25, 0.0, -1e-9, 1.5)] == [
        ".500", "−.250", ".000", ".000", "1.500",
    ]  # fmt: skip
