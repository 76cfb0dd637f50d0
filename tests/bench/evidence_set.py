"""Questions with and without an answer, judged by the gate as an answer run does."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.labelled_collections import LabelledCollection
from tests.bench.labelled_set import FOLDER
from worker.answering.evidence.judge import Evidence
from worker.contract import RankRequest
from worker.pipeline.evidence_gate import EvidenceGate
from worker.pipeline.job_context import JobContext
from worker.pipeline.retrieving import Retriever

EVALUATION = FOLDER.parents[2] / "templates" / "evaluation"


@dataclass(frozen=True)
class Asked:
    """A question, its kind, and whether a document answers it."""

    text: str
    kind: str
    answerable: bool


@dataclass(frozen=True)
class Rates:
    """Shares of questions: kept from the model rightly, and wrongly."""

    abstention_recall: float
    false_abstention: float


def labelled_questions() -> list[Asked]:
    """Return the questions of the labelled set that ask for facts, answerable ones first."""
    told = [Asked(row["question"], "fact", True) for row in _rows(FOLDER / "answerable_facts.csv")]
    untold = _rows(FOLDER / "unanswerable.csv")
    return told + [Asked(row["question"], row["kind"], False) for row in untold]


def shipped_questions() -> list[Asked]:
    """Return the questions of the shipped evaluation set."""
    return [
        Asked(row["question"], row["kind"], row["answerable"] == "yes")
        for row in _rows(EVALUATION / "questions.csv")
    ]


def collection_questions(labelled: LabelledCollection) -> list[Asked]:
    """Return the questions of a part of a collection."""
    return [Asked(each.text, each.kind, each.answerable) for each in labelled.questions]


def judged(
    questions: Iterable[Asked], request: RankRequest, context: JobContext
) -> list[tuple[Asked, Evidence]]:
    """Judge each question by the passages that a ranking finds for it."""
    gate = EvidenceGate(request, context)
    found = passages_found(questions, request, context)
    return [(asked, gate.judge(asked.text, passages)) for asked, passages in found]


def passages_found(
    questions: Iterable[Asked], request: RankRequest, context: JobContext
) -> list[tuple[Asked, list[str]]]:
    """Return the passages that a ranking finds for each question, best first."""
    asked = list(questions)
    embedder = context.runtime.embedder(request.embedder)
    collection = context.runtime.store(request.store).open(request.collection, embedder)
    texts = [each.text for each in asked]
    vectors = context.runtime.query_vectors(embedder, texts)
    found = Retriever(request, collection, context).hits(texts, vectors)
    return [
        (each, [hit.chunk.text for hit in hits]) for each, hits in zip(asked, found, strict=True)
    ]


def rates(judgements: Iterable[tuple[Asked, Evidence]]) -> Rates:
    """Return how often the gate is right and wrong to keep a question from the model."""
    kept: dict[bool, list[bool]] = defaultdict(list)
    for asked, evidence in judgements:
        kept[asked.answerable].append(not evidence.enough)
    return Rates(sum(kept[False]) / len(kept[False]), sum(kept[True]) / len(kept[True]))


def abstentions_by_kind(
    judgements: Iterable[tuple[Asked, Evidence]],
) -> dict[str, tuple[int, int]]:
    """Return for each kind how many questions were kept from the model, and how many there are."""
    kept: dict[str, list[bool]] = defaultdict(list)
    for asked, evidence in judgements:
        kept[asked.kind].append(not evidence.enough)
    return {kind: (sum(values), len(values)) for kind, values in kept.items()}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
