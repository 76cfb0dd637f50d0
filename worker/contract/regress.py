"""The regress job on the wire, and the texts that it has a worker embed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Base64Bytes, Field

from worker.contract.base import JobKind, PartRequest, Result, Row, RunRequest, RunResult
from worker.contract.inputs import PointOfView
from worker.contract.pictures import check_png
from worker.contract.stamp import RunStamp
from worker.contract.wire import Count, ModelName, Rank, Wire, require, require_numbers

#: honest: items are split, users have their own levels. original: as the notebook did it.
RegressionMode = Literal["honest", "original"]

#: Pictures by name.
SCATTER_BLOB, PROJECTION_BLOB = "regression scatter", "regression projection"

_NUMBER_BYTES = 4


class TablePlace(Wire):
    """Where a table is: a file of delimited text, or a sheet of a workbook (empty: the first)."""

    file: str
    sheet: str = ""


class RegressRequest(RunRequest):
    """Say how much of ratings the texts of items explain, and which taste that speaks of."""

    job: Literal["regress"] = "regress"
    embedder: ModelName
    ratings: TablePlace
    users: TablePlace
    items: TablePlace
    povs: tuple[PointOfView, ...] = ()
    target: str = "rating"
    user_column: str = ""  # empty: the one that ratings and users share
    item_column: str = ""  # empty: the one that ratings and items share
    texts: tuple[str, ...] = Field(default=("title", "overview"), min_length=1)
    categories: tuple[str, ...] = ("gender", "occupation")
    numbers: tuple[str, ...] = ("age",)
    mode: RegressionMode = "honest"
    resamples: int = Field(default=199, ge=199, le=9999)

    def told(self) -> dict[str, str]:
        """Return what a list of jobs says of it, by label."""
        return {"Mode": self.mode, "Ratings": self.ratings.file, "Embedder": self.embedder}

    def check_row(self, row: Row) -> None:
        """See that a row is one of a regression, and whole.

        :raises ProtocolError: if not, saying what is wrong.
        """
        if not isinstance(row, RegressionVerdict | FeatureWeight | ViewProjection | ItemPrediction):
            return super().check_row(row)
        if isinstance(row, ViewProjection):
            known = {pov.pov_id for pov in self.povs}
            require(row.pov_id in known, f"the point of view '{row.pov_id[:80]}' was not asked for")
        require_numbers(row.model_dump())

    def check_blob(self, name: str, data: bytes) -> None:
        """See that a large result is one of the pictures, and whole.

        :raises ProtocolError: if not, saying what is wrong.
        """
        if name not in (SCATTER_BLOB, PROJECTION_BLOB):
            return super().check_blob(name, data)
        check_png(name, data)


class RegressionVerdict(Row):
    """What a regression came to: sentences, and the figures in them.

    R² is of ratings that the fit has not seen; `ceiling` is what the items' own means would reach,
    `p` how often chance does as well, `chance_low` and `chance_high` hold 95 of 100 R² by chance.
    The mode `original` has none of these four.
    """

    identity = ("mode",)

    kind: Literal["verdict"] = "verdict"
    mode: RegressionMode
    words: tuple[str, ...]
    ratings: Count
    users: Count
    items: Count
    penalty: float
    train_r_squared: float
    test_r_squared: float
    ceiling: float | None = None
    p: float | None = None
    chance_low: float | None = None
    chance_high: float | None = None


class FeatureWeight(Row):
    """One of the features with the largest coefficients.

    In the mode `honest` the coefficient is in ratings a standard deviation of the feature, and
    `low` to `high` holds 95 of 100 coefficients when items are drawn anew; in the mode `original`
    it is in ratings a unit, without an interval.
    """

    identity = ("rank",)

    kind: Literal["feature"] = "feature"
    rank: Rank
    feature: str
    coefficient: float
    correlation: float
    low: float | None = None
    high: float | None = None


class ViewProjection(Row):
    """The cosine of the coefficients and a point of view, beside what chance gives."""

    identity = ("pov_id",)

    kind: Literal["view"] = "view"
    rank: Rank
    pov_id: str
    text: str
    cosine: float
    chance_low: float
    chance_high: float
    p: float


class ItemPrediction(Row):
    """An item at one end of the direction; `predicted` is in ratings beyond the users' levels."""

    identity = ("end", "rank")

    kind: Literal["item"] = "item"
    end: Literal["highest", "lowest"]
    rank: Rank
    item: str
    predicted: float


class RegressResult(RunResult):
    """Outcome of a regress job."""

    verdict: RegressionVerdict | None
    features: tuple[FeatureWeight, ...]
    views: tuple[ViewProjection, ...] = ()
    items: tuple[ItemPrediction, ...] = ()

    @classmethod
    def so_far(cls, run: RunStamp, rows: Sequence[Row]) -> RegressResult:
        """Return what a run that ended before its time has given, out of its rows."""
        return cls(
            run=run,
            verdict=next((row for row in rows if isinstance(row, RegressionVerdict)), None),
            features=tuple(row for row in rows if isinstance(row, FeatureWeight)),
            views=tuple(row for row in rows if isinstance(row, ViewProjection)),
            items=tuple(row for row in rows if isinstance(row, ItemPrediction)),
        )


class EmbedRequest(PartRequest):
    """Embed texts, which stay known by their content; without any it says which model it is."""

    job: Literal["embed"] = "embed"
    embedder: ModelName
    texts: tuple[str, ...] = ()
    views: tuple[str, ...] = ()  # points of view, which some models embed in another way

    def check_result(self, result: Result) -> None:
        """See that there is a vector of each text.

        :raises ProtocolError: if not.
        """
        if isinstance(result, EmbedResult):
            size = result.dim * _NUMBER_BYTES
            asked = ((self.texts, result.vectors), (self.views, result.view_vectors))
            for texts, vectors in asked:
                require(len(vectors) == len(texts) * size, "its vectors have another size")


class EmbedResult(Result):
    """Vectors one after the other, as little-endian numbers of four bytes."""

    embedder: str  # name@revision
    dim: Count
    vectors: Base64Bytes = b""
    view_vectors: Base64Bytes = b""
    cut: Count = 0  # texts that are longer than the model reads


REGRESS = JobKind(
    "regress",
    RegressRequest,
    RegressResult,
    (RegressionVerdict, FeatureWeight, ViewProjection, ItemPrediction),
    reads_files=True,
)
EMBED = JobKind("embed", EmbedRequest, EmbedResult, is_part=True)
KINDS = (REGRESS, EMBED)
