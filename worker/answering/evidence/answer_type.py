"""Types of answers: the sort of thing a question asks for, and texts that hold one of that sort."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

#: A year, another point in time, a name, a number of any sort, one with a unit of length, one with
#: a unit of length or time, or one with a unit of speed.
AnswerType = Literal["year", "date", "name", "number", "length", "span", "speed"]

#: A number with its separators, or a word of any script.
WORD = re.compile(r"\d[\d.,:]*\d|[^\W_]+(?:['’-][^\W_]+)*")
INTERROGATIVE = re.compile(r"who|whom|whose|what|which|when|where|why|how")


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text that has nothing but words."""
    return frozenset(text.split())


_HOW = {
    **dict.fromkeys(("many", "much", "old", "large", "big", "heavy"), "number"),
    **dict.fromkeys(("high", "tall", "deep", "wide", "broad", "thick", "far"), "length"),
    "long": "span",
    "fast": "speed",
}
_DATES = word_set("day date month months time century")
_FIGURES = word_set(
    "cost price rate fare toll fee wage salary population weight height length depth distance "
    "number share percentage speed"
)
_NAMES = word_set("name named called")
_MAKERS = word_set(
    "architect author builder composer designer founder inventor keeper maker owner painter winner"
)
_CALENDAR = word_set(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday noon midnight dawn dusk"
)
_NUMERALS = word_set(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million billion dozen half third quarter twice first second"
)
_LENGTHS = word_set(
    "metre metres meter meters centimetre centimetres millimetre millimetres kilometre kilometres "
    "km m cm mm mile miles foot feet inch inches yard yards pace paces fathom fathoms league "
    "leagues hand hands"
)
_TIMES = word_set(
    "second seconds minute minutes hour hours day days night nights week weeks fortnight month "
    "months year years season seasons decade decades century centuries"
)
_PER_TIME = word_set("second minute hour knots")
_YEAR = re.compile(r"1\d{3}|20\d\d")
_CLOCK = re.compile(r"\d\d?[.:]\d\d")
_REACH = 5  # words within which a unit follows its number

#: What a reader is told when nothing of the sort is there.
NAMED = {
    "year": "a year",
    "date": "a time",
    "name": "a name",
    "number": "a number",
    "length": "a length",
    "span": "a length or a time",
    "speed": "a speed",
}


def answer_type(part: str) -> AnswerType | None:
    """Return what a part of a question asks for; None if that is no name, number or time."""
    words = WORD.findall(part.lower())
    asked = next((n for n, word in enumerate(words[:3]) if INTERROGATIVE.fullmatch(word)), None)
    if asked is None:
        return _typed(frozenset(words))
    word, rest = words[asked], words[asked + 1 :]
    after = rest[0] if rest else ""
    if word == "how":
        return _HOW.get(after)  # type: ignore[return-value]
    if word in ("who", "whom", "whose", "where"):
        return "name"
    if word == "when" or after in _DATES:
        return "date"
    if after in ("year", "years"):
        return "year"
    if _FIGURES & set(rest):
        return "number"
    return "name" if _NAMES & set(rest) else None


def _typed(words: frozenset[str]) -> AnswerType | None:
    """Return what is asked for without an interrogative, as in "height of the tower"."""
    if words & {"year", "years"}:
        return "year"
    if words & _FIGURES:
        return "number"
    return "name" if words & (_NAMES | _MAKERS) else None


def words_of_type(asked: AnswerType | None) -> frozenset[str]:
    """Return the words of a question that only say what is asked for; no text need hold them."""
    if asked == "year":
        return frozenset(("year", "years"))
    if asked == "date":
        return _DATES
    return _NAMES if asked == "name" else frozenset(_HOW)


def holds(text: str, asked: AnswerType, known: Collection[str]) -> bool:
    """Say whether a text holds something of a type.

    :param known: words of the question in small letters; they are no answer to it.
    """
    words = WORD.findall(text)
    small = [word.lower() for word in words]
    return any(
        _is_one(asked, word, small[place : place + _REACH + 1], words[place - 1 : place])
        for place, word in enumerate(words)
        if small[place] not in known
    )


def _is_one(asked: AnswerType, word: str, from_here: list[str], before: list[str]) -> bool:
    small, after = from_here[0], set(from_here[1:])
    if asked == "year":
        return bool(_YEAR.fullmatch(word))
    if asked == "date":
        return small in _CALENDAR or bool(_YEAR.fullmatch(word) or _CLOCK.fullmatch(word))
    if asked == "name":
        return word[0].isupper() and small not in _CALENDAR and bool(before)
    if not (word[0].isdigit() or all(piece in _NUMERALS for piece in small.split("-"))):
        return False
    units = {
        "number": True,
        "length": bool(after & _LENGTHS),
        "span": bool(after & (_LENGTHS | _TIMES)),
        "speed": bool(after & _PER_TIME),
    }
    return units[asked]
