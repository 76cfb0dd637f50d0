"""How many lines a text takes in a cell, by the widths of its letters in the usual font."""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from functools import lru_cache

#: Widths of letters in Calibri, in those of a digit; columns are as wide as so many digits.
_LETTERS = {
    0.47: " 'ijl",
    0.52: ",.:;I",
    0.62: "!()-[]`f{}Jrt",
    0.79: '"/\\sz',
    0.88: "cLxvk",
    0.98: "#*+<=>?EFPSTYZ^_|~aegyèé",
    1.05: "$0123456789BCKRXbdhnopqu",
    1.20: "DGHNUVA&OQ",
    1.55: "%mwMW@",
}
_EAST_ASIAN = 2.1  # its font is wider than two digits of the usual one
_OTHER = 1.15
#: Paper and other programs show letters a little wider than the screen of Excel, by which columns
#: are measured.
_ROOM = 0.93


class _Widths(dict[str, float]):
    """The width of each letter, found when it is first asked for."""

    def __missing__(self, letter: str) -> float:
        if unicodedata.combining(letter):
            width = 0.0
        else:
            wide = unicodedata.east_asian_width(letter) in "WF"
            width = _EAST_ASIAN if wide else _OTHER
        self[letter] = width
        return width


_WIDTHS = _Widths({letter: width for width, letters in _LETTERS.items() for letter in letters})


def line_count(text: str, width: float) -> int:
    """Return how many lines a text takes in a column that is `width` digits wide: an estimate."""
    room = max(1.0, width * _ROOM)
    return sum(_wrapped_count(line, room) for line in text.split("\n"))


def _wrapped_count(line: str, room: float) -> int:
    """Return how many lines a line takes: words go on in the next, long ones are broken."""
    count, used = 1, 0.0
    for word in line.split(" "):
        needed = used + _word_width(word)
        if needed > room and needed - used <= room:
            count, needed = count + 1, needed - used
        elif needed > room:
            more = math.ceil(needed / room) - 1
            count, needed = count + more, needed - more * room
        used = needed + _WIDTHS[" "]
    return count


@lru_cache(maxsize=20_000)
def _word_width(word: str) -> float:
    return sum(map(_WIDTHS.__getitem__, word))


def pieces_of_lines(text: str, width: float, most: int) -> list[str]:
    """Return `text` in pieces of at most so many lines; they end at spaces if they can."""
    pieces: list[str] = []
    while line_count(text, width) > most:
        ends = range(len(text) + 1)
        fits = bisect_right(ends, most, key=lambda end: line_count(text[:end], width)) - 1
        space = max(text.rfind(" ", 0, fits), text.rfind("\n", 0, fits))
        end = space if space > 0 else max(1, fits)
        pieces.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*pieces, text]
