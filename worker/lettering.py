"""Lettering: lines of text as images, each character in a font of this machine that has it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from worker.picture_fonts import font_of, has_character, latin_font

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

_BOX = "□"
#: What stays with the character before it: marks on letters; what joins emoji, or colours them.
_MARKS = ("Mn", "Mc", "Me")
_JOINERS = frozenset(map(chr, (0x200C, 0x200D, *range(0x1F3FB, 0x1F400))))
#: Heights, in pixels, in which fonts come whose characters are little pictures (emoji).
_STRIKES = (109, 160, 136, 128, 96, 64, 40, 32, 20)
#: A word with the space after it; a wide character is a word of its own.
_WORD = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]|[^\s\u2e80-\u9fff]+\s*|\s+")


@dataclass(frozen=True)
class Lettering:
    """Black text of one height in pixels."""

    size: int

    @property
    def line_height(self) -> int:
        """The height of a line's image."""
        return round(self.size * 1.4)

    @property
    def plain(self) -> FreeTypeFont:
        """The font of digits and of Latin letters."""
        return _font_at(latin_font(), self.size)[0]

    def width(self, line: str) -> int:
        """Return how many pixels wide a line is."""
        return round(sum(_run_width(path, text, self.size) for path, text in _runs(line)))

    def image(self, line: str) -> Image:
        """Return a line on a ground that can be seen through."""
        from PIL import Image

        runs = [(path, text, _run_width(path, text, self.size)) for path, text in _runs(line)]
        width = max(1, round(sum(run[2] for run in runs)))
        image = Image.new("RGBA", (width, self.line_height), (0, 0, 0, 0))
        position = 0.0
        for path, text, advance in runs:
            image.alpha_composite(_run_image(path, text, self.size), (round(position), 0))
            position += advance
        return image

    def wrapped(self, text: str, width: int) -> list[str]:
        """Return a text in lines of at most so many pixels, where its words allow it."""
        lines = [""]
        for part in text.split("\n"):
            for word in _WORD.findall(part):
                if lines[-1] and self.width((lines[-1] + word).rstrip()) > width:
                    lines.append("")
                lines[-1] += word
            lines.append("")
        return [line.rstrip() for line in lines[:-1]]


def _runs(line: str) -> Iterator[tuple[Path, str]]:
    """Yield a line in pieces of one font each; what no font has is a box."""
    for path, signs in groupby(_lettered(line), key=lambda sign: sign[0]):
        yield path, "".join(text for _, text in signs)


def _lettered(line: str) -> Iterator[tuple[Path, str]]:
    """Yield each character with its font: marks and joiners are of the one before them.

    What turns the direction of writing is left out.
    """
    last = latin_font()
    for sign in line:
        kind = unicodedata.category(sign)
        if sign in _JOINERS or kind in _MARKS:
            if has_character(last, sign):
                yield last, sign
        elif kind != "Cf":
            font = font_of(sign) if kind != "Cc" else None
            last = font or latin_font()
            yield last, sign if font else _BOX


@lru_cache(maxsize=64)
def _font_at(path: Path, size: int) -> tuple[FreeTypeFont, float]:
    """Return a font, and how much larger than asked for it is: some have few sizes."""
    from PIL import ImageFont

    for there in (size, *_STRIKES):
        try:
            return ImageFont.truetype(path, there), there / size
        except OSError:
            continue
    return ImageFont.truetype(latin_font(), size), 1.0


def _run_width(path: Path, text: str, size: int) -> float:
    font, scale = _font_at(path, size)
    return font.getlength(text) / scale


def _run_image(path: Path, text: str, size: int) -> Image:
    """Return a piece of one font, as high as a line, on a ground that can be seen through."""
    from PIL import Image, ImageDraw

    font, scale = _font_at(path, size)
    height, width = round(size * 1.4), font.getlength(text) / scale
    image = Image.new("RGBA", (ceil(width * scale) + 1, round(height * scale)), (0, 0, 0, 0))
    place = (0, round(size * scale * 1.05))
    ImageDraw.Draw(image).text(place, text, "black", font, anchor="ls", embedded_color=True)
    return image if scale == 1 else image.resize((ceil(width) + 1, height))
