"""The labelled set among its background, indexed for real; points of view, questions, grades."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from worker.contract import IndexRequest
from worker.jobs import run_job
from worker.pipeline.job_context import JobContext
from worker.retrieval.base import Collection
from worker.runtime import Runtime
from worker.scoring.similarity import cosine_matrix

_REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = _REPOSITORY / "tests" / "data" / "labelled"
DOCUMENTS = FOLDER / "documents"
_TEMPLATES = _REPOSITORY / "templates"

#: Grade of a document (0 where absent) for an identifier.
Grades = dict[tuple[str, str], int]


@dataclass(frozen=True)
class LabelledSet:
    """What was written down by hand. Texts and kinds are by identifier.

    `background` are the documents that were not written for this set. Their names differ from
    those in `DOCUMENTS`, so that a name says which document it is.
    """

    background: tuple[Path, ...]
    povs: dict[str, str]
    off_topic_povs: dict[str, str]
    questions: dict[str, str]
    question_kinds: dict[str, str]
    pov_grades: Grades
    question_grades: Grades


@dataclass(frozen=True)
class ScoredChunks:
    """Cosines (n, p) of all n chunks to p points of view, those off topic last.

    `grades` has shape (n, q) for the q points of view on topic: those of the chunk's document.
    """

    cosine: NDArray[np.float64]
    grades: NDArray[np.int64]

    @property
    def off_topic(self) -> int:
        """How many points of view are off topic."""
        return self.cosine.shape[1] - self.grades.shape[1]


@cache
def labelled_set() -> LabelledSet:
    questions = _rows("questions")
    return LabelledSet(
        background=tuple(_TEMPLATES / row["document"] for row in _rows("background")),
        povs={row["ID"]: row["POV"] for row in _rows("povs")},
        off_topic_povs={row["ID"]: row["POV"] for row in _rows("povs_off_topic")},
        questions={row["ID"]: row["Question"] for row in questions},
        question_kinds={row["ID"]: row["Kind"] for row in questions},
        pov_grades=_grades("pov"),
        question_grades=_grades("question"),
    )


def indexed(context: JobContext, embedder: str, store: str = "", **settings: int) -> Collection:
    """Index the documents and their background as a user does.

    :param settings: fields of the request that are not to have their usual values.
    """
    with tempfile.TemporaryDirectory() as folder:
        for document in (*DOCUMENTS.iterdir(), *labelled_set().background):
            shutil.copy(document, folder)
        request = IndexRequest(
            run_id="labelled",
            folder=folder,
            collection="labelled",
            embedder=embedder,
            store=store,
            **settings,  # type: ignore[arg-type]  # whole numbers, as all that is varied here
        )
        run_job(request, context)
    runtime = context.runtime
    return runtime.store(store).open("labelled", runtime.embedder(embedder))


def scored_chunks(runtime: Runtime, collection: Collection, embedder: str) -> ScoredChunks:
    labelled = labelled_set()
    chunks = collection.sample(collection.count())
    texts = [*labelled.povs.values(), *labelled.off_topic_povs.values()]
    povs = runtime.query_vectors(runtime.embedder(embedder), texts)
    grades = [
        [labelled.pov_grades.get((chunk.chunk.source, pov), 0) for pov in labelled.povs]
        for chunk in chunks
    ]
    return ScoredChunks(cosine_matrix([chunk.vector for chunk in chunks], povs), np.array(grades))


def ndcg(ranked: Sequence[float], grades: Iterable[int], k: int) -> float:
    """Return nDCG@k of grades in ranked order; a grade is its gain, as in trec_eval.

    After Järvelin and Kekäläinen (2002), "Cumulated gain-based evaluation of IR techniques".

    :param grades: all there are to find, at least one above 0.
    """
    return _gain(ranked, k) / _gain(sorted(grades, reverse=True), k)


def ndcg_by_chance(grades: Sequence[int], k: int) -> float:
    """Return what nDCG@k is on average if the order is left to chance."""
    return ndcg([float(np.mean(grades))] * len(grades), grades, k)


def _gain(grades: Sequence[float], k: int) -> float:
    top = np.asarray(grades[:k], np.float64)
    return float(top @ (1 / np.log2(np.arange(len(top)) + 2)))


def _grades(of: str) -> Grades:
    rows = _rows(f"relevance_{of}s")
    return {(row["document"], row[of]): int(row["grade"]) for row in rows}


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
