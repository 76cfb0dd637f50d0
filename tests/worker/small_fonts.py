"""Small fonts that are made for a test, and machines that have those alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from worker import picture_fonts

_UNITS = 1000


def write_font(path: Path, characters: str) -> Path:
    """Write a font whose every character is one black square, as high as a capital."""
    names = [".notdef", *(f"square{number}" for number in range(len(characters)))]
    font = FontBuilder(_UNITS, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap(dict(zip(map(ord, characters), names[1:], strict=True)))
    font.setupGlyf({name: _square() for name in names})
    font.setupHorizontalMetrics(dict.fromkeys(names, (_UNITS, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupOS2()
    font.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    font.setupPost()
    font.save(path)
    return path


def _square():
    pen = TTGlyphPen(None)
    for number, corner in enumerate(((0, 0), (0, 700), (_UNITS, 700), (_UNITS, 0))):
        (pen.lineTo if number else pen.moveTo)(corner)
    pen.closePath()
    return pen.glyph()


@pytest.fixture
def machine_fonts(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have this machine have these fonts alone, beside those that come with packages."""

    def have(*paths: Path, japanese: bool = True) -> None:
        monkeypatch.setattr(
            "matplotlib.font_manager.findSystemFonts", lambda: list(map(str, paths))
        )
        if not japanese:
            monkeypatch.setattr(picture_fonts, "japanese_font", lambda: None)
        _forget()

    yield have
    _forget()


def _forget() -> None:
    picture_fonts.font_of.cache_clear()
    picture_fonts._fonts.cache_clear()
