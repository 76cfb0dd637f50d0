"""What Excel makes of a text that is put into a cell: a formula, a number, a date, or text.

A program that hands over a text is read as if somebody typed it. Whether Excel then goes by English
or by the user's language is not the same for all programs and versions, so here both count: a text
that either would turn into something else is turned into that.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import TokenizerError

from tests.excel.model.languages import ENGLISH, Language

#: The longest formula, and the longest text that a cell holds.
LONGEST_FORMULA, LONGEST_TEXT = 8_192, 32_767

_MONTHS = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
    "mär",
    "mai",
    "okt",
    "dez",
]
_TIME = re.compile(r"(\d{1,4}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?(?: ?([ap])m?)?", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,4})[-/.](\d{1,4})(?:[-/.](\d{1,4}))?\.?")
_NAMED_DATE = re.compile(
    rf"(?:\d{{1,4}}[-. ]*(?:{'|'.join(_MONTHS)})[a-zé]*[-., ]*(?:\d{{1,4}})?"
    rf"|(?:{'|'.join(_MONTHS)})[a-zé]*[-., ]*\d{{1,4}}(?:[, -]+\d{{2,4}})?)",
    re.IGNORECASE,
)
_EAST_ASIAN_DATE = re.compile(r"(?:\d{1,4}年)?\d{1,2}月(?:\d{1,2}日)?|\d{1,4}年")
_ERA_DATE = re.compile(r"[MTSHR]\d{1,2}[./-]\d{1,2}[./-]\d{1,2}", re.IGNORECASE)
_FRACTION = re.compile(r"[-+]?\d+ \d+/\d+")
_DAY = dt.timedelta(days=1)
_EPOCH = dt.datetime(1899, 12, 30)


class Refused(Exception):  # noqa: N818 (Excel says no: not our fault)
    """Excel will not do what it was asked for; says so in its own words."""


@dataclass(frozen=True)
class ErrorValue:
    """A cell's error value, by its English name."""

    name: str


Value = None | bool | float | str | dt.datetime | ErrorValue


@dataclass(frozen=True)
class Entry:
    """What stands in a cell: a value, or the text of a formula with its equals sign.

    `is_marked`: an apostrophe stands before it, which does not show.
    """

    value: Value
    is_formula: bool = False
    is_marked: bool = False
    number_format: str | None = None


def read_entry(text: str, language: Language = ENGLISH) -> Entry:
    """Return what a text becomes that is put into a cell.

    :raises Refused: if it is a formula that Excel does not take, or too long.
    """
    if text.startswith("'"):
        return Entry(_short(text[1:]), is_marked=True)
    if text.startswith("="):
        return Entry(_checked(text), is_formula=True)
    if (converted := _convert(text, (ENGLISH, language))) is not None:
        return converted
    if text.startswith(("+", "-", "@")):
        return Entry(_checked(f"={text}"), is_formula=True)
    return Entry(_short(text) or None)


def serial(moment: dt.datetime) -> float:
    """Return the number that stands for a date."""
    return (moment.replace(tzinfo=None) - _EPOCH) / _DAY


def moment_of(number: float) -> dt.datetime:
    """Return the date that a number stands for."""
    return _EPOCH + number * _DAY


def _short(text: str) -> str:
    if len(text.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST_TEXT:
        raise Refused("Application-defined or object-defined error")
    return text


def _checked(formula: str) -> str:
    """Return a formula that Excel can read in English."""
    if len(formula) > LONGEST_FORMULA:
        raise Refused("Application-defined or object-defined error")
    try:
        tokens = Tokenizer(formula).items
    except (TokenizerError, IndexError) as error:
        raise Refused("Application-defined or object-defined error") from error
    depth = sum({"OPEN": 1, "CLOSE": -1}.get(token.subtype, 0) for token in tokens)
    if not tokens or depth or _has_foreign_separator(formula) or tokens[0].type == "LITERAL":
        raise Refused("Application-defined or object-defined error")
    return formula


def _has_foreign_separator(formula: str) -> bool:
    bare = re.sub(r'"[^"]*"|\'[^\']*\'|\{[^}]*\}|\[[^\]]*\]', "", formula)
    return ";" in bare


def _convert(text: str, languages: Sequence[Language]) -> Entry | None:
    """Return what a text is taken for, unless it is text."""
    word = unicodedata.normalize("NFKC", text).strip()
    for language in languages:
        if word.upper() in language.truth:
            return Entry(language.truth[word.upper()])
        if word.upper() in language.errors:
            return Entry(ErrorValue(language.errors[word.upper()]))
        if (number := _number(word, language)) is not None:
            return Entry(number, number_format="0%" if word.endswith("%") else None)
        if (moment := _moment(word, language)) is not None:
            return Entry(moment, number_format="m/d/yyyy")
    return None


def _number(word: str, language: Language) -> float | None:
    decimal, thousands = re.escape(language.decimal), re.escape(language.thousands)
    shape = re.fullmatch(
        rf"(?P<open>\()?(?P<sign>[-+])? ?[$€¥£]? ?"
        rf"(?P<digits>(?:\d{{1,3}}(?:{thousands}\d{{3}})+|\d+)(?:{decimal}\d*)?|{decimal}\d+)"
        rf"(?P<power>e[-+]?\d+)?(?P<close>\))? ?(?P<unit>%|[$€¥£])?",
        word,
        re.IGNORECASE,
    )
    if not shape or bool(shape["open"]) != bool(shape["close"]):
        return None
    digits = shape["digits"].replace(language.thousands, "").replace(language.decimal, ".")
    number = float(digits + (shape["power"] or ""))
    if shape["sign"] == "-" or shape["open"]:
        number = -number
    return number / 100 if shape["unit"] == "%" else number


def _moment(word: str, language: Language) -> dt.datetime | None:
    """Return a date or time; which day it is matters less than that it is one."""
    date, _, time = word.replace("T", " ").partition(" ")
    if _TIME.fullmatch(word):
        return _EPOCH
    if (parts := _DATE.fullmatch(date)) and (not time or _TIME.fullmatch(time)):
        return _day([int(part) for part in parts.groups() if part], language.dates)
    if any(
        shape.fullmatch(word) for shape in (_NAMED_DATE, _EAST_ASIAN_DATE, _ERA_DATE, _FRACTION)
    ):
        return dt.datetime(dt.date.today().year, 1, 1)
    return None


def _day(numbers: Sequence[int], order: str) -> dt.datetime | None:
    this_year = dt.date.today().year
    if len(numbers) == 2:
        numbers = [this_year, *(numbers if order != "dmy" else reversed(numbers))]
    elif numbers[0] < 32:
        day, month = (0, 1) if order == "dmy" else (1, 0)
        numbers = [numbers[2], numbers[month], numbers[day]]
    try:
        return dt.datetime(numbers[0] + (2000 if numbers[0] < 100 else 0), numbers[1], numbers[2])
    except ValueError:
        return None
