"""How well each score, and each way of retrieval, orders the labelled set of tests/data/labelled.

Run as `python -m tests.bench.bench_scoring`; with `--part choose` (or `final`), the contrast score
is compared with the one before it and with `max`, over all labelled sets. tests/data/README.md says
what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from statistics import fmean, median
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from tests.bench.labelled_collections import FOLDER, NAMES, Part
from tests.bench.labelled_set import (
    ScoredChunks,
    indexed,
    labelled_set,
    ndcg,
    ndcg_by_chance,
    scored_chunks,
)
from tests.bench.score_comparison import Cell, compare, comparison_table
from worker.contract import RankRequest
from worker.pipeline.job_context import JobContext
from worker.pipeline.retrieving import Retriever
from worker.retrieval.base import Collection
from worker.runtime import Runtime
from worker.scoring.agreement import rank_correlation
from worker.scoring.corpus_statistics import corpus_statistics
from worker.scoring.score_modes import SCORE_FUNCTIONS, score_chunks
from worker.settings import load_settings

_THEMES = (2, 6, 12)  # of the twelve, how many a reader has points of view on
_TOP_CHUNKS = 24
_TOP_DOCUMENTS = 10
_CHUNKS_RETRIEVED = 30  # enough for ten documents
_CHANCE = "by chance"
_MODELS = ("onnx:minilm", "onnx:e5-small")


@dataclass(frozen=True)
class ScoreQuality:
    """nDCG@24 of one score over all sets of so many points of view on topic.

    `ratio` is that of the mean to the mean of the classic score.
    """

    themes: int
    off_topic: int
    relevant: float
    score: str
    mean: float
    median: float
    ratio: float


@dataclass(frozen=True)
class RetrievalQuality:
    """Mean nDCG@10 of one way of retrieval over questions of one kind."""

    retrieval: str
    questions: str
    count: int
    mean: float


def score_qualities(chunks: ScoredChunks, themes: int, off_topic: int) -> list[ScoreQuality]:
    """Measure every score on every set of `themes` points of view.

    A chunk's grade is the best one of its document over the set.
    """
    values: dict[str, list[float]] = {mode: [] for mode in (*SCORE_FUNCTIONS, _CHANCE)}
    shares = []
    for columns, grades in _pov_sets(chunks, themes, off_topic):
        shares.append(float((grades > 0).mean()))
        values[_CHANCE].append(ndcg_by_chance(grades.tolist(), _TOP_CHUNKS))
        for mode in SCORE_FUNCTIONS:
            order = np.argsort(-_score(chunks.cosine[:, columns], mode), kind="stable")
            values[mode].append(ndcg(grades[order].tolist(), grades.tolist(), _TOP_CHUNKS))
    classic = fmean(values["classic"])
    return [
        ScoreQuality(
            themes, off_topic, fmean(shares), mode, fmean(each), median(each), fmean(each) / classic
        )
        for mode, each in values.items()
    ]


def classic_against_mean(chunks: ScoredChunks, themes: int, off_topic: int) -> float:
    """Return the mean rank correlation of the classic score and the mean cosine."""
    return fmean(
        rank_correlation(*(_score(chunks.cosine[:, columns], mode) for mode in ("classic", "mean")))
        for columns, _ in _pov_sets(chunks, themes, off_topic)
    )


def retrieval_qualities(
    context: JobContext, collection: Collection, embedder: str
) -> list[RetrievalQuality]:
    """Measure dense, keyword and hybrid retrieval on each kind of question and on all."""
    labelled = labelled_set()
    found = {
        "dense": _retrieved(context, collection, embedder, "dense"),
        "BM25": _by_keywords(context.runtime, collection),
        "hybrid": _retrieved(context, collection, embedder, "hybrid"),
    }
    kinds = list(dict.fromkeys(labelled.question_kinds.values()))
    qualities = []
    for retrieval, rankings in found.items():
        values = dict(
            zip(labelled.questions, map(_quality, labelled.questions, rankings), strict=True)
        )
        for kind in [*kinds, "all"]:
            chosen = [
                values[qid] for qid, of in labelled.question_kinds.items() if kind in (of, "all")
            ]
            qualities.append(RetrievalQuality(retrieval, kind, len(chosen), fmean(chosen)))
    return qualities


def _pov_sets(
    chunks: ScoredChunks, themes: int, off_topic: int
) -> Iterator[tuple[list[int], NDArray[np.int64]]]:
    """Yield columns and (n,) grades of every set of points of view."""
    on_topic = chunks.grades.shape[1]
    others = range(on_topic, on_topic + off_topic)
    for chosen in combinations(range(on_topic), themes):
        yield [*chosen, *others], chunks.grades[:, chosen].max(axis=1)


def _score(cosine: NDArray[np.float64], mode: str) -> NDArray[np.float64]:
    statistics = corpus_statistics(cosine)
    return score_chunks(cosine, np.ones(cosine.shape[1]), statistics, mode).sexy


def _retrieved(
    context: JobContext, collection: Collection, embedder: str, retrieval: str
) -> list[list[str]]:
    """Return the documents found for each question, best first."""
    questions = list(labelled_set().questions.values())
    request = RankRequest(
        run_id="labelled",
        collection="labelled",
        embedder=embedder,
        questions=(),
        povs=(),
        top_k=_CHUNKS_RETRIEVED,
        retrieval=retrieval,
    )
    vectors = context.runtime.query_vectors(context.runtime.embedder(embedder), questions)
    found = Retriever(request, collection, context).hits(questions, vectors)
    return [_documents(hit.chunk.source for hit in hits) for hits in found]


def _by_keywords(runtime: Runtime, collection: Collection) -> list[list[str]]:
    keywords = runtime.keywords(collection)
    sources = {chunk.chunk_id: chunk.source for chunk in collection.chunks()}
    return [
        _documents(sources[chunk] for chunk in keywords.best(question, _CHUNKS_RETRIEVED))
        for question in labelled_set().questions.values()
    ]


def _documents(sources: Iterable[str]) -> list[str]:
    """Return documents in the order of their best chunks."""
    return list(dict.fromkeys(sources))


def _quality(qid: str, documents: Sequence[str]) -> float:
    grades = labelled_set().question_grades
    ranked = [grades.get((document, qid), 0) for document in documents]
    relevant = [grade for (_, question), grade in grades.items() if question == qid]
    return ndcg(ranked, relevant, _TOP_DOCUMENTS)


def _score_table(qualities: Sequence[ScoreQuality], correlations: Sequence[float]) -> Table:
    table = Table("points of view", "score", title=f"Scores: nDCG@{_TOP_CHUNKS} of chunks")
    for name in ("mean", "median", "to classic"):
        table.add_column(name, justify="right")
    settings = list(dict.fromkeys((row.themes, row.off_topic, row.relevant) for row in qualities))
    for (themes, off_topic, relevant), correlation in zip(settings, correlations, strict=True):
        rows = [row for row in qualities if (row.themes, row.off_topic) == (themes, off_topic)]
        notes = [
            f"{themes} of 12, and {off_topic} off topic",
            f"{relevant:.0%} of chunks relevant",
            f"classic to mean: Spearman {correlation:.3f}",
        ]
        notes += [""] * (len(rows) - len(notes))
        for row, note in zip(rows, notes, strict=True):
            figures = (f"{row.mean:.3f}", f"{row.median:.3f}", f"{row.ratio:.2f}")
            table.add_row(note, row.score, *figures)
        table.add_section()
    return table


def _retrieval_table(qualities: Sequence[RetrievalQuality]) -> Table:
    table = Table("questions", title=f"Retrieval: nDCG@{_TOP_DOCUMENTS} of documents")
    ways = list(dict.fromkeys(row.retrieval for row in qualities))
    for way in ways:
        table.add_column(way, justify="right")
    for kind, count in dict.fromkeys((row.questions, row.count) for row in qualities):
        figures = [f"{row.mean:.3f}" for row in qualities if row.questions == kind]
        table.add_row(f"{kind} ({count})", *figures)
    return table


def _compare_formulas(part: Part, target: Path | None) -> None:
    names = [name for name in NAMES if (FOLDER / name).is_dir()]
    cells: list[Cell] = []
    for model in _MODELS:
        with tempfile.TemporaryDirectory() as home:
            runtime = Runtime(replace(load_settings(), home=Path(home), store=f"{home}/store"))
            context = JobContext(runtime, emit=lambda _event: None, cancelled=lambda: False)
            cells += compare(context, model, part, names)
    Console(width=140).print(comparison_table(cells))
    if target:
        target.write_text(json.dumps([asdict(cell) for cell in cells], indent=1))


def main() -> None:
    settings = load_settings()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--embedder", default=settings.embedder, help="model to measure")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there")
    parser.add_argument("--part", choices=get_args(Part), help="compare formulas on this part")
    options = parser.parse_args()
    if options.part:
        return _compare_formulas(options.part, options.json)
    with tempfile.TemporaryDirectory() as home:
        runtime = Runtime(replace(settings, home=Path(home), store=str(Path(home, "store"))))
        context = JobContext(runtime, emit=lambda _event: None, cancelled=lambda: False)
        collection = indexed(context, options.embedder)
        chunks = scored_chunks(runtime, collection, options.embedder)
        retrieval = retrieval_qualities(context, collection, options.embedder)
    cases = [(themes, count) for themes in _THEMES for count in (0, chunks.off_topic)]
    scores = [row for case in cases for row in score_qualities(chunks, *case)]
    correlations = [classic_against_mean(chunks, *case) for case in cases]
    console = Console(width=100)
    console.print(f"{options.embedder}, {len(chunks.cosine)} chunks")
    console.print(_score_table(scores, correlations), _retrieval_table(retrieval))
    if options.json:
        rows = {"scores": scores, "retrieval": retrieval}
        values = {name: [asdict(row) for row in each] for name, each in rows.items()}
        options.json.write_text(json.dumps(values, indent=1))


if __name__ == "__main__":
    main()
