"""A question with its answer, the passage both were made from, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

#: The part of a data set that a document is in, and with it all pairs made from it.
Split = Literal["train", "validation"]

#: What a question asks for.
QuestionKind = Literal["fact", "reason", "relation", "procedure", "consequence"]

#: (n, dim) float32 rows of length 1, so that a product of two is their cosine.
UnitVectors = NDArray[np.float32]


@dataclass(frozen=True)
class Passage:
    """One chunk of a document; `doc_id` is the path of the file in its folder."""

    chunk_id: str
    doc_id: str
    text: str


@dataclass(frozen=True)
class Pair:
    """A question and its answer; its id is what `pair_id` gives, so a second run has the same."""

    pair_id: str
    passage: Passage
    split: Split
    question: str
    answer: str


@dataclass(frozen=True)
class Target:
    """Words of a sentence of a passage that a question is to ask for, and of what kind it is.

    `asked_by` are the words one of which the question has; without any, it may have others.
    """

    sentence: str
    words: str
    kind: QuestionKind = "fact"
    asked_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rejection:
    """Why a pair is not kept: the filter's name, and a sentence for its row of the sheet."""

    filter: str
    why: str


def pair_id(chunk_id: str, place: int) -> str:
    """Return the id of the pair at a place, from 1, among those of a chunk."""
    return f"{chunk_id}-q{place}"
