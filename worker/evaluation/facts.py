"""Facts with their wordings, and the texts that state them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_CITATION = re.compile(r"\[\d+(?:\s*[,;]\s*\d+)*\]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_APOSTROPHE = re.compile(r"['’]")
_WORD = re.compile(r"\d+(?:\.\d+)*|[^\W\d]+")


def normalise(text: str) -> str:
    """Return the words of a text in lower case with single spaces between.

    Punctuation, apostrophes, commas within numbers and citations such as [2] are left out. Number
    words stay words: a fact lists "nine" and "9" where both will do.
    """
    text = _CITATION.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    text = _APOSTROPHE.sub("", _THOUSANDS.sub("", text))
    return " ".join(_WORD.findall(text))


def states(text: str, wordings: Sequence[str]) -> bool:
    """Say whether one of a fact's wordings stands in a text, as whole words.

    This is the containment test of SQuAD-like evaluation ("has answer"), with several wordings.
    """
    words = f" {normalise(text)} "
    return any(f" {normalise(wording)} " in words for wording in wordings)


def count_stated(text: str, facts: Sequence[Sequence[str]]) -> int:
    """Return how many of the facts a text states."""
    return sum(states(text, wordings) for wordings in facts)
