"""Numbers that Word puts before paragraphs by itself: 1., § 3, (a), 第2条."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = f"{_W}val"
_PLACE = re.compile(r"%([1-9])")
_KANJI = "〇一二三四五六七八九"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
          (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


@dataclass(frozen=True)
class _Level:
    """How one level of a list is numbered; `text` has %1, %2… where numbers stand."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True)
class _List:
    """A list of a document: lists of one `family` go on counting where the others stopped.

    `restarts` holds, by level, where this one begins anew when it is first met.
    """

    family: str
    levels: dict[int, _Level]
    restarts: dict[int, int]


class Numbers:
    """The numbers of the paragraphs of one document, told in the order of the text.

    :param numbering: the root of the part that says how lists are numbered, if there is one.
    :param styles: the root of the part of styles, which may number paragraphs, too.
    """

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._lists = {} if numbering is None else _lists(numbering)
        self._styles = {} if styles is None else _numbered_styles(styles)
        self._counts: dict[str, dict[int, int]] = {}
        self._met: set[tuple[str, int]] = set()

    def before(self, paragraph: Element) -> str:
        """Return the number that stands before a paragraph, with a space; nothing for bullets."""
        properties = paragraph.find(f"{_W}pPr")
        name, depth = ("", 0) if properties is None else self._place(properties)
        found = self._lists.get(name)
        if found is None or depth not in found.levels:
            return ""
        counts = self._counts.setdefault(found.family, {})
        if depth in found.restarts and (name, depth) not in self._met:
            counts[depth] = found.restarts[depth] - 1
        self._met.add((name, depth))
        counts[depth] = counts.get(depth, found.levels[depth].start - 1) + 1
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]
        return _shown(found.levels, counts, depth)

    def _place(self, properties: Element) -> tuple[str, int]:
        """Return the list that a paragraph belongs to, and its level in there."""
        own = _numbering_of(properties)
        style = properties.find(f"{_W}pStyle")
        given = self._styles.get(style.get(_VAL, ""), ("", 0)) if style is not None else ("", 0)
        return own or given


def _shown(levels: dict[int, _Level], counts: dict[int, int], depth: int) -> str:
    if levels[depth].kind in ("bullet", "none"):
        return ""

    def number(found: re.Match[str]) -> str:
        level = int(found[1]) - 1
        if level not in levels:
            return ""
        return _written(counts.get(level, levels[level].start), levels[level].kind)

    text = _PLACE.sub(number, levels[depth].text).strip()
    return f"{text} " if text else ""


def _lists(numbering: Element) -> dict[str, _List]:
    kinds = {
        kind.get(f"{_W}abstractNumId", ""): _levels(kind.iter(f"{_W}lvl"))
        for kind in numbering.iter(f"{_W}abstractNum")
    }
    lists = {}
    for each in numbering.iter(f"{_W}num"):
        family = _value(each, "abstractNumId")
        levels = {**kinds.get(family, {}), **_levels(each.iter(f"{_W}lvl"))}
        restarts = {
            _whole(override.get(f"{_W}ilvl"), 0): _whole(_value(override, "startOverride"), 1)
            for override in each.iter(f"{_W}lvlOverride")
            if override.find(f"{_W}startOverride") is not None
        }
        lists[each.get(f"{_W}numId", "")] = _List(family, levels, restarts)
    return lists


def _levels(elements: Iterable[Element]) -> dict[int, _Level]:
    return {
        _whole(level.get(f"{_W}ilvl"), 0): _Level(
            _value(level, "numFmt") or "decimal",
            _value(level, "lvlText"),
            _whole(_value(level, "start"), 1),
        )
        for level in elements
    }


def _numbered_styles(styles: Element) -> dict[str, tuple[str, int]]:
    found = {}
    for style in styles.iter(f"{_W}style"):
        properties = style.find(f"{_W}pPr")
        place = _numbering_of(properties) if properties is not None else None
        if place:
            found[style.get(f"{_W}styleId", "")] = place
    return found


def _numbering_of(properties: Element) -> tuple[str, int] | None:
    numbering = properties.find(f"{_W}numPr")
    if numbering is None or not _value(numbering, "numId"):
        return None
    return _value(numbering, "numId"), _whole(_value(numbering, "ilvl"), 0)


def _value(element: Element, name: str) -> str:
    found = element.find(f"{_W}{name}")
    return "" if found is None else found.get(_VAL, "")


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else otherwise


def _written(number: int, kind: str) -> str:
    """Return a number in the letters of a list; in figures where those are not known here."""
    if kind in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if kind == "lowerLetter" else letter.upper()
    if kind in ("lowerRoman", "upperRoman"):
        return _roman(number) if kind == "lowerRoman" else _roman(number).upper()
    if kind.startswith(("japaneseCounting", "chineseCounting")):
        return _in_kanji(number)
    return str(number)


def _roman(number: int) -> str:
    letters = ""
    for value, letter in _ROMAN:
        letters += letter * (number // value)
        number %= value
    return letters


def _in_kanji(number: int) -> str:
    """Return a number below a hundred as in 二十三."""
    tens, ones = divmod(number, 10)
    if number == 0 or tens > 9:
        return "".join(_KANJI[int(digit)] for digit in str(number))
    head = ("" if tens == 1 else _KANJI[tens]) + "十" if tens else ""
    return head + (_KANJI[ones] if ones else "")
