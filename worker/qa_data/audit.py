"""Leakage: what the validation part of a data set has in common with the training part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from worker.qa_data.filters.duplicates import near_rows
from worker.qa_data.overlap import LEAST_SHARED, overlaps
from worker.qa_data.pair import Pair, Split, UnitVectors

#: A file in both parts, text that passages of both share, questions or answers nearly alike.
LeakKind = Literal["file", "passage", "question", "answer"]


@dataclass(frozen=True)
class Leak:
    """One thing that both parts have: where it stands in each, and what it is."""

    kind: LeakKind
    train: str
    validation: str
    what: str


@dataclass(frozen=True)
class Audit:
    """What was found among so many pairs; clean if nothing was."""

    train: int
    validation: int
    leaks: tuple[Leak, ...]

    @property
    def is_clean(self) -> bool:
        """Whether the parts have nothing in common."""
        return not self.leaks

    def count(self, kind: LeakKind) -> int:
        """Return how many leaks there are of a kind."""
        return sum(leak.kind == kind for leak in self.leaks)


def audit(
    pairs: Sequence[Pair],
    questions: UnitVectors,
    answers: UnitVectors,
    least_shared: int = LEAST_SHARED,
) -> Audit:
    """Return what pairs for training and pairs for validation have in common.

    :param questions: (n, dim) vectors of the questions, one a pair; `answers` likewise.
    :param least_shared: characters in a row that make two passages overlap.
    """
    train, validation = _rows(pairs, "train"), _rows(pairs, "validation")
    leaks = (
        *_shared_files(pairs),
        *_shared_text(pairs, least_shared),
        *_near("question", pairs, questions),
        *_near("answer", pairs, answers),
    )
    return Audit(len(train), len(validation), leaks)


def _rows(pairs: Sequence[Pair], split: Split) -> list[int]:
    return [row for row, pair in enumerate(pairs) if pair.split == split]


def _shared_files(pairs: Sequence[Pair]) -> list[Leak]:
    files: dict[Split, set[str]] = {"train": set(), "validation": set()}
    for pair in pairs:
        files[pair.split].add(pair.passage.doc_id)
    shared = sorted(files["train"] & files["validation"])
    return [Leak("file", file, file, file) for file in shared]


def _shared_text(pairs: Sequence[Pair], least: int) -> list[Leak]:
    passages = {
        split: [pairs[row].passage for row in _rows(pairs, split)]
        for split in ("train", "validation")
    }
    return [
        Leak("passage", each.train.chunk_id, each.validation.chunk_id, each.text)
        for each in overlaps(passages["train"], passages["validation"], least)
    ]


def _near(
    kind: Literal["question", "answer"], pairs: Sequence[Pair], vectors: UnitVectors
) -> list[Leak]:
    train, validation = _rows(pairs, "train"), _rows(pairs, "validation")
    leaks = []
    for row, other in near_rows(vectors[validation], vectors[train]):
        seen, measured = pairs[train[other]], pairs[validation[row]]
        text = measured.question if kind == "question" else measured.answer
        leaks.append(Leak(kind, seen.pair_id, measured.pair_id, text))
    return leaks
