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

#: How many sentences are tried, and without how many nothing is learnt.
SENTENCES = 200
_LEAST = 20
#: The share of sentences that must be told from those with an answer. Measured on the labelled set
#: of tests/data/labelled, where as many questions with an answer fall below it as without above.
_SHARE = 0.93
#: What is needed where there are too few sentences.
_USUAL = 0.5

_END = re.compile(r"(?<=[.!?:;])[\"”’)]*\s+|(?<=[。！？])|\n\s*\n")
_NAME_INSIDE = re.compile(r"\s[^\W\d_a-z]\w+")


def stand_ins(texts: Iterable[str]) -> list[tuple[int, str]]:
    """Return up to `SENTENCES` sentences that are as long as questions, each with its text's place.

    They speak of something by name, as questions do, where the script has capital letters. The
    same texts give the same sentences.
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
    words = sentence.split()
    if len(words) == 1:  # no spaces: 10 to 60 characters
        return 10 <= len(sentence) <= 60
    return 6 <= len(words) <= 16 and bool(_NAME_INSIDE.search(sentence))
