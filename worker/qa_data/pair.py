"""A question with its answer, the passage both were made from, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: The part of a data set that a document is in, and with it all pairs made from it.
Split = Literal["train", "validation"]


@dataclass(frozen=True)
class Passage:
    """One chunk of a document; `doc_id` is the path of the file in its folder."""

    chunk_id: str
    doc_id: str
    text: str


@dataclass(frozen=True)
class Pair:
    """A question and its answer. Its `pair_id` follows from the chunk and the question's place
    among those of the chunk, so that a second run names the same pair alike."""

    pair_id: str
    passage: Passage
    split: Split
    question: str
    answer: str


@dataclass(frozen=True)
class Rejection:
    """Why a pair is not kept: the filter's name, and a sentence for its row of the sheet."""

    filter: str
    why: str
