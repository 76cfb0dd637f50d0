"""Pairs that say nearly what another one says, in their own part of the set or across it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from worker.qa_data.pair import Pair, Rejection, UnitVectors

DUPLICATE = "duplicate"

#: Cosine above which two questions, or two answers, are nearly the same (NVIDIA's recipe).
NEAR = 0.9

_BLOCK = 1_024  # rows of a product at a time: 20 MB at 5,000 pairs


def near_duplicate(
    pair: Pair,
    question: UnitVectors,
    answer: UnitVectors,
    kept: Sequence[Pair],
    questions: UnitVectors,
    answers: UnitVectors,
) -> Rejection | None:
    """Reject a pair that says nearly what one of those kept before it does.

    :param question: the (1, dim) vector of its question; `answer` likewise.
    :param questions: (n, dim) vectors of the questions of those kept; `answers` likewise.
    """
    for _, other in near_rows(question, questions):
        return _rejection(other, "question", kept)
    for _, other in near_rows(answer, answers):
        if kept[other].split != pair.split:
            return _rejection(other, "answer", kept)
    return None


def near_rows(rows: UnitVectors, others: UnitVectors) -> Iterator[tuple[int, int]]:
    """Yield the positions of each row and each other whose cosine is above `NEAR`."""
    for start in range(0, len(rows), _BLOCK):
        near = rows[start : start + _BLOCK] @ others.T > NEAR
        for row, other in np.argwhere(near):
            yield start + int(row), int(other)


def _rejection(other: int, role: str, pairs: Sequence[Pair]) -> Rejection:
    text = pairs[other].question if role == "question" else pairs[other].answer
    return Rejection(
        DUPLICATE, f"The {role} is nearly that of {pairs[other].pair_id}: “{text[:100]}”"
    )
