"""What a fit has found, as it travels: rows, sentences and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from worker.contract import (
    FeatureWeight,
    ItemPrediction,
    RegressionVerdict,
    RegressRequest,
    ViewProjection,
)
from worker.regression.honest import HonestFit
from worker.regression.original import ALPHA, OriginalFit
from worker.regression.pictures import (
    GRID_COLUMNS,
    GRID_ROWS,
    JITTER,
    MOST_POINTS,
    Panel,
    draw_projection,
    draw_scatter_grid,
    drawn_by_lot,
    jittered,
)
from worker.regression.projection import Projection
from worker.regression.ratings import Features, Floats, Ratings
from worker.regression.verdict import ends_words, honest_verdict, original_verdict, view_words

#: As many as the original listed.
_TOP = 20
_ENDS = 5  # items at either end
_LONGEST = 300  # characters of an item's label
_WORD = 60  # characters of an item in a sentence
_SEED = 42


@dataclass(frozen=True)
class RegressionReport:
    """Rows, and pictures as PNG; a picture that is not drawn is empty."""

    verdict: RegressionVerdict
    features: tuple[FeatureWeight, ...]
    scatter: bytes
    views: tuple[ViewProjection, ...] = ()
    items: tuple[ItemPrediction, ...] = ()
    projection: bytes = b""


def original_report(
    fit: OriginalFit, ratings: Ratings, users: Features, items: Features, target: str
) -> RegressionReport:
    """Return the original's list and its grid of plots."""
    features = tuple(
        FeatureWeight(
            rank=rank,
            feature=fit.names[place],
            coefficient=float(fit.coefficients[place]),
            correlation=float(fit.correlations[place]),
        )
        for rank, place in enumerate(_largest(fit.coefficients, _TOP), start=1)
    )
    verdict = RegressionVerdict(
        mode="original",
        words=tuple(original_verdict(fit)),
        ratings=len(ratings),
        users=ratings.users,
        items=ratings.items,
        penalty=ALPHA,
        train_r_squared=fit.train_r_squared,
        test_r_squared=fit.test_r_squared,
    )
    return RegressionReport(
        verdict, features, _original_scatter(fit, ratings, len(users.names), items, target)
    )


def honest_report(
    fit: HonestFit,
    projection: Projection | None,
    request: RegressRequest,
    ratings: Ratings,
    items: Features,
    labels: Sequence[str],
) -> RegressionReport:
    """Return what an honest fit has found.

    :param projection: on the points of view of the request; none if it has none.
    :param labels: what each item is called.
    """
    low, high = np.percentile(fit.chance, [2.5, 97.5])
    ends = _ends(fit.predicted, labels)
    verdict = RegressionVerdict(
        mode="honest",
        words=tuple(_honest_words(fit, projection, request, ends)),
        ratings=len(ratings),
        users=ratings.users,
        items=ratings.items,
        penalty=fit.penalty,
        train_r_squared=fit.train_r_squared,
        test_r_squared=fit.test_r_squared,
        ceiling=fit.ceiling,
        p=fit.p,
        chance_low=float(low),
        chance_high=float(high),
    )
    return RegressionReport(
        verdict=verdict,
        features=_honest_features(fit, items.names),
        scatter=_honest_scatter(fit, ratings, items, request.target),
        views=_views(projection, request) if projection else (),
        items=ends,
        projection=_projection_picture(projection, request) if projection else b"",
    )


def _largest(values: Floats, count: int) -> list[int]:
    return [int(place) for place in np.argsort(-np.abs(values), kind="stable")[:count]]


def _honest_words(
    fit: HonestFit,
    projection: Projection | None,
    request: RegressRequest,
    ends: Sequence[ItemPrediction],
) -> list[str]:
    words = list(honest_verdict(fit, request.target, request.resamples))
    if projection:
        names = [f"{pov.pov_id} '{pov.text}'" for pov in request.povs]
        words.append(view_words(projection, names))
    named = {
        end: [_shortened(row.item, _WORD) for row in ends if row.end == end]
        for end in ("highest", "lowest")
    }
    words.append(ends_words(named["highest"], named["lowest"]))
    return words


