"""Pairs of a tune job made ready with what data sets are made by: sides, leaks, hard negatives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from worker.contract import PairSet, TunePassage
from worker.qa_data.audit import audit
from worker.qa_data.drawing import drawn_order
from worker.qa_data.negatives import Mining, hard_negatives
from worker.qa_data.pair import Pair, Passage, Split, UnitVectors
from worker.qa_data.split import split_by_share
from worker.tuning.pairs import Example, documents, pairs_of, with_sides

_VALIDATION_SHARE = 0.2
_SHORTEST = 60  # characters of a text that both sides have which are shown


def sides_drawn(data: PairSet, seed: int) -> PairSet:
    """Return a set with a fifth of its documents, drawn by seed, on the side of validation."""
    return with_sides(data, split_by_share(documents(data), _VALIDATION_SHARE, seed))


def what_sides_share(data: PairSet) -> list[str]:
    """Return what passages for training and for validation have in common, in words."""
    pairs = [
        _pair(question.question, passage)
        for side in ("train", "validation")
        for question, passage in pairs_of(data, side)
    ]
    unlike = np.zeros((len(pairs), 1), np.float32)  # nothing is embedded yet
    leaks = audit(pairs, unlike, unlike).leaks
    words = [
        f"the file {leak.what}"
        if leak.kind == "file"
        else f"the text '{leak.what[:_SHORTEST]}…' in {leak.train} and {leak.validation}"
        for leak in leaks
    ]
    return list(dict.fromkeys(words))


def negatives_of(
    data: PairSet,
    made: Sequence[Example],
    questions: UnitVectors,
    passages: UnitVectors,
    count: int,
) -> list[tuple[str, ...]]:
    """Return for each example as many passages of its own side that do not answer its question.

    They are the nearest ones by the base that are not as near as 95 % of the own one, and where
    too few are, others that are drawn: all rows of a batch have as many.

    :param passages: vectors of the texts of the set, each once, in their order.
    """
    texts = list(dict.fromkeys(passage.text for passage in data.passages))
    by_text = {passage.text: passage for passage in data.passages}
    train = {passage.text: None for passage in data.passages if passage.split == "train"}
    corpus = [Passage(str(row), by_text[text].doc, text) for row, text in enumerate(texts)]
    rows = {text: row for row, text in enumerate(texts)}
    splits: dict[str, Split] = {
        passage.doc: "train" for passage in data.passages if passage.split == "train"
    }
    pairs = [Pair("", corpus[rows[one.passage]], "train", one.question, "") for one in made]
    mined = hard_negatives(pairs, questions, corpus, passages, splits, Mining(count))
    wanted: dict[str, set[str]] = {}
    for one in made:
        wanted.setdefault(one.question, set()).add(one.passage)
    most = min(count, len(train) - max(map(len, wanted.values())))
    drawn = drawn_order(train, 0)
    return [
        _filled([each.text for each in found], wanted[one.question], drawn, place * most, most)
        for place, (one, found) in enumerate(zip(made, mined, strict=True))
    ]


def _filled(
    found: Sequence[str], wanted: set[str], drawn: Sequence[str], first: int, most: int
) -> tuple[str, ...]:
    """Return `most` texts that are not wanted: those found, then drawn ones from a place on."""
    texts = dict.fromkeys(text for text in found if text not in wanted)
    for step in range(len(drawn)):
        if len(texts) >= most:
            break
        text = drawn[(first + step) % len(drawn)]
        if text not in wanted:
            texts[text] = None
    return tuple(texts)[:most]


def _pair(question: str, passage: TunePassage) -> Pair:
    own = Passage(passage.passage_id, passage.doc, passage.text)
    return Pair("", own, passage.split or "train", question, "")
