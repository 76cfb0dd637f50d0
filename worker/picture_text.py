"""Text in pictures: labels of a length that fits, in letters that a font has."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import accumulate

from worker.picture_fonts import LATIN, japanese_font

_BOX = "□"


def shorten(text: str, width: int) -> str:
    """Return `text` on one line, about `width` characters wide, its end cut with an ellipsis.

    East Asian wide characters count as two. It is cut after a word if one ends near there.
    """
    line = " ".join(text.split())
    if display_width(line) <= width:
        return line
    cut = line[: _fitting(line, width)]
    words = cut if line[len(cut)] == " " else cut.rpartition(" ")[0]
    return (words if len(words) * 3 > len(cut) * 2 else cut).rstrip(" ,;:") + "…"


def shorten_inside(name: str, width: int) -> str:
    """Return a name `width` characters wide at most, cut in its middle: both ends tell most."""
    line = " ".join(name.split())
    if display_width(line) <= width:
        return line
    end = _fitting(line[::-1], width // 2)
    return line[: _fitting(line, width - width // 2 - 1)] + "…" + line[len(line) - end :]


def display_width(text: str) -> int:
    """Return how many columns of Latin characters a text is as wide as."""
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _fitting(text: str, width: int) -> int:
    """Return how many of the first characters fit."""
    used = accumulate(map(_columns, text))
    return sum(1 for columns in used if columns <= width)


def drawable(text: str, glyphs: frozenset[int]) -> str:
    """Return a text as matplotlib draws it: a box for each character that no font has.

    A dollar sign is no formula.
    """
    shown = "".join(sign if ord(sign) in glyphs or sign == "\n" else _BOX for sign in text)
    return shown.replace("$", r"\$")


@lru_cache(maxsize=1)
def glyphs_of(*families: str) -> frozenset[int]:
    """Return the characters that one of these fonts has."""
    from matplotlib import font_manager

    fonts = [font_manager.get_font(font_manager.findfont(name)) for name in families]
    return frozenset(code for font in fonts for code in font.get_charmap())


def font_families() -> list[str]:
    """Latin first; the Japanese font that comes with a package covers what it lacks."""
    from matplotlib import font_manager

    path = str(japanese_font() or "")
    if not path:
        return [LATIN]
    if not any(font.fname == path for font in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(path)
    return [LATIN, font_manager.FontProperties(fname=path).get_name()]
