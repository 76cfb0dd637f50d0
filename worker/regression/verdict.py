"""The verdict on a fit, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from worker.regression.honest import HonestFit
from worker.regression.original import ALPHA, OriginalFit
from worker.regression.projection import VIEW_LEVEL, Projection

_NAMED_VIEWS = 3
#: A ceiling below this says that there is next to nothing to explain.
_LOW_CEILING = 0.01


def honest_verdict(fit: HonestFit, target: str, resamples: int) -> Iterator[str]:
    """Say how much of the ratings of unseen items the texts explain, and what chance would give."""
    low, high = np.percentile(fit.chance, [2.5, 97.5])
    told = (
        f"test R² {decimal(fit.test_r_squared)}; chance gives {decimal(low)} to {decimal(high)} "
        f"in 95 of 100 cases; p = {fit.p:.3f} by {resamples} shuffles"
    )
    if fit.is_beyond_chance:
        yield (
            f"The texts explain {fit.test_r_squared:.1%} of what the users' own levels leave of "
            f"the {target} of unseen items, and that is beyond chance ({told})."
        )
    else:
        yield (
            f"What the texts explain of the {target} of unseen items is not distinguishable from "
            f"chance ({told}). Read nothing into single features or points of view."
        )
    yield _ceiling(fit)


def original_verdict(fit: OriginalFit) -> Iterator[str]:
    """Say what the original printed, and what its split by rating is worth."""
    yield (
        f"As in the original: Ridge(alpha={ALPHA:g}) on a random fifth of the ratings as the test. "
        f"R² on the training part {decimal(fit.train_r_squared)}, on the test part "
        f"{decimal(fit.test_r_squared)}."
    )
    yield (
        "This split leaks: the same items stand in both parts, and a vector is its item's identity "
        "card, so that even vectors of pure noise get an R² above 0. The mode 'honest' splits by "
        "item and says what chance gives."
    )


def view_words(projection: Projection, names: Sequence[str]) -> str:
    """Say which points of view the direction of the coefficients speaks of."""
    strong = [place for place in projection.order if projection.p[place] <= VIEW_LEVEL]
    if not strong:
        return "The direction speaks of no point of view more than chance does."
    told = "; ".join(
        f"{names[place]} ({'higher' if projection.strength[place] > 0 else 'lower'} the nearer; "
        f"cosine {projection.cosine[place]:+.2f}, chance {projection.low[place]:+.2f} to "
        f"{projection.high[place]:+.2f})"
        for place in strong[:_NAMED_VIEWS]
    )
    return f"The direction speaks of {told}."


def ends_words(nearest: Sequence[str], farthest: Sequence[str]) -> str:
    """Say in items what lies along the direction."""
    return (
        f"At one end of the direction are the items predicted highest: {', '.join(nearest)}. "
        f"At the other end the lowest: {', '.join(farthest)}."
    )


def decimal(value: float) -> str:
    """Return a number with three decimals, as R² is written, a real minus before it."""
    text = f"{abs(value):.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{abs(value):.3f}"
    return f"−{text}" if value < 0 and float(f"{value:.3f}") else text


def _ceiling(fit: HonestFit) -> str:
    if fit.ceiling is None:
        return (
            "No unseen item has two ratings, so nobody can tell what the best model of any text "
            "could reach."
        )
    if fit.ceiling < _LOW_CEILING:
        return (
            f"The items themselves differ too little: their own means would give about R² "
            f"{decimal(fit.ceiling)}, and no model of texts can reach more."
        )
    reached = max(0.0, fit.test_r_squared) / fit.ceiling
    return (
        f"The items' own means would give about R² {decimal(fit.ceiling)}: no model of texts "
        f"could reach more. The texts explain {min(reached, 1.0):.0%} of that variance between "
        "items."
    )
