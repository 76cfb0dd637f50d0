"""What a taste does for documents that it has not learnt from, over random splits by document.

Run as `python -m tests.bench.bench_taste`; with `--part choose` (or `final`), on the three
collections. Each split is learnt from by the job itself: half of the documents that each point of
view is about are its labels, and all others are ranked. tests/data/README.md says what came out.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from tests.bench.labelled_collections import NAMES, Part, index_documents, labelled_collection
from tests.bench.labelled_set import Grades, indexed, labelled_set, ndcg
from worker.contract import Label, PointOfView, TasteRequest, TasteResult
from worker.jobs import run_job
from worker.pipeline.job_context import JobContext
from worker.retrieval.base import EmbeddedChunk, Embedder, Vectors
from worker.runtime import Runtime
from worker.scoring.corpus_statistics import corpus_statistics
from worker.scoring.score_modes import contrast_values, score_chunks
from worker.scoring.similarity import cosine_matrix
from worker.settings import load_settings

SPLITS = range(1, 21)
_TOP = 10

Cosines = NDArray[np.float64]


@dataclass(frozen=True)
class LabelledTexts:
    """An indexed collection: its passages, points of view with graded documents, questions."""

    name: str
    collection: str
    chunks: Sequence[EmbeddedChunk]
    povs: dict[str, str]
    pov_grades: Grades
    questions: dict[str, str]
    question_grades: Grades

    @property
    def sources(self) -> NDArray[np.str_]:
        return np.array([each.chunk.source.removesuffix(".txt") for each in self.chunks])

    @property
    def vectors(self) -> Vectors:
        return np.stack([each.vector for each in self.chunks])

    def grades(self, names: Sequence[str], of: Grades, documents: Sequence[str]) -> Cosines:
        """Return (d, q) grades of documents for points of view or questions."""
        return np.array([[of.get((doc, name), 0) for name in names] for doc in documents])


@dataclass(frozen=True)
class Split:
    """nDCG@10 before and after on one split, by each way of scoring; seconds; what was embedded."""

    collection: str
    marked: str
    number: int
    labels: int
    seconds: float
    embedded: int
    before: dict[str, float]
    after: dict[str, float]

    def gain(self, score: str) -> float:
        return self.after[score] - self.before[score]


class CountingPassages:
    """The embedder of an index, counting the passages that it is asked for."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.embedded = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._embedder, name)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return self._embedder.embed_documents(texts)


def measured(
    texts: LabelledTexts, marked: str, context: JobContext, embedder: str
) -> Iterator[Split]:
    """Learn from each split with the job itself, and measure what it has not seen."""
    counting = CountingPassages(context.runtime.embedder(embedder))
    context.runtime._warm["embedder", embedder] = ("", counting)
    sentences = [*texts.povs.values()]
    base = counting.embed_queries(sentences)  # type: ignore[operator]  # by __getattr__
    questions = counting.embed_queries([*texts.questions.values()])  # type: ignore[operator]
    for number in SPLITS:
        learnt_from = _half(texts, number)
        labels = _labels(texts, learnt_from, base, marked)
        result = run_job(_request(texts, labels, embedder), context)
        assert isinstance(result, TasteResult)
        taste = context.runtime.embedder(result.model)
        mapped = taste.embed_queries([*texts.questions.values()])
        yield Split(
            texts.name,
            marked,
            number,
            len(labels),
            result.seconds,
            counting.embedded,
            _figures(texts, learnt_from, base, questions),
            _figures(texts, learnt_from, taste.embed_queries(sentences), mapped),
        )


