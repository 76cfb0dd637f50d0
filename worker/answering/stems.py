"""What a text says, by its words: stems that forms of a word have in common."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from worker.answering.evidence.answer_type import word_set
from worker.answering.evidence.question_parts import content_words

#: Words by which an answer points at a passage; they say nothing of what it is about.
_POINTING = word_set(
    "passage passages context contexts document documents text texts source sources information "
    "found find finds stated state states mentioned mention mentions according tells says question "
    "answer directly above provided provides"
)
_ENDING = re.compile(r"(?<=\w{3})(?:ies|ing|e[srd]?s?|re?s?|s|y|d)$")
_POSSESSIVE = re.compile(r"['’]s?$")
_JAPANESE = re.compile(r"[ァ-ヺー]+|[㐀-鿿々]+")


def stems_of(text: str) -> frozenset[str]:
    """Return the stems of a text's words, without small words, numbers and words that point.

    English words lose their endings; Japanese counts by katakana words and pairs of kanji.
    """
    words = content_words(unicodedata.normalize("NFKC", text))
    return frozenset(stem for word in words for stem in _stems(word.lower()))


def is_japanese(stem: str) -> bool:
    """Say whether a stem is of that script."""
    return bool(_JAPANESE.match(stem))


def _stems(word: str) -> Iterator[str]:
    runs = _JAPANESE.findall(word)
    for run in runs:
        yield from _pairs(run) if run[0] >= "㐀" else [run]
    if not runs and word.isalpha() | ("-" in word) and word not in _POINTING:
        yield _ENDING.sub("", _POSSESSIVE.sub("", word))


def _pairs(run: str) -> list[str]:
    """Return neighbouring characters two by two; a single one by itself."""
    return [run[start : start + 2] for start in range(max(1, len(run) - 1))]
