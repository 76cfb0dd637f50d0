"""The Regression sheet: what a fit of ratings on texts has found, in rows and pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from worker.contract import (
    PROJECTION_BLOB,
    SCATTER_BLOB,
    FeatureWeight,
    ItemPrediction,
    RegressionVerdict,
    ViewProjection,
)
from xl_addin.sheets.row_cells import Cells, columns_of, filled
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.port import Picture, TableContent


@dataclass(frozen=True)
class RegressionLine:
    """One row of the sheet; what a part has no word or number for stays empty."""

    part: str
    rank: int
    feature: str = ""
    coefficient: float | None = None
    low: float | None = None
    high: float | None = None
    correlation: float | None = None
    cosine: float | None = None
    p: float | None = None
    words: str = ""


CELLS: Cells[RegressionLine] = (
    (Column("Part", 14), lambda line: line.part),
    (Column("Rank", 7, "integer"), lambda line: line.rank),
    (Column("Feature", 34, "wrapped"), lambda line: line.feature),
    (Column("Coefficient", 12, "score"), lambda line: line.coefficient),
    (Column("Correlation", 12, "score"), lambda line: line.correlation),
    (Column("Cosine", 10, "similarity"), lambda line: line.cosine),
    (Column("Low", 10, "score"), lambda line: line.low),
    (Column("High", 10, "score"), lambda line: line.high),
    (Column("p", 9, "score"), lambda line: line.p),
    (Column("In words", 90, "wrapped", says=True), lambda line: line.words),
)

REGRESSION = Table(
    "tblRegression",
    "Regression",
    "What the texts say of ratings",
    "verdict: what was found, and what chance would give. feature: the largest coefficients, in "
    "ratings a standard deviation (original: a unit); Low to High holds 95 of 100 when items are "
    "drawn anew. point of view: the cosine of the coefficients with it; Low to High holds 95 of "
    "100 by chance, p says how often the strongest by chance is as strong. item: both ends of the "
    "direction, the Coefficient is what is predicted, in ratings beyond the users' own levels. A "
    "single dimension of a vector means nothing by itself.",
    columns_of(CELLS),
    key=("Part", "Rank"),
    frozen=3,
)


def regression_content(
    verdict: RegressionVerdict,
    features: Sequence[FeatureWeight],
    views: Sequence[ViewProjection],
    items: Sequence[ItemPrediction],
) -> TableContent:
    """Return what the Regression table is to hold, part by part."""
    lines = [*_verdict(verdict), *map(_feature, features), *map(_view, views), *map(_item, items)]
    return filled(REGRESSION, CELLS, lines)


def regression_pictures(
    verdict: RegressionVerdict, views: Sequence[ViewProjection], blobs: Mapping[str, bytes]
) -> list[Picture]:
    """Return the projection on points of view, and the grid of scatter plots, as far as drawn."""
    told = f"{verdict.ratings:,} ratings of {verdict.items:,} items by {verdict.users:,} users"
    pictures = []
    if PROJECTION_BLOB in blobs and views:
        pictures.append(_projection_picture(blobs[PROJECTION_BLOB], views, told))
    if SCATTER_BLOB in blobs:
        pictures.append(_scatter_picture(blobs[SCATTER_BLOB], told))
    return pictures


def _projection_picture(png: bytes, views: Sequence[ViewProjection], told: str) -> Picture:
    best = views[0]
    return Picture(
        name="bonsai regression projection",
        png=png,
        alt_text=(
            f"Cosines of the coefficients with {len(views)} points of view, each beside the band "
            f"that chance gives. The strongest is {best.pov_id}, with {best.cosine:+.2f} (by "
            f"chance {best.chance_low:+.2f} to {best.chance_high:+.2f})."
        ),
        caption=f"Which taste the ratings speak of: {told}",
    )


def _scatter_picture(png: bytes, told: str) -> Picture:
    return Picture(
        name="bonsai regression scatter",
        png=png,
        alt_text=(
            "Scatter plots of the six dimensions with the largest coefficients against ratings, "
            "each with its line of least squares and its correlation."
        ),
        caption=f"Leading dimensions against ratings: {told}",
    )


def _verdict(verdict: RegressionVerdict) -> Iterator[RegressionLine]:
    for rank, sentence in enumerate(verdict.words, start=1):
        yield RegressionLine("verdict", rank, words=sentence)


def _feature(row: FeatureWeight) -> RegressionLine:
    return RegressionLine(
        "feature",
        row.rank,
        row.feature,
        coefficient=row.coefficient,
        low=row.low,
        high=row.high,
        correlation=row.correlation,
    )


def _view(row: ViewProjection) -> RegressionLine:
    return RegressionLine(
        "point of view",
        row.rank,
        row.pov_id,
        cosine=row.cosine,
        low=row.chance_low,
        high=row.chance_high,
        p=row.p,
        words=row.text,
    )


def _item(row: ItemPrediction) -> RegressionLine:
    return RegressionLine(f"{row.end} item", row.rank, row.item, coefficient=row.predicted)
