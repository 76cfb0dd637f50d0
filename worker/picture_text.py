"""Text in pictures: labels of a length that fits, in letters that a font has."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_BOX = "□"


def shorten(text: str, width: int) -> str:
    """Return `text` on one line, at most `width` characters wide, cut with an ellipsis.

    East Asian wide characters count as two.
    """
    line = " ".join(text.split()).replace("$", r"\$")
    used = 0
    for position, character in enumerate(line):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > width:
            return line[:position].rstrip() + "…"
    return line


def drawable(text: str, glyphs: frozenset[int]) -> str:
    """Return a text with a box for each character that no font has, such as an emoji."""
    return "".join(sign if ord(sign) in glyphs or sign == "\n" else _BOX for sign in text)


@lru_cache(maxsize=1)
def glyphs_of(*families: str) -> frozenset[int]:
    """Return the characters that one of these fonts has."""
    from matplotlib import font_manager

    fonts = [font_manager.get_font(font_manager.findfont(name)) for name in families]
    return frozenset(code for font in fonts for code in font.get_charmap())


def japanese_font() -> Path | None:
    """Return the file of the Japanese font that comes with a package, if it is there."""
    # Importing matplotlib_fontja would change the fonts of every figure in the process.
    package = find_spec("matplotlib_fontja")
    folders = package.submodule_search_locations if package else None
    font = Path(folders[0], "fonts", "ipaexg.ttf") if folders else None
    return font if font and font.is_file() else None


def font_families() -> list[str]:
    """Latin first; the Japanese font that comes with a package covers what it lacks."""
    from matplotlib import font_manager

    font = japanese_font()
    if font is None:
        return ["DejaVu Sans"]
    path = str(font)
    if not any(font.fname == path for font in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(path)
    return ["DejaVu Sans", font_manager.FontProperties(fname=path).get_name()]
