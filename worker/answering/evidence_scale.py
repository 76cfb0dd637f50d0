"""How much evidence an answer needs: learnt from the documents themselves, without labels.

A sentence of a document stands in for a question. With its own document out of reach no passage
holds what it says, though others speak of the same names and matters: how well they seem to is
what a question without an answer comes to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256

import numpy as np

from worker.answering.question_parts import question_parts

#: How many sentences are tried, and without how many nothing is learnt.
SENTENCES = 200
_LEAST = 20
#: The share of sentences without their document that must be recognised as such. With this one,
#: on the labelled set, as many questions are kept from the model wrongly as are let through.
_SHARE = 0.93
#: What is needed where there are too few sentences.
_USUAL = 0.5

#: Words that matter in a sentence that stands in for a question: as many as four in five questions
#: of the labelled set have in one of their parts. Characters, in a script without spaces.
_WORDS = range(3, 7)
_CHARACTERS = range(10, 61)

_END = re.compile(r"(?<=[.!?:;])[\"”’)]*\s+|(?<=[。！？])|\n\s*\n")


def stand_ins(texts: Iterable[str]) -> list[tuple[int, str]]:
    """Return up to `SENTENCES` sentences that are as long as questions, each with its text's place.

    Where words can be told apart, they speak of something by name, as questions do. The same texts
    give the same sentences.
    """
    found = {
        sentence.strip(): place
        for place, text in enumerate(texts)
        for sentence in _END.split(text)
        if _is_like_a_question(sentence.strip())
    }
    chosen = sorted(found, key=lambda sentence: sha256(sentence.encode()).digest())[:SENTENCES]
    return [(found[sentence], sentence.rstrip(".:;!?。！？")) for sentence in chosen]


def needed_evidence(scores: Sequence[float]) -> float:
    """Return how much evidence is needed, given that of sentences without their document."""
    return float(np.quantile(scores, _SHARE)) if len(scores) >= _LEAST else _USUAL


def _is_like_a_question(sentence: str) -> bool:
    if " " not in sentence:
        return len(sentence) in _CHARACTERS
    part = question_parts(sentence)[0]
    words = len(part.asked) + len(part.about)
    return words in _WORDS and bool(part.asked) and bool(part.about)
