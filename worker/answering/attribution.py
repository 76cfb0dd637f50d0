"""Citations by evidence: each sentence of an answer, and the passage whose words it repeats.

Models that answer rightly seldom say from where, and small ones cite at random. What a sentence
says is looked up in each passage that stood in the prompt, word by word: the rarer a word is among
the passages, the more it counts, and numbers and names must be there. It is a comparison of words,
not of meaning: it sees neither a "not" nor that two things were mixed up.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import log

from worker.answering.citations import CITATION, numbers_of, without_citations
from worker.answering.names import KnownNames, names_in
from worker.answering.numbers import numbers_in, values_in
from worker.answering.sentences import Span, sentence_spans
from worker.answering.stems import is_japanese, stems_of
from worker.evaluation.abstention import abstains

#: The part of a sentence, by weight, that a passage has at least if the sentence repeats it.
_REPEATS = 0.6
#: The same where a name of the question is missing, as in a later passage of a document.
_REPEATS_UNNAMED = 0.8
#: A passage with a smaller part has nothing of a sentence that matters.
_LITTLE = 0.2
#: By so much another passage has more of a sentence, if a citation is to go there.
_CLEARLY = 0.2
#: A sentence with fewer words and numbers must be repeated by itself, and with the question's.
_LEAST = 3

#: What ends a sentence and comes behind its citation; signs of a script that needs no space.
_END = re.compile(r"[.!?:…。！？：]+$|\s*\|$")
_ABBREVIATION = re.compile(r"\w\.\w+\.$")
_NO_SPACE = re.compile(r"[ぁ-ヿ㐀-鿿々」』。！？]$")


@dataclass(frozen=True)
class Attribution:
    """An answer, or a sentence of it, with its citations looked at.

    `named` are the passages that the answer itself cites, `added` those that it was given besides.
    `moved` counts citations that went to another passage, which holds the sentence while theirs
    does not; `doubtful` are passages that hold little of a sentence that cites them.
    """

    text: str
    named: frozenset[int] = frozenset()
    added: frozenset[int] = frozenset()
    moved: int = 0
    doubtful: frozenset[int] = frozenset()


def attribute(text: str, question: str, passages: Sequence[str]) -> Attribution:
    """Return an answer in which each sentence that repeats a passage cites it.

    Nothing but citations is changed. A sentence that cites a passage gets no other besides, and
    one that repeats none gets none.

    :param passages: as they count in the prompt, from 1; the text cites none but these.
    """
    asked, held = _Text(question), [_Text(passage) for passage in passages]
    parts: list[Attribution] = []
    end = 0
    for start, stop in _units(text, asked):
        parts += [Attribution(text[end:start]), _attributed(text[start:stop], asked, held)]
        end = stop
    parts.append(Attribution(text[end:], _cited(text[end:])))
    named = _union(part.named for part in parts)
    return Attribution(
        text="".join(part.text for part in parts),
        named=named,
        added=_union(part.added for part in parts) - named,
        moved=sum(part.moved for part in parts),
        doubtful=_union(part.doubtful for part in parts),
    )


class _Text:
    """What a passage or a question holds; `tokens` are its stems and the values of its numbers."""

    def __init__(self, text: str) -> None:
        self.stems = stems_of(text)
        self.tokens = self.stems | frozenset(values_in(text))
        self.known = KnownNames([text])


class _Sentence:
    """What a sentence says, without its citations.

    Of its words each is a set, as a number may be read in several ways.
    """

    def __init__(self, text: str, asked: _Text) -> None:
        self.bare = without_citations(text)
        self.stems = stems_of(self.bare)
        self.numbers = [number.values for number in numbers_in(self.bare)]
        self.names = [word for name in names_in(self.bare) for word in name]
        self.new_names = [name for name in self.names if name not in asked.known]
        self.words = [*(frozenset((stem,)) for stem in self.stems), *self.numbers]
        self.asked = [frozenset((stem,)) for stem in asked.stems - self.stems]

    @property
    def says_something(self) -> bool:
        """Whether there is anything to look up."""
        return bool(self.stems or self.numbers) and not abstains(self.bare)


@dataclass(frozen=True)
class _Held:
    """What a passage holds of a sentence: a part, by weight, and whether all that must be there."""

    part: float
    has_new: bool  # the numbers, and the names that are not the question's
    has_names: bool  # all names

    @property
    def is_repeated(self) -> bool:
        """Whether the sentence repeats the passage."""
        return self.has_new and self.part >= (_REPEATS if self.has_names else _REPEATS_UNNAMED)

    @property
    def is_little(self) -> bool:
        """Whether the sentence has no business to cite the passage."""
        return not self.has_new or self.part < _LITTLE

    def is_worse_than(self, other: _Held) -> bool:
        """Whether a citation belongs to the other passage, which the sentence repeats."""
        return not self.is_repeated and (self.is_little or other.part - self.part > _CLEARLY)


def _units(text: str, asked: _Text) -> list[Span]:
    """Return the sentences without headings, which state nothing.

    One that only points, as in "This is found in passage [2].", belongs to the one before.
    """
    units: list[Span] = []
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        if units and _cited(sentence) and not _Sentence(sentence, asked).says_something:
            units[-1] = (units[-1][0], end)
        elif not sentence.startswith("#"):
            units.append((start, end))
    return units


def _attributed(unit: str, asked: _Text, passages: Sequence[_Text]) -> Attribution:
    sentence, cited = _Sentence(unit, asked), _cited(unit)
    if not passages or not sentence.says_something:
        return Attribution(unit, cited)
    held = _held(sentence, passages)
    best = max(range(len(held)), key=lambda place: (held[place].is_repeated, held[place].part))
    if not held[best].is_repeated:
        little = frozenset(number for number in cited if held[number - 1].is_little)
        doubtful = little if _same_script(sentence, passages) else frozenset[int]()
        return Attribution(unit, cited, doubtful=doubtful)
    if not cited:
        return Attribution(_citing(unit, best + 1), added=frozenset((best + 1,)))
    wrong = frozenset(number for number in cited if held[number - 1].is_worse_than(held[best]))
    if not wrong:
        return Attribution(unit, cited)
    instead = best + 1 if wrong == cited else None
    text = _recited(unit, wrong, instead)
    return Attribution(text, _cited(text), moved=len(wrong))


def _held(sentence: _Sentence, passages: Sequence[_Text]) -> list[_Held]:
    """Return what each passage holds of a sentence."""
    parts = _parts(sentence.words, passages)
    if len(sentence.words) < _LEAST:
        parts = list(map(min, parts, _parts([*sentence.words, *sentence.asked], passages)))
    return [
        _Held(
            part,
            has_new=all(number & one.tokens for number in sentence.numbers)
            and all(name in one.known for name in sentence.new_names),
            has_names=all(name in one.known for name in sentence.names),
        )
        for one, part in zip(passages, parts, strict=True)
    ]


def _parts(words: Sequence[frozenset[str]], passages: Sequence[_Text]) -> list[float]:
    """Return which part of some words each passage has, by their weights."""
    weights = {word: _weight(word, passages) for word in words}
    having = [sum(weights[word] for word in weights if word & one.tokens) for one in passages]
    return [sum_ / sum(weights.values()) for sum_ in having]


def _weight(word: frozenset[str], passages: Sequence[_Text]) -> float:
    """Return the weight of a word, which is the higher the fewer passages have it (as in BM25)."""
    having = sum(not word.isdisjoint(one.tokens) for one in passages)
    return log(1 + (len(passages) + 1) / (having + 0.5))


def _same_script(sentence: _Sentence, passages: Sequence[_Text]) -> bool:
    """Say whether words of a sentence can be met in its passages at all."""
    scripts = {is_japanese(stem) for one in passages for stem in one.stems}
    return any(is_japanese(stem) in scripts for stem in sentence.stems)


def _citing(unit: str, number: int) -> str:
    """Return a sentence with a citation of a passage, before the sign that ends it."""
    end = None if _ABBREVIATION.search(unit) else _END.search(unit)
    said = unit[: end.start() if end else None].rstrip()
    space = "" if _NO_SPACE.search(said) else " "
    return f"{said}{space}[{number}]{unit[len(said) :]}"


def _recited(unit: str, wrong: Collection[int], instead: int | None) -> str:
    """Return a sentence without its wrong citations, the first of them replaced if asked for."""
    waiting = [instead] if instead else []

    def without_wrong(match: re.Match[str]) -> str:
        numbers = numbers_of(match["numbers"])
        good = [number for number in numbers if number not in wrong]
        if len(good) < len(numbers) and waiting:
            good.append(waiting.pop())
        return f"{match['space']}[{', '.join(map(str, good))}]" if good else ""

    return CITATION.sub(without_wrong, unit)


def _union(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset[int]().union(*sets)


def _cited(text: str) -> frozenset[int]:
    return frozenset(
        number for match in CITATION.finditer(text) for number in numbers_of(match["numbers"])
    )
