"""The contrast score against the one before it and against `max`, over all labelled sets.

A cell is a set, a model, a form of sentence (tastes or opinions), so many liked themes and so many
points of view off topic. Its figure is the mean nDCG@24 over sets of liked themes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from tests.bench.double_centring import double_centred_score
from tests.bench.intervals import Interval, bootstrap, mean_interval
from tests.bench.labelled_collections import (
    LabelledCollection,
    Part,
    Theme,
    index_documents,
    labelled_collection,
)
from tests.bench.labelled_set import ScoredChunks, indexed, ndcg, scored_chunks
from worker.pipeline.job_context import JobContext
from worker.scoring.corpus_statistics import corpus_statistics
from worker.scoring.score_modes import score_chunks
from worker.scoring.similarity import cosine_matrix

LIKED = (2, 6)
OFF_TOPIC = (0, 10)
OLD_SET = "labelled"
_TOP_CHUNKS = 24
_MOST_SUBSETS = 40
_SEED = 20261129
_DRAWS = 300

Cosines = NDArray[np.float64]


def _mode(mode: str) -> Callable[[Cosines], Cosines]:
    def score(cosine: Cosines) -> Cosines:
        weights = np.ones(cosine.shape[1])
        return score_chunks(cosine, weights, corpus_statistics(cosine), mode).sexy

    return score


FORMULAS: dict[str, Callable[[Cosines], Cosines]] = {
    "before": lambda cosine: double_centred_score(cosine, np.ones(cosine.shape[1])),
    "contrast": _mode("contrast"),
    "max": _mode("max"),
    "classic": _mode("classic"),
}


@dataclass(frozen=True)
class Cell:
    """Figures of all formulas in one cell, and what contrast gains over the one before."""

    collection: str
    model: str
    form: str
    liked: int
    off_topic: int
    subsets: int
    figures: dict[str, float]
    gain: Interval


def compare(context: JobContext, model: str, part: Part, names: Sequence[str]) -> Iterator[Cell]:
    """Yield the cells of all sets under one model, the old labelled set among them."""
    old = scored_chunks(context.runtime, indexed(context, model), model)
    yield from _cells(old, OLD_SET, model, "as written")
    for name in names:
        labelled = labelled_collection(name, part)
        for form, chunks in _forms(labelled, context, model):
            yield from _cells(chunks, name, model, form)


def _forms(
    labelled: LabelledCollection, context: JobContext, model: str
) -> Iterator[tuple[str, ScoredChunks]]:
    collection = index_documents(labelled, context, model)
    chunks = collection.sample(collection.count())
    vectors = [chunk.vector for chunk in chunks]
    documents = [chunk.chunk.source.removesuffix(".txt") for chunk in chunks]
    grades = [
        [labelled.grades.get((document, theme.name), 0) for theme in labelled.themes]
        for document in documents
    ]
    sentence: dict[str, Callable[[Theme], str]] = {
        "taste": lambda theme: theme.taste,
        "opinion": lambda theme: theme.opinion,
    }
    for form, of in sentence.items():
        texts = [of(theme) for theme in (*labelled.themes, *labelled.off_topic)]
        povs = context.runtime.query_vectors(context.runtime.embedder(model), texts)
        yield form, ScoredChunks(cosine_matrix(vectors, povs), np.array(grades))


def _cells(chunks: ScoredChunks, collection: str, model: str, form: str) -> Iterator[Cell]:
    for liked in LIKED:
        for off_topic in OFF_TOPIC:
            subsets = _subsets(chunks.grades.shape[1], liked)
            others = range(chunks.grades.shape[1], chunks.grades.shape[1] + off_topic)
            yield Cell(
                collection,
                model,
                form,
                liked,
                off_topic,
                len(subsets),
                *_figures(chunks, subsets, [*others]),
            )


def _subsets(themes: int, liked: int) -> list[tuple[int, ...]]:
    subsets = list(combinations(range(themes), liked))
    if len(subsets) <= _MOST_SUBSETS:
        return subsets
    drawn = np.random.default_rng(_SEED).choice(len(subsets), _MOST_SUBSETS, replace=False)
    return [subsets[place] for place in sorted(drawn)]


def _figures(
    chunks: ScoredChunks, subsets: Sequence[tuple[int, ...]], others: list[int]
) -> tuple[dict[str, float], Interval]:
    """Return the mean figure of each formula, and the gain with its interval over chunks."""
    grades = [chunks.grades[:, list(liked)].max(axis=1) for liked in subsets]
    places = {
        formula: [_places(score(chunks.cosine[:, [*liked, *others]])) for liked in subsets]
        for formula, score in FORMULAS.items()
    }

    def figure(formula: str, chosen: NDArray[np.intp]) -> float:
        values = [
            _quality(place[chosen], grade[chosen])
            for place, grade in zip(places[formula], grades, strict=True)
        ]
        return float(np.nanmean(values))

    everything = np.arange(len(chunks.cosine))
    gain = bootstrap(
        everything,
        lambda chosen: figure("contrast", chosen) - figure("before", chosen),
        draws=_DRAWS,
    )
    return {formula: figure(formula, everything) for formula in FORMULAS}, gain


def _places(scores: Cosines) -> NDArray[np.intp]:
    places = np.empty(len(scores), np.intp)
    places[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return places


def _quality(places: NDArray[np.intp], grades: NDArray[np.int64]) -> float:
    if not grades.any():
        return float("nan")
    ranked = grades[np.argsort(places, kind="stable")]
    return ndcg(ranked.tolist(), grades.tolist(), _TOP_CHUNKS)


def comparison_table(cells: Sequence[Cell]) -> Table:
    """Return all cells as a table, and their means at its end."""
    table = Table("set", "model", "form", title=f"nDCG@{_TOP_CHUNKS} of chunks")
    for name in ("liked", "off topic", *FORMULAS, "gain over before"):
        table.add_column(name, justify="right")
    for cell in cells:
        place = (cell.collection, cell.model.removeprefix("onnx:"), cell.form)
        figures = (f"{cell.figures[formula]:.3f}" for formula in FORMULAS)
        table.add_row(*place, str(cell.liked), str(cell.off_topic), *figures, str(cell.gain))
    table.add_section()
    for against in ("before", "max"):
        gains = [cell.figures["contrast"] - cell.figures[against] for cell in cells]
        text = f"mean gain over {against} {mean_interval(gains)}, worst {min(gains):.3f}"
        table.add_row(text, *[""] * 8)
    return table
