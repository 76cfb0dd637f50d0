"""The scale of evidence: how much an answer needs, learnt from the documents without labels.

A sentence of a document stands in for a question. With its own document out of reach no passage
holds what it says, though others speak of the same names and matters: how well they seem to is
what a question without an answer comes to.

A question for a fact needs more than nearly all such sentences have. One for reasons, ways or a
judgement ("Why …", "Can …") is answered in other words than it is asked in, and no passage holds
the answer as such: that passages speak of its matter more than some such sentences have is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from worker.answering.evidence.question_parts import question_parts

#: How many sentences are tried, and without how many nothing is learnt.
SENTENCES = 200
_LEAST = 20
#: The share of sentences without their document that have less than a fact needs. Chosen on the
#: labelled sets of tests/data/README.md, on their parts to choose on.
_FACT = 0.94
#: The same for a judgement: the most that lets all questions of that sort in the template's sample
#: through, which its documents were written for.
_JUDGEMENT = 0.3

#: Words that matter in a sentence that stands in for a question: as many as four in five questions
#: of the labelled set have in one of their parts. Characters, in a script without spaces.
_WORDS = range(3, 7)
_CHARACTERS = range(10, 61)

_END = re.compile(r"(?<=[.!?:;])[\"”’)]*\s+|(?<=[。！？])|\n\s*\n")


_ASKS_JUDGEMENT = re.compile(
    r"^\W*(?:why|how (?:do|does|did|is|are|was|were|has|have)"
    r"|(?:how|what|which|who) (?:can|could|should|would|might|will)"
    r"|can|could|do|does|did|is|are|was|were|will|would|should|may|might|must|has|have|had)\b"
    r"|なぜ|何故|どうして|どのように|いかに|べき|だろうか|でしょうか",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class NeededEvidence:
    """How much evidence an answer needs, from 0 to 1, by what sort of question it is to."""

    fact: float
    judgement: float

    def to(self, question: str) -> float:
        """Return how much an answer to this question needs."""
        return self.judgement if asks_judgement(question) else self.fact


def asks_judgement(question: str) -> bool:
    """Say whether a question asks for reasons, a way or a judgement rather than for a fact."""
    return _ASKS_JUDGEMENT.search(question) is not None


#: What is needed where there are too few sentences.
_USUAL = NeededEvidence(fact=0.55, judgement=0.35)


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


def needed_evidence(scores: Sequence[tuple[float, float]]) -> NeededEvidence:
    """Return how much evidence is needed, given that of sentences without their document.

    :param scores: of each, as for a fact and as for a judgement.
    """
    if len(scores) < _LEAST:
        return _USUAL
    fact, judgement = np.array(scores).T
    return NeededEvidence(
        float(np.quantile(fact, _FACT)), float(np.quantile(judgement, _JUDGEMENT))
    )


def _is_like_a_question(sentence: str) -> bool:
    if " " not in sentence:  # also where there is none
        return len(sentence) in _CHARACTERS
    part = question_parts(sentence[0].lower() + sentence[1:])[0]  # its capital says nothing
    words = len(part.asked) + len(part.about)
    return words in _WORDS and bool(part.asked) and bool(part.about)