def _half(texts: LabelledTexts, number: int) -> set[str]:
    """Return half of the documents that each point of view is about, drawn by number."""
    generator = np.random.default_rng(number)
    drawn: set[str] = set()
    for pov in texts.povs:
        about = sorted(
            doc for (doc, name), grade in texts.pov_grades.items() if (name, grade) == (pov, 2)
        )
        drawn |= {about[place] for place in generator.permutation(len(about))[: len(about) // 2]}
    return drawn


def _labels(
    texts: LabelledTexts, documents: set[str], povs: Vectors, marked: str
) -> tuple[Label, ...]:
    """Mark all passages of documents, or of each the one that stands out most: not for what."""
    cosine = cosine_matrix(texts.vectors, povs)
    clear = contrast_values(cosine, np.ones(len(povs)), corpus_statistics(cosine)).max(axis=1)
    chosen: dict[str, list[int]] = {}
    for place in np.argsort(-clear, kind="stable").tolist():
        if texts.sources[place] in documents:
            chosen.setdefault(str(texts.sources[place]), []).append(place)
    places = [place for own in chosen.values() for place in (own if marked == "all" else own[:1])]
    return tuple(
        Label(qid="Q", chunk_id=each.chunk_id, source=each.source, liked=True)
        for each in (texts.chunks[place].chunk for place in places)
    )


def _request(texts: LabelledTexts, labels: tuple[Label, ...], embedder: str) -> TasteRequest:
    povs = (PointOfView(pov_id=name, text=text) for name, text in texts.povs.items())
    return TasteRequest(
        run_id="bench",
        name=texts.collection,
        collection=texts.collection,
        embedder=embedder,
        povs=tuple(povs),
        labels=labels,
    )


def _figures(
    texts: LabelledTexts, seen: set[str], povs: Vectors, questions: Vectors
) -> dict[str, float]:
    """Return mean nDCG@10 of unseen documents by each score, and of all for questions."""
    every = sorted(set(texts.sources.tolist()))
    unseen = [document for document in every if document not in seen]
    grades = texts.grades([*texts.povs], texts.pov_grades, unseen)
    cosine = cosine_matrix(texts.vectors, povs)
    weights = np.ones(len(povs))
    contrast = contrast_values(cosine, weights, corpus_statistics(cosine))
    asked = texts.grades([*texts.questions], texts.question_grades, every)
    return {
        "cosine": _quality(_best(texts, cosine, unseen), grades),
        "contrast": _quality(_best(texts, contrast, unseen), grades),
        "SEXY of two": _sexy_of_two(texts, cosine, unseen, grades),
        "questions, if they were moved": _quality(
            _best(texts, cosine_matrix(texts.vectors, questions), every), asked
        ),
    }


def _sexy_of_two(
    texts: LabelledTexts, cosine: Cosines, documents: Sequence[str], grades: Cosines
) -> float:
    """Return the mean over all pairs of points of view, each pair ranked by the sheet's score."""
    values = []
    for pair in combinations(range(cosine.shape[1]), 2):
        own = cosine[:, pair]
        sexy = score_chunks(own, np.ones(2), corpus_statistics(own), "contrast").sexy
        best = _best(texts, sexy[:, np.newaxis], documents)
        values.append(_quality(best, grades[:, pair].max(axis=1, keepdims=True)))
    return fmean(values)


def _best(texts: LabelledTexts, scores: Cosines, documents: Sequence[str]) -> Cosines:
    """Return (d, q) scores of the best passage of each document."""
    place = {document: number for number, document in enumerate(documents)}
    rows = np.array([place.get(source, -1) for source in texts.sources.tolist()])
    best = np.full((len(documents), scores.shape[1]), -np.inf)
    np.maximum.at(best, rows[rows >= 0], scores[rows >= 0])
    return best


def _quality(scores: Cosines, grades: Cosines) -> float:
    """Return the mean nDCG@10 over columns that have anything to find."""
    values = [
        ndcg(graded[np.argsort(-column, kind="stable")].tolist(), graded.tolist(), _TOP)
        for column, graded in zip(scores.T, grades.T, strict=True)
        if graded.any()
    ]
    return fmean(values)


def _labelled(context: JobContext, embedder: str) -> Iterator[LabelledTexts]:
    labelled = labelled_set()
    collection = indexed(context, embedder)

    def plain(grades: Grades) -> Grades:
        return {(doc.removesuffix(".txt"), name): grade for (doc, name), grade in grades.items()}

    yield LabelledTexts(
        "labelled",
        "labelled",
        collection.sample(collection.count()),
        labelled.povs,
        plain(labelled.pov_grades),
        labelled.questions,
        plain(labelled.question_grades),
    )


def _collections(context: JobContext, embedder: str, part: Part) -> Iterator[LabelledTexts]:
    for name in NAMES:
        labelled = labelled_collection(name, part)
        collection = index_documents(labelled, context, embedder)
        chunks = collection.sample(collection.count())
        asked = {f"{n}": each for n, each in enumerate(labelled.questions) if each.answerable}
        for form in ("taste", "opinion"):
            yield LabelledTexts(
                f"{name}, {form}",
                name,
                chunks,
                {theme.name: getattr(theme, form) for theme in labelled.themes},
                labelled.grades,
                {qid: question.text for qid, question in asked.items()},
                {(doc, qid): 1 for qid, question in asked.items() for doc in question.documents},
            )


def _table(splits: Sequence[Split]) -> Table:
    table = Table("collection", "marked", "labels", "splits", "score", title=f"nDCG@{_TOP}")
    for column in ("before", "after", "change", "worst", "seconds", "embedded"):
        table.add_column(column, justify="right")
    parts: dict[str, Callable[[int], bool]] = {
        "odd": lambda number: number % 2 == 1,
        "even": lambda number: number % 2 == 0,
        "all": lambda _number: True,
    }
    for name, marked in dict.fromkeys((each.collection, each.marked) for each in splits):
        for part, belongs in parts.items():
            own = [
                each
                for each in splits
                if (each.collection, each.marked) == (name, marked) and belongs(each.number)
            ]
            for score in own[0].before:
                table.add_row(
                    name,
                    marked,
                    f"{fmean(each.labels for each in own):.0f}",
                    part,
                    score,
                    f"{fmean(each.before[score] for each in own):.3f}",
                    f"{fmean(each.after[score] for each in own):.3f}",
                    f"{fmean(each.gain(score) for each in own):+.3f}",
                    f"{min(each.gain(score) for each in own):+.3f}",
                    f"{max(each.seconds for each in own):.2f}",
                    f"{own[-1].embedded}",
                )
        table.add_section()
    return table


def main() -> None:
    settings = load_settings()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--embedder", default=settings.embedder, help="model to measure")
    parser.add_argument("--part", choices=get_args(Part), help="this part of the collections")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        runtime = Runtime(replace(settings, home=Path(home), store=str(Path(home, "store"))))
        context = JobContext(runtime, emit=lambda _event: None, cancelled=lambda: False)
        part, model = options.part, options.embedder
        sets = _collections(context, model, part) if part else _labelled(context, model)
        splits = [
            split
            for texts in sets
            for marked in ("all", "one")
            for split in measured(texts, marked, context, model)
        ]
    Console(width=150).print(_table(splits))
    if options.json:
        options.json.write_text(json.dumps([asdict(split) for split in splits], indent=1))


if __name__ == "__main__":
    main()
