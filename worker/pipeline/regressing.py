"""The regress job: three tables become a fit of ratings on texts, and what it says in words.

It runs where the tables lie and has a worker embed the texts, whose vectors are kept by content: a
run that was stopped after that goes on with the fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from worker import __version__
from worker.contract import (
    PROJECTION_BLOB,
    SCATTER_BLOB,
    Problem,
    RegressRequest,
    RegressResult,
    Row,
    RunStamp,
    TablePlace,
)
from worker.documents.tables.text_frame import TextFrame, read_frame
from worker.errors import InputError
from worker.language import MULTILINGUAL, any_japanese, reads_english_only
from worker.pipeline.job_context import Ask, JobContext, now, short_hash
from worker.pipeline.regression_report import RegressionReport, honest_report, original_report
from worker.pipeline.text_vectors import TextVectors
from worker.regression.features import table_features
from worker.regression.honest import FEWEST_ITEMS, fit_honestly
from worker.regression.original import fit_as_original
from worker.regression.projection import Projection, project
from worker.regression.ratings import Features, side_by_side, text_features
from worker.regression.tables import Columns, Joined, LeftOut, column_of, find_column, join

if TYPE_CHECKING:
    import pandas as pd

_SEED = 42


def regress(request: RegressRequest, context: JobContext, ask: Ask) -> RegressResult:
    """Fit ratings on the texts of items.

    Rows that cannot be used are named and counted, and the others go on.

    :param ask: has a worker embed texts.
    :raises DocumentError: if a table cannot be read.
    :raises InputError: if a column that is needed is missing, or nothing can be told.
    """
    started = perf_counter()
    tables = [_read(place, context) for place in (request.ratings, request.users, request.items)]
    ratings, users, items = (table.frame for table in tables)
    vectors = TextVectors(request.embedder, request.run_id, ask)
    stamp = context.begin(_stamp(request, tables, vectors.model()))
    joined = join(ratings, users, items, _columns(request))
    problems = [context.problem(_lost(loss)) for loss in joined.left_out]
    remarks = [*_read_remarks(request, tables), *_join_remarks(joined)]
    run = _Run(request, context, joined, vectors, remarks)
    report = run.original() if request.mode == "original" else run.honest()
    _tell(report, context)
    remarks += run.text_remarks()
    return _result(stamp, report, problems, remarks, perf_counter() - started)


@dataclass(frozen=True)
class _Run:
    """One regression under way: the joined tables, and what there is to say of them."""

    request: RegressRequest
    context: JobContext
    joined: Joined
    vectors: TextVectors
    remarks: list[str]

    def original(self) -> RegressionReport:
        """Fit as the original did: users and items side by side, and rows split by lot."""
        users = self._table_features(self.joined.users)
        items = self._item_features()
        self._name_absent(self.joined.users, self.joined.items)
        self.context.progress("Fitting", 0, 1)
        fit = fit_as_original(self.joined.ratings, users, items)
        return original_report(fit, self.joined.ratings, users, items, self.request.target)

    def honest(self) -> RegressionReport:
        """Fit beyond the levels of users, on items that are split, and ask what chance gives."""
        ratings = self.joined.ratings
        if ratings.items < FEWEST_ITEMS:
            raise _too_few(ratings.items)
        items = self._item_features()
        self._name_absent(self.joined.users, self.joined.items)
        self._name_absorbed()
        resamples = self.request.resamples
        fit = fit_honestly(
            ratings, items, resamples=resamples, seed=_SEED, step=self.context.progress
        )
        projection = self._projection(fit.raw, fit.by_chance, items)
        return honest_report(fit, projection, self.request, ratings, items, self._labels())

    def text_remarks(self) -> Iterator[str]:
        """Say which texts the model could not read as they are."""
        if self.vectors.cut:
            yield (
                f"Texts that are longer than {self.request.embedder} reads: {self.vectors.cut:,}; "
                "their ends have no influence."
            )
        texts = [text for column in self._text_columns() for text in self.joined.items[column]]
        if reads_english_only(self.request.embedder) and any_japanese(texts):
            yield MULTILINGUAL

    def _item_features(self) -> Features:
        items = self.joined.items
        texts = [
            text_features(column, self.vectors.of_texts(list(items[column]), self.context))
            for column in self._text_columns()
        ]
        return side_by_side(len(items), [self._table_features(items), *texts])

    def _table_features(self, table: pd.DataFrame) -> Features:
        return table_features(table, self.request.numbers, self.request.categories, self.remarks)

    def _projection(
        self, coefficients: np.ndarray, by_chance: np.ndarray, items: Features
    ) -> Projection | None:
        views = [pov.text for pov in self.request.povs]
        if not views:
            return None
        made = self.vectors.of_views(views).astype(np.float64)
        return project(coefficients, by_chance, made, items)

    def _text_columns(self) -> list[str]:
        return [column_of(self.joined.items, text, "items") for text in self.request.texts]

    def _labels(self) -> list[str]:
        return list(self.joined.items[self._text_columns()[0]])

    def _name_absent(self, *tables: pd.DataFrame) -> None:
        for name in (*self.request.numbers, *self.request.categories):
            if not any(find_column(table, name) for table in tables):
                self.remarks.append(f"Neither users nor items have a column '{name}': left out.")

    def _name_absorbed(self) -> None:
        names = (*self.request.numbers, *self.request.categories)
        own = [column for name in names if (column := find_column(self.joined.users, name))]
        if own:
            self.remarks.append(
                f"What is the same in all ratings of a user ({', '.join(own)}) is part of the "
                "user's own level and gets no coefficient. The mode 'original' lists it."
            )


def _read(place: TablePlace, context: JobContext) -> TextFrame:
    context.check_cancelled()
    return read_frame(Path(place.file), place.sheet)


def _columns(request: RegressRequest) -> Columns:
    return Columns(request.target, request.user_column, request.item_column, request.texts)


def _stamp(request: RegressRequest, tables: Sequence[TextFrame], model: str) -> RunStamp:
    from pandas.util import hash_pandas_object

    content = [int(hash_pandas_object(table.frame).sum()) for table in tables]
    headers = [list(table.frame.columns) for table in tables]
    settings = request.model_dump(mode="json", exclude={"job", "protocol", "run_id", "povs"})
    return RunStamp(
        run_id=request.run_id,
        time=now(),
        code_version=__version__,
        collection="",
        index_version="",
        embedder=model,
        povs_hash=short_hash([pov.text for pov in request.povs]),
        tables_hash=short_hash([content, headers]),
        settings_hash=short_hash(settings),
    )


def _lost(loss: LeftOut) -> InputError:
    return InputError(
        f"{loss}.", "They cannot be used as they stand.", "Correct them; all others were used."
    )


def _read_remarks(request: RegressRequest, tables: Sequence[TextFrame]) -> Iterator[str]:
    for place, table in zip((request.ratings, request.users, request.items), tables, strict=True):
        name = Path(place.file).name
        for lost in table.lost:
            yield f"{name}: {lost}"
        if doubtful := [said for said in table.read_as if "guessed" in said]:
            yield f"{name} was read as {', '.join(doubtful)}."


def _join_remarks(joined: Joined) -> Iterator[str]:
    if joined.repeats:
        yield (
            f"Ratings of a user and an item that were rated above already: {joined.repeats:,}; "
            "each counts."
        )


def _tell(report: RegressionReport, context: JobContext) -> None:
    """Hand over what an earlier try has not handed over."""
    told = context.stored(Row)
    for name, picture in ((SCATTER_BLOB, report.scatter), (PROJECTION_BLOB, report.projection)):
        if picture:
            context.put_blob(name, picture)
    for row in (report.verdict, *report.features, *report.views, *report.items):
        if row not in told:
            context.row(row)


def _result(
    stamp: RunStamp,
    report: RegressionReport,
    problems: Sequence[Problem],
    remarks: Sequence[str],
    seconds: float,
) -> RegressResult:
    return RegressResult(
        run=stamp,
        verdict=report.verdict,
        features=report.features,
        views=report.views,
        items=report.items,
        problems=tuple(problems),
        remarks=tuple(dict.fromkeys(remarks)),
        seconds=seconds,
    )


def _too_few(items: int) -> InputError:
    return InputError(
        f"There are ratings of {items} items with text.",
        f"The mode 'honest' learns from some items and tests on others, and needs {FEWEST_ITEMS}.",
        "Give ratings of more items.",
    )
