"""What a model is tuned on and proven with: pairs by side, and why some sets cannot be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from worker.contract import PairSet, TunePair, TunePassage
from worker.errors import InputError

#: Below so many a side, training repeats a handful of sentences, and an interval says nothing.
LEAST_TRAIN, LEAST_VALIDATION = 10, 5
_SHOWN = 5


@dataclass(frozen=True)
class Example:
    """A question, the passage that it is to find, and passages that it is to be told from."""

    question: str
    passage: str
    negatives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Search:
    """Questions over passages; `relevant` are the rows of the passages that each is to find."""

    questions: tuple[str, ...]
    passages: tuple[str, ...]
    relevant: tuple[frozenset[int], ...]
    docs: tuple[str, ...]  # of the first relevant passage of each question


def documents(data: PairSet) -> tuple[str, ...]:
    """Return the documents of the pairs, each once, sorted."""
    docs = {passage.passage_id: passage.doc for passage in data.passages}
    return tuple(sorted({docs[pair.passage_id] for pair in data.pairs if pair.passage_id in docs}))


def has_sides(data: PairSet) -> bool:
    """Say whether the pairs are split into both sides already."""
    used = {pair.passage_id for pair in data.pairs}
    sides = {passage.split for passage in data.passages if passage.passage_id in used}
    return {"train", "validation"} <= sides


def with_sides(data: PairSet, sides: Mapping[str, str]) -> PairSet:
    """Return a set in which documents are on these sides; all others are trained on.

    :param sides: train or validation, by document.
    """
    placed = [
        passage.model_copy(update={"split": sides.get(passage.doc, "train")})
        for passage in data.passages
    ]
    return data.model_copy(update={"passages": tuple(placed)})


def require_usable(data: PairSet) -> None:
    """See that a set can be trained on and measured with.

    :raises InputError: if pairs lack their passage, all are of one document, or a side has too few.
    """
    known = {passage.passage_id: passage for passage in data.passages}
    usable = [pair for pair in data.pairs if pair.passage_id in known]
    if not usable:
        raise InputError(
            "There are no pairs to tune on.",
            "A pair is a question with the passage that answers it, and none is kept.",
            "Make some with 'bonsai dataset', or set Kept to yes on the sheet QA.",
        )
    if len(docs := {known[pair.passage_id].doc for pair in usable}) < 2:
        raise InputError(
            "All pairs are of one document.",
            f"It is {next(iter(docs))}. What a model has learnt is measured on documents that it "
            "has not seen, and there is no other one.",
            "Make pairs of two documents or more; a long one can be cut into files by chapters.",
        )


def require_enough(data: PairSet) -> None:
    """See that both sides have pairs enough.

    :raises InputError: if one has not.
    """
    for side, least in (("train", LEAST_TRAIN), ("validation", LEAST_VALIDATION)):
        found = len(pairs_of(data, side))
        if found < least:
            what = "train on" if side == "train" else "measure with, from documents not seen"
            raise InputError(
                f"There are too few pairs to {what}: {found}.",
                f"At least {least} are needed: with fewer, chance decides what comes out. Some "
                "hundreds are a good start.",
                "Make more with 'bonsai dataset', set Kept to yes for more on the sheet QA, or, to "
                "learn from your taste, Keep to yes on Ranked.",
            )


def refuse_shared(shared: Sequence[str]) -> None:
    """Refuse a set whose sides overlap.

    :param shared: what both sides have, each thing in words.
    :raises InputError: if there is any, showing the first ones.
    """
    if not shared:
        return
    more = f", and {len(shared) - _SHOWN} more" if len(shared) > _SHOWN else ""
    raise InputError(
        "Training and validation overlap, so nothing could be proven.",
        f"Both sides have: {'; '.join(shared[:_SHOWN])}{more}.",
        "Put all pairs of such documents on one side (the column Split of the sheet QA), or empty "
        "that column, and documents are drawn.",
    )


def pairs_of(data: PairSet, side: str) -> list[tuple[TunePair, TunePassage]]:
    """Return the pairs of a side, each with its passage."""
    known = {passage.passage_id: passage for passage in data.passages}
    found = [(pair, known[pair.passage_id]) for pair in data.pairs if pair.passage_id in known]
    return [(pair, passage) for pair, passage in found if passage.split == side]


def examples(data: PairSet) -> list[Example]:
    """Return what is trained on, each pair once."""
    made = [Example(pair.question, passage.text) for pair, passage in pairs_of(data, "train")]
    return list(dict.fromkeys(made))


def search(data: PairSet, side: str, more: Sequence[TunePassage] = ()) -> Search:
    """Return the questions of a side over all passages of a set, each text once.

    :param more: passages that are searched too.
    """
    rows: dict[str, int] = {}
    for passage in (*data.passages, *more):
        rows.setdefault(passage.text, len(rows))
    relevant: dict[str, set[int]] = {}
    docs: dict[str, str] = {}
    for pair, passage in pairs_of(data, side):
        relevant.setdefault(pair.question, set()).add(rows[passage.text])
        docs.setdefault(pair.question, passage.doc)
    return Search(
        tuple(relevant),
        tuple(rows),
        tuple(frozenset(found) for found in relevant.values()),
        tuple(docs.values()),
    )


def unrelated(control: PairSet, data: PairSet) -> PairSet:
    """Return the control pairs without those on passages that a set has text of."""
    texts = [passage.text for passage in data.passages if passage.text]
    kept = [
        passage
        for passage in control.passages
        if not any(text in passage.text or passage.text in text for text in texts)
    ]
    ids = {passage.passage_id for passage in kept}
    pairs = [pair for pair in control.pairs if pair.passage_id in ids]
    return PairSet(passages=tuple(kept), pairs=tuple(pairs))
