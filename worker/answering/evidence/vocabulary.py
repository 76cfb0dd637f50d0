"""The words of a collection: how rare each one is, and how it is usually spelt."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from worker.answering.evidence.answer_type import WORD
from worker.answering.evidence.question_parts import without_possessive

#: What stands before a word that begins a sentence, where a capital says nothing.
_BEFORE_A_SENTENCE = re.compile(r"(?:^|[.!?:;\n>])[\s\"'“‘(\[]*$")
_LOOK_BACK = 12  # characters


@dataclass(frozen=True)
class Vocabulary:
    """What the words of a number of texts are like.

    `holding` says how many texts hold a word, by its small letters; `spellings` how it is spelt
    within sentences: a word that is always the first of one is no name.
    """

    texts: int
    holding: Mapping[str, int]
    spellings: Mapping[str, str]

    def rarity(self, word: str) -> float:
        """Return the inverse document frequency of a word as BM25 has it, above 0."""
        holding = self.holding.get(without_possessive(word), 0)
        return math.log1p((self.texts - holding + 0.5) / (holding + 0.5))

    def spelt(self, question: str) -> str:
        """Return a question with its words spelt as here, in whatever letters it was typed.

        A word that is not known stays as it is, or is put in small letters where all are capitals.
        """
        loud = question.isupper()

        def spelling(match: re.Match[str]) -> str:
            word = match.group()
            small = without_possessive(word)
            known = self.spellings.get(small, small if loud else word[: len(small)])
            return known + word[len(small) :].lower()

        return WORD.sub(spelling, question)


def vocabulary(texts: Iterable[str]) -> Vocabulary:
    """Return the vocabulary of texts."""
    count = 0
    holding: Counter[str] = Counter()
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        count += 1
        holding.update({without_possessive(word) for word in WORD.findall(text)})
        for match in WORD.finditer(text):
            small = without_possessive(match.group())
            before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
            if _BEFORE_A_SENTENCE.search(before) is None:
                spellings[small][match.group()[: len(small)]] += 1
    usual = {word: counts.most_common(1)[0][0] for word, counts in spellings.items()}
    return Vocabulary(count, holding, {word: word for word in holding} | usual)
