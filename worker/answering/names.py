"""Names in an answer: words with a capital that is no sentence's, and foreign names in kana."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from worker.answering.citations import without_citations
from worker.answering.evidence.answer_type import word_set
from worker.answering.sentences import sentence_spans

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
#: Japanese puts this dot between the parts of a foreign name: アンナ・カレーニナ.
_KATAKANA = re.compile(r"[ァ-ヺー]{2,}(?:・[ァ-ヺー]{2,})+")
_PIECE = re.compile(r"[^\W\d_]+")
_POSSESSIVE = re.compile(r"['’]s?$")

#: Words that have a capital though they name nobody, or nothing that a passage need name.
_NO_NAMES = word_set(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday "
    "mr mrs ms dr miss sir professor passage passages context document source question answer "
    "am pm"
)
#: Before a word they say that something begins there, which may have a capital for that alone.
_BEGINS = frozenset('.:!?…"“„«‘(*#|')
#: Words of a language that gives each noun a capital.
_GERMAN = word_set("der die das und ist nicht ein eine wird wurde")

#: Letters that forms of one name have in common at least: Vietnam, Vietnamese.
_LEAST = 4


def unfounded_names(answer: str, texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names of an answer, as they stand there, that are in none of these texts.

    A name is a word with a capital within a sentence, or several in a row; and, in Japanese, a
    foreign name with a dot between its parts. It may have another ending in a text. German is left
    alone, as its nouns cannot be told from names.
    """
    said = names_in(answer)
    if not said:
        return ()
    known = KnownNames(texts)
    return tuple(
        dict.fromkeys(
            " ".join(unknown)
            for name in said
            if (unknown := [word for word in name if word not in known])
        )
    )


def names_in(answer: str) -> list[tuple[str, ...]]:
    """Return the names of an answer by their words, as they stand in it, without a possessive."""
    text = unicodedata.normalize("NFC", without_citations(answer))
    kana: list[tuple[str, ...]] = [(name,) for name in _KATAKANA.findall(text)]
    if len(_GERMAN & set(text.split())) > 1:
        return kana
    sentences = (text[start:end] for start, end in sentence_spans(text))
    return [*(name for sentence in sentences for name in _in_sentence(sentence)), *kana]


class KnownNames:
    """The words of some texts, among which a name is found whatever its ending."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._text = "\n".join(unicodedata.normalize("NFC", text) for text in texts).casefold()
        self._words = set(_PIECE.findall(self._text))
        self._beginnings = {
            word[:length] for word in self._words for length in range(_LEAST, len(word))
        }

    def __contains__(self, name: object) -> bool:
        """Say whether each part of a name stands in a text."""
        folded = str(name).casefold()
        if _KATAKANA.fullmatch(folded):
            return folded in self._text
        return all(map(self._has, _PIECE.findall(folded)))

    def _has(self, word: str) -> bool:
        lengths = range(_LEAST, len(word))
        return (
            word in self._words
            or (word.removesuffix("y") in self._beginnings)
            or any(word[:length] in self._words for length in lengths)
        )


def _in_sentence(sentence: str) -> Iterator[tuple[str, ...]]:
    name: list[str] = []
    last = 0
    for place, match in enumerate(_WORD.finditer(sentence)):
        between, last = sentence[last : match.start()], match.end()
        if name and between != " ":
            yield tuple(name)
            name = []
        if place and _is_name(match[0]) and not _BEGINS & set(between):
            name.append(_POSSESSIVE.sub("", match[0]))
        elif name:
            yield tuple(name)
            name = []
    if name:
        yield tuple(name)


def _is_name(word: str) -> bool:
    return word[0].isupper() and not word.isupper() and word.casefold() not in _NO_NAMES
