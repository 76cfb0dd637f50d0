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
    within sentences, the most frequent way first. Words that only begin sentences are not in it.
    """

    texts: int
    holding: Mapping[str, int]
    spellings: Mapping[str, tuple[str, ...]]

    def rarity(self, word: str) -> float:
        """Return the inverse document frequency of a word as BM25 has it, above 0."""
        holding = self.holding.get(without_possessive(word), 0)
        return math.log1p((self.texts - holding + 0.5) / (holding + 0.5))

    def spelt(self, question: str) -> str:
        """Return a question with its words spelt as here, in whatever letters it was typed.

        A capital that somebody typed stays if a word is ever spelt so, or is not known. At the
        beginning, and where all is typed in capitals, it says nothing.
        """
        loud = question.isupper()

        def spelling(match: re.Match[str]) -> str:
            word = match.group()
            small = without_possessive(word)
            known = self.spellings.get(small, ())
            says_nothing = loud or not question[: match.start()].strip()
            typed = small if says_nothing else word[: len(small)]
            is_name = typed != small and (typed in known or not known)
            return (typed if is_name else (*known, small)[0]) + word[len(small) :].lower()

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
    by_use = {
        word: tuple(spelling for spelling, _ in counts.most_common())
        for word, counts in spellings.items()
    }
    return Vocabulary(count, holding, by_use)
