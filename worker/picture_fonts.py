"""Fonts for text in pictures: those that come with packages, then those of the machine."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LATIN = "DejaVu Sans"
#: Parts of a font's file name that speak against it in a label, the worst first.
_UNFIT = ("italic", "oblique", "bold", "black", "thin", "light", "mono", "serif")


@lru_cache(maxsize=1)
def latin_font() -> Path:
    """Return the font that comes with matplotlib."""
    from matplotlib import font_manager

    return Path(font_manager.findfont(LATIN))


def japanese_font() -> Path | None:
    """Return the file of the Japanese font that comes with a package, if it is there."""
    # Importing matplotlib_fontja would change the fonts of every figure in the process.
    package = find_spec("matplotlib_fontja")
    folders = package.submodule_search_locations if package else None
    font = Path(folders[0], "fonts", "ipaexg.ttf") if folders else None
    return font if font and font.is_file() else None


@lru_cache(maxsize=4096)
def font_of(character: str) -> Path | None:
    """Return the first font that has a character; none if no font of this machine has it."""
    return next((path for path in _fonts() if has_character(path, character)), None)


def has_character(font: Path, character: str) -> bool:
    """Return whether a font has a character."""
    codes = _characters(font)
    place = int(np.searchsorted(codes, ord(character)))
    return place < len(codes) and int(codes[place]) == ord(character)


def lacking(text: str) -> str:
    """Return the signs of a text that no font of this machine has, each once.

    Characters that show nothing of their own are no such signs.
    """
    shown = (sign for sign in dict.fromkeys(text) if unicodedata.category(sign)[0] not in "CMZ")
    return "".join(sign for sign in shown if font_of(sign) is None)


@lru_cache(maxsize=1)
def _fonts() -> tuple[Path, ...]:
    """Return all fonts, those that are tried first before the others."""
    from matplotlib import font_manager

    shipped = [latin_font(), japanese_font()]
    machine = sorted(map(Path, font_manager.findSystemFonts()), key=_unfit)
    return tuple(path for path in (*shipped, *machine) if path)


def _unfit(path: Path) -> tuple[list[bool], str]:
    name = path.name.lower()
    return [part in name for part in _UNFIT], name


@cache
def _characters(path: Path) -> NDArray[np.uint32]:
    """Return the sorted codes of the characters that a font has; none if it cannot be read."""
    from matplotlib import font_manager

    try:
        codes = font_manager.get_font(path).get_charmap()
    except (OSError, RuntimeError):  # a damaged font, or of a kind that FreeType does not know
        return np.empty(0, np.uint32)
    return np.sort(np.fromiter(codes, np.uint32, len(codes)))
