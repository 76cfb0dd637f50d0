"""Numbers in an answer, and the values that they may have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from worker.answering.citations import without_citations

#: A time of day, or digits with separators between them; a space is one only before three digits.
_NUMBER = re.compile(
    r"(?<![\d:.,])\d{1,2}:\d\d(?![\d:])"
    r"|\d{1,3}(?:[ \u202f'’]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)*"
)
_IN_A_LIST = re.compile(r"^\s*\d{1,2}[.)]\s", re.MULTILINE)

#: Numbers in the signs of Chinese and Japanese: 一九八六, 三百二十, 3万5千.
_KANJI = re.compile(
    r"[\d〇一二三四五六七八九十百千万億]{0,20}[〇一二三四五六七八九十百千万億]\d{0,20}"
)
_LARGE = 10_000

_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth"),
    *("seventeenth", "eighteenth", "nineteenth"),
)
_TENTHS = ("twentieth", "thirtieth", "fortieth", "fiftieth", "sixtieth", "seventieth", "eightieth",
           "ninetieth")  # fmt: skip
_WORDS = {
    **{word: number for number, word in enumerate(_SMALL)},
    **{word: 10 * number for number, word in enumerate(_TENS, start=2)},
    **{word: number for number, word in enumerate(_ORDINALS, start=1)},
    **{word: 10 * number for number, word in enumerate(_TENTHS, start=2)},
}
_IN_WORDS = re.compile(
    rf"\b(?:({'|'.join(_TENS)})(?:[-\s]({'|'.join((*_ORDINALS, *_SMALL))}))?"
    rf"|({'|'.join((*_TENTHS, *_ORDINALS, *_SMALL))}))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Number:
    """A number as it stands in a text, and each value that may be meant by it."""

    written: str
    values: frozenset[str]


def unfounded_numbers(answer: str, texts: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers of an answer, as they stand there, that are in none of these texts.

    A number is the same however its thousands and decimals are set off, and whether a text has it
    in digits, in English words up to ninety-nine, or in Chinese characters. Small numbers in words
    or kanji, citations and the numbers of a list are none.
    """
    said = numbers_in(answer)
    if not said:
        return ()
    known = {value for text in texts for value in values_in(text)}
    return tuple(dict.fromkeys(one.written for one in said if not known & one.values))


def numbers_in(answer: str) -> list[Number]:
    """Return the numbers that an answer states, in digits, or in words or kanji above ten."""
    text = _IN_A_LIST.sub("", unicodedata.normalize("NFKC", without_citations(answer)))
    digits = [
        Number(number, frozenset(_values(number)))
        for number in _NUMBER.findall(_KANJI.sub(" ", text))
    ]
    words = [
        Number(match[0], frozenset((str(value),)))
        for match in _IN_WORDS.finditer(text)
        if (value := _from_words(match)) > 10
    ]
    kanji = [
        Number(run, frozenset((str(value),)))
        for run in _KANJI.findall(text)
        if len(run) > 1 and (value := _from_kanji(run)) > 10
    ]
    return digits + words + kanji


def values_in(text: str) -> Iterator[str]:
    """Yield every value that may be meant by a number of a text, in whatever signs it has it."""
    text = unicodedata.normalize("NFKC", text)
    for number in _NUMBER.findall(text):
        yield from _values(number)
    for run in _KANJI.findall(text):
        yield str(_from_kanji(run))
    for match in _IN_WORDS.finditer(text):
        yield str(_from_words(match))


def _from_words(match: re.Match[str]) -> int:
    return sum(_WORDS[word.lower()] for word in match.groups() if word)


def _values(number: str) -> set[str]:
    """Return what a number may mean: 1,234 is a thousand and more, or a little more than one."""
    groups = re.split(r"\D", number)
    whole, last = "".join(groups[:-1]), groups[-1]
    values = {_plain("".join(groups))} if all(len(group) == 3 for group in groups[1:]) else set()
    if len(groups) == 2 or (whole and len(last) != 3):
        values.add(_plain(f"{whole}.{last}"))
    if len(groups) > 2 and not values & {_plain("".join(groups))}:
        values.update(map(_plain, groups))  # a date, or the number of a version
    return values


def _plain(number: str) -> str:
    whole, point, decimals = number.partition(".")
    return (whole.lstrip("0") or "0") + (point + decimals).rstrip("0").rstrip(".")


def _from_kanji(run: str) -> int:
    total = section = digits = 0
    for sign in run:
        value = int(unicodedata.numeric(sign))
        if value < 10:
            digits = digits * 10 + value
        elif value < _LARGE:
            section, digits = section + (digits or 1) * value, 0
        else:
            total, section, digits = total + ((section + digits) or 1) * value, 0, 0
    return total + section + digits