def _honest_features(fit: HonestFit, names: Sequence[str]) -> tuple[FeatureWeight, ...]:
    return tuple(
        FeatureWeight(
            rank=rank,
            feature=names[place],
            coefficient=float(fit.coefficients[place]),
            correlation=float(fit.correlations[place]),
            low=float(fit.low[place]),
            high=float(fit.high[place]),
        )
        for rank, place in enumerate(_largest(fit.coefficients, _TOP), start=1)
    )


def _views(projection: Projection, request: RegressRequest) -> tuple[ViewProjection, ...]:
    return tuple(
        ViewProjection(
            rank=rank,
            pov_id=request.povs[place].pov_id,
            text=request.povs[place].text,
            cosine=float(projection.cosine[place]),
            chance_low=float(projection.low[place]),
            chance_high=float(projection.high[place]),
            p=float(projection.p[place]),
        )
        for rank, place in enumerate(projection.order, start=1)
    )


def _ends(predicted: Floats, labels: Sequence[str]) -> tuple[ItemPrediction, ...]:
    count = min(_ENDS, len(labels) // 2)
    order = np.argsort(-predicted, kind="stable")
    ends = (("highest", order[:count]), ("lowest", order[::-1][:count]))
    return tuple(
        ItemPrediction(
            end=end,  # type: ignore[arg-type] # one of the two
            rank=rank,
            item=_shortened(labels[place], _LONGEST),
            predicted=float(predicted[place]),
        )
        for end, places in ends
        for rank, place in enumerate(places, start=1)
    )


def _original_scatter(
    fit: OriginalFit, ratings: Ratings, first: int, items: Features, target: str
) -> bytes:
    """Return the original's six plots: a point a rating, moved so that none hides another."""
    chance = np.random.default_rng(_SEED)
    shown = ratings.rows(drawn_by_lot(len(ratings), chance))
    up = jittered(shown.value, chance)
    of_items = fit.coefficients[first:]
    panels = [
        Panel(
            _panel_title(items.names[place], fit.correlations[first + place]),
            items.values[shown.item, place],
            up,
        )
        for place in _leading(of_items, items)
    ]
    some = f"{MOST_POINTS:,} drawn by lot" if len(ratings) > MOST_POINTS else "all"
    return draw_scatter_grid(
        panels,
        title="The leading dimensions, each by its correlation with the rating",
        across=f"value of the dimension in vectors of length 1; a point is a rating ({some})",
        up=f"{target}, moved by up to ±{JITTER}",
    )


def _honest_scatter(fit: HonestFit, ratings: Ratings, items: Features, target: str) -> bytes:
    """Return six plots of items: how much better each is rated than its users usually rate."""
    chance = np.random.default_rng(_SEED)
    shown = drawn_by_lot(ratings.items, chance)
    better = _beyond_users(ratings)[shown]
    panels = [
        Panel(
            _panel_title(items.names[place], fit.correlations[place]),
            items.values[shown, place],
            better,
        )
        for place in _leading(fit.coefficients, items)
    ]
    return draw_scatter_grid(
        panels,
        title="The leading dimensions, each by its correlation with the rating",
        across="value of the dimension in vectors of length 1; a point is an item",
        up=f"mean {target} beyond its users' own means",
    )


def _leading(coefficients: Floats, items: Features) -> list[int]:
    """Return the dimensions with the largest coefficients, as many as the grid shows."""
    dimensions = np.array(items.dimensions)
    places = _largest(coefficients[dimensions], GRID_ROWS * GRID_COLUMNS)
    return [int(dimensions[place]) for place in places]


def _panel_title(feature: str, correlation: float) -> str:
    """Return the title of a plot as the original wrote it: `overview_192 by 0.0971`."""
    return f"{feature.replace('_embedding_', '_')} by {correlation:.4f}"


def _beyond_users(ratings: Ratings) -> Floats:
    """Return (items,) the mean of each item's ratings less the mean of who gave them."""
    means = np.bincount(ratings.user, ratings.value) / ratings.per_user()
    left = ratings.value - means[ratings.user]
    beyond: Floats = np.bincount(ratings.item, left) / ratings.per_item()
    return beyond


def _projection_picture(projection: Projection, request: RegressRequest) -> bytes:
    return draw_projection(
        [f"{pov.pov_id}  {pov.text}" for pov in request.povs],
        projection,
        title="Which taste the ratings speak of",
        across=f"cosine of the coefficients and the point of view: left, {request.target} is lower "
        "the nearer; right, higher",
    )


def _shortened(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
