"""How well ways of retrieval, and of splitting, find what is labelled; with intervals.

    python -m tests.bench.bench_ways --part choose
    python -m tests.bench.bench_ways --part choose --whole 1300

The labelled set and each labelled collection is indexed whole. A question's relevant document is
the one that its answer stands in; each is asked as it is written, in small and in capital letters.
tests/data/README.md says which figure comes from which part.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from tests.bench.intervals import mean_interval
from tests.bench.labelled_collections import (
    FOLDER,
    NAMES,
    LabelledCollection,
    Part,
    index_documents,
    labelled_collection,
)
from tests.bench.labelled_set import Grades, indexed, labelled_set, ndcg
from worker.contract import RankRequest, Retrieval
from worker.pipeline.job_context import JobContext
from worker.pipeline.retrieving import Retriever
from worker.retrieval.base import Collection
from worker.runtime import Runtime
from worker.scoring.corpus_statistics import corpus_statistics
from worker.scoring.score_modes import score_chunks
from worker.scoring.similarity import cosine_matrix
from worker.settings import load_settings

_TOP_CHUNKS, _TOP_DOCUMENTS = 30, 10
_LIKED = 2  # themes that are liked at once
_FORMS: Mapping[str, Callable[[str], str]] = {
    "as written": str,
    "small": str.lower,
    "capital": str.upper,
}


@dataclass(frozen=True)
class Labelled:
    """A collection in an index: questions, points of view, and grades of sources for both."""

    name: str
    collection: Collection
    questions: Mapping[str, str]
    question_grades: Grades
    povs: Mapping[str, str]
    pov_grades: Grades


def found(
    context: JobContext, labelled: Labelled, embedder: str, way: Retrieval, form: str
) -> list[float]:
    """Return nDCG@10 of documents for each question, in the order of their best passages."""
    request = RankRequest(
        run_id="ways",
        collection=labelled.name,
        embedder=embedder,
        questions=(),
        povs=(),
        top_k=_TOP_CHUNKS,
        retrieval=way,
    )
    texts = [_FORMS[form](text) for text in labelled.questions.values()]
    vectors = context.runtime.query_vectors(context.runtime.embedder(embedder), texts)
    hits = Retriever(request, labelled.collection, context).hits(texts, vectors)
    return [
        _quality(labelled.question_grades, qid, [hit.chunk.source for hit in row])
        for qid, row in zip(labelled.questions, hits, strict=True)
    ]


def touched(context: JobContext, labelled: Labelled, embedder: str) -> list[float]:
    """Return nDCG@10 of documents for each pair of points of view, by their best passages."""
    chunks = labelled.collection.sample(labelled.collection.count())
    povs = context.runtime.query_vectors(
        context.runtime.embedder(embedder), list(labelled.povs.values())
    )
    cosine = cosine_matrix([chunk.vector for chunk in chunks], povs)
    sources = np.array([chunk.chunk.source for chunk in chunks])
    return list(_of_pairs(labelled, cosine, sources))


def _of_pairs(
    labelled: Labelled, cosine: NDArray[np.float64], sources: NDArray[np.str_]
) -> Iterator[float]:
    for pair in combinations(range(len(labelled.povs)), _LIKED):
        own = cosine[:, pair]
        scores = score_chunks(own, np.ones(_LIKED), corpus_statistics(own), "contrast").sexy
        names = {list(labelled.povs)[place] for place in pair}
        best: Grades = {}
        for (source, pov), grade in labelled.pov_grades.items():
            if pov in names:
                best[source, "pair"] = max(grade, best.get((source, "pair"), 0))
        order = np.argsort(-scores, kind="stable")
        yield _quality(best, "pair", sources[order].tolist())


def _quality(grades: Grades, of: str, sources: Sequence[str]) -> float:
    own = {source: grade for (source, other), grade in grades.items() if other == of}
    ranked = [own.get(source, 0) for source in dict.fromkeys(sources)]
    return ndcg(ranked, own.values(), _TOP_DOCUMENTS)


def _sets(context: JobContext, embedder: str, part: Part, whole: int) -> Iterator[Labelled]:
    if part == "choose":  # the figures of the labelled set have been looked at before
        collection = indexed(context, embedder, whole_documents=whole)
        own = labelled_set()
        yield Labelled(
            "labelled", collection, own.questions, own.question_grades, own.povs, own.pov_grades
        )
    for name in NAMES:
        if (FOLDER / name).is_dir():
            given = labelled_collection(name, part)
            collection = index_documents(given, context, embedder, whole_documents=whole)
            yield _labelled(given, collection)


def _labelled(given: LabelledCollection, collection: Collection) -> Labelled:
    questions = {f"Q{n}": each for n, each in enumerate(given.questions) if each.answerable}
    return Labelled(
        name=given.name,
        collection=collection,
        questions={qid: each.text for qid, each in questions.items()},
        question_grades={
            (f"{document}.txt", qid): 1
            for qid, each in questions.items()
            for document in each.documents
        },
        povs={theme.name: theme.taste for theme in given.themes},
        pov_grades={(f"{doc}.txt", theme): grade for (doc, theme), grade in given.grades.items()},
    )


def _context(home: str) -> JobContext:
    settings = replace(load_settings(), home=Path(home), store=str(Path(home, "store")))
    return JobContext(Runtime(settings), emit=lambda _event: None, cancelled=lambda: False)


def _measured(embedder: str, part: Part, whole: int) -> dict[tuple[str, str], list[float]]:
    """Return values by set and by what is measured."""
    values: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as home:
        context = _context(home)
        for labelled in _sets(context, embedder, part, whole):
            for form in _FORMS:
                for way in get_args(Retrieval):
                    key = (labelled.name, f"{form}, {way}")
                    values[key] = found(context, labelled, embedder, way, form)
            values[labelled.name, "two POVs"] = touched(context, labelled, embedder)
    return values


def _ways_table(values: Mapping[tuple[str, str], list[float]]) -> Table:
    table = Table("set", "questions", "number", "dense", "hybrid", "hybrid − dense", title="Ways")
    names = list(dict.fromkeys(name for name, _ in values))
    for chosen in [*([name] for name in names), names]:
        for form in _FORMS:
            dense, hybrid = (
                [value for name in chosen for value in values[name, f"{form}, {way}"]]
                for way in ("dense", "hybrid")
            )
            title = chosen[0] if len(chosen) == 1 else "all"
            table.add_row(title, form, str(len(dense)), *_compared(dense, hybrid))
    return table


def _whole_table(
    values: Mapping[tuple[str, str], list[float]], whole: Mapping[tuple[str, str], list[float]]
) -> Table:
    table = Table("set", "what", "split", "whole", "whole − split", title="Whole documents")
    for (name, what), split in values.items():
        if what.startswith(("small", "capital")):
            continue
        table.add_row(name, what, *_compared(split, whole[name, what]))
    return table


def _compared(first: Sequence[float], second: Sequence[float]) -> tuple[str, str, str]:
    difference = [two - one for one, two in zip(first, second, strict=True)]
    return f"{np.mean(first):.3f}", f"{np.mean(second):.3f}", str(mean_interval(difference))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=get_args(Part), default="choose")
    parser.add_argument("--embedder", default="onnx:minilm")
    parser.add_argument("--whole", type=int, default=0, help="characters of whole documents")
    options = parser.parse_args()
    console = Console(width=130)
    values = _measured(options.embedder, options.part, 0)
    console.print(_ways_table(values))
    if options.whole:
        whole = _measured(options.embedder, options.part, options.whole)
        console.print(_whole_table(values, whole))


if __name__ == "__main__":
    main()
