"""The judge of evidence: how well passages hold all that a question asks.

A word of the question counts as spoken of as far as some word of a passage means the same where
it stands. Both are compared by the vectors that an embedding model gives them in their texts, so
that "physician" finds "doctor".

A question for a fact is judged twice, and both count. Strictly: names must be in the
same passage as what is asked about them, and every part of a question must be answered; a part is
worth what its worst side is worth. Softly: the mean over the words of the question in its best
passage, rare ones counting more. A question for reasons, ways or a judgement, which is answered in
other words than it is asked in, is judged softly alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import harmonic_mean

import numpy as np
from numpy.typing import NDArray

from worker.answering.evidence.answer_type import NAMED, WORD, holds
from worker.answering.evidence.question_parts import (
    QuestionPart,
    question_parts,
    without_possessive,
)
from worker.answering.evidence.scale import NeededEvidence, asks_judgement
from worker.answering.evidence.vocabulary import Vocabulary

#: What a name is worth that stands in another passage than the rest.
_ELSEWHERE = 0.7
#: What a passage is worth that holds nothing of the type asked for. A name may be a description
#: and a number be spelled in a way that is not known here, so it is not nothing.
_NO_CANDIDATE = 0.7
#: The share of the soft judgement in that of facts. On the labelled sets to choose on 0 to ⅓ are
#: level and ½ a little worse; on two larger ones elsewhere ½ was best.
_SOFT = 1 / 3
#: Words of the question that are told to be missing.
_TOLD = 4


@dataclass(frozen=True)
class Evidence:
    """How well passages hold an answer, from 0 to 1, how much is needed, and what is missing."""

    score: float
    needed: float
    why: str

    @property
    def enough(self) -> bool:
        """Whether the model should be asked."""
        return self.score >= self.needed


@dataclass(frozen=True)
class Reading:
    """A text as a model reads it: its n words, and the (n, dim) unit vectors of what they mean."""

    words: tuple[str, ...]
    vectors: NDArray[np.float32]


def reading(text: str, places: NDArray[np.int64], vectors: NDArray[np.float32]) -> Reading:
    """Put a text's words together from the tokens that a model reads.

    :param places: (t, 2) first character of each token and the one after its last.
    :param vectors: (t, dim) unit vectors of the tokens; words without any are left out.
    """
    words, means = [], []
    starts, ends = places[:, 0], places[:, 1]
    for match in WORD.finditer(text):
        first = int(np.searchsorted(ends, match.start(), side="right"))
        last = int(np.searchsorted(starts, match.end(), side="left"))
        if first < last:
            mean = vectors[first:last].mean(axis=0)
            words.append(match.group())
            means.append(mean / np.linalg.norm(mean))
    return Reading(tuple(words), np.array(means, np.float32).reshape(len(words), vectors.shape[1]))


#: Reads texts with a model.
Read = Callable[[Sequence[str]], Sequence[Reading]]


@dataclass(frozen=True)
class Found:
    """How well passages hold an answer, from 0 to 1: to a question for a fact, or a judgement."""

    fact: float
    judgement: float
    lacks: Callable[[float], str]  # what they lack if so much is needed

    def evidence(self, needed: NeededEvidence, question: str) -> Evidence:
        """Return the evidence for a question, of which so much is needed."""
        score = self.judgement if asks_judgement(question) else self.fact
        least = needed.to(question)
        return Evidence(score, least, self.lacks(least) if score < least else "")


@dataclass(frozen=True)
class _PartFound:
    """How well one part of a question is answered, and which of its words are how near to what."""

    part: QuestionPart
    score: float
    nearness: dict[str, float]
    has_candidate: bool


def judge(question: str, passages: Sequence[str], read: Read, vocabulary: Vocabulary) -> Found:
    """Return how well passages, at least one, hold the answer to a question.

    :param vocabulary: of the collection; the question is judged as it would be spelt there.
    """
    question = vocabulary.spelt(question)
    asked, *readings = read([question, *passages])
    nearness = {
        word: _nearness(vector, readings)
        for word, vector in zip(asked.words, asked.vectors, strict=True)
    }
    known = {without_possessive(word) for word in WORD.findall(question)}
    known |= {word.lower() for word in WORD.findall(question)}
    parts = question_parts(question)
    found = [_best(part, passages, nearness, known) for part in parts]
    weakest = min(found, key=lambda one: one.score)
    words = dict.fromkeys(word for part in parts for word in (*part.asked, *part.about))
    soft = _soft_match({word: nearness[word] for word in words if word in nearness}, vocabulary)
    strict = (1 - _SOFT) * weakest.score
    return Found(strict + _SOFT * soft, soft, partial(_why, weakest))


def judge_characters(question: str, passages: Sequence[str]) -> Found:
    """Do the same for a script without spaces: by the share of pairs of characters that are met."""
    pairs = _pairs(question)
    shares = [len(pairs & _pairs(passage)) / len(pairs) for passage in passages if pairs]
    score = max(shares, default=0.0)
    why = f"few characters of the question are in a passage ({score:.0%})"
    return Found(score, score, lambda _needed: why)


def _nearness(vector: NDArray[np.float32], readings: Sequence[Reading]) -> list[float]:
    """Return how near each passage comes to a word, from 0 to 1."""
    return [float(np.clip((one.vectors @ vector).max(initial=0), 0, 1)) for one in readings]


def _soft_match(nearness: dict[str, list[float]], vocabulary: Vocabulary) -> float:
    """Return the mean nearness of words in the passage where it is highest; 1 for no words.

    Each counts by its rarity in the collection, as in the soft matching of Mihalcea, Corley and
    Strapparava (2006), "Corpus-based and knowledge-based measures of text semantic similarity".
    """
    if not nearness:
        return 1.0
    rarity = [vocabulary.rarity(word) for word in nearness]
    return float(np.average(list(nearness.values()), axis=0, weights=rarity).max())


def _best(
    part: QuestionPart,
    passages: Sequence[str],
    nearness: dict[str, list[float]],
    known: set[str],
) -> _PartFound:
    found = []
    for place, passage in enumerate(passages):
        near = {word: nearness[word][place] for word in part.asked if word in nearness}
        around = {
            word: max(nearness[word][place], _ELSEWHERE * max(nearness[word]))
            for word in part.about
            if word in nearness
        }
        score = min(_mean(near), _mean(around))
        has_candidate = part.answer is None or holds(passage, part.answer, known)
        score *= 1 if has_candidate else _NO_CANDIDATE
        found.append(_PartFound(part, score, around | near, has_candidate))
    return max(found, key=lambda one: one.score)


def _mean(nearness: dict[str, float]) -> float:
    """Return a mean that one bad value pulls down; 1 for no values."""
    return harmonic_mean(list(nearness.values())) if nearness else 1.0


def _why(found: _PartFound, needed: float) -> str:
    missing = sorted((near, word) for word, near in found.nearness.items() if near < needed)
    if missing:
        words = ", ".join(word for _, word in missing[:_TOLD])
        return f"no passage says enough of: {words}"
    if not found.has_candidate and found.part.answer:
        return f"no passage gives {NAMED[found.part.answer]} for it"
    return "no passage says all of it together"


def _pairs(text: str) -> set[str]:
    """Return pairs of neighbouring characters within words, without those of endings."""
    return {
        run[start : start + 2]
        for run in WORD.findall(text.lower())
        for start in range(len(run) - 1)
        if not all("ぁ" <= character <= "ゟ" for character in run[start : start + 2])
    }
