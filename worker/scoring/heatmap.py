"""The picture of a matrix: rows down, points of view across, values printed in the cells.

It is drawn once, out of images whose places are known: seaborn has one drawn three times, and
takes thirteen times as long.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from worker.lettering import Lettering

if TYPE_CHECKING:
    from PIL.Image import Image

#: Pixels: a cell has room for a number such as -0.12, and 60 of them side by side can be read.
_CELL_WIDTH, _CELL_HEIGHT = 40, 28
_MARGIN, _GAP = 12, 8
_BAR_WIDTH, _LONGEST_BAR, _BAR_NUMBER_ROOM = 18, 12 * _CELL_HEIGHT, 36
_SEEN_AT_ONCE = 30 * _CELL_HEIGHT
_NARROWEST_TITLE = 420
_NUMBER, _LABEL, _TITLE = Lettering(11), Lettering(12), Lettering(16)
_SLANT = 55  # degrees
_BAR_NUMBERS = 5
_DPI = 110
#: What red, green and blue do to the brightness of a colour, and below which white is read better.
_LUMINANCE, _DARK = np.array([0.2126, 0.7152, 0.0722]) / 255, 0.45

_Colours = NDArray[np.uint8]


@dataclass(frozen=True)
class Palette:
    """Colours and number format of one kind of value.

    A diverging palette has its neutral colour at zero.
    """

    colours: str
    number: str
    bar_label: str
    diverging: bool = False

    def ends(self, values: NDArray[np.float64]) -> tuple[float, float]:
        """Return the values that have the first and the last colour."""
        if self.diverging:
            limit = float(np.abs(values).max())
            return -limit, limit
        return float(values.min()), float(values.max())

    def text(self, value: float) -> str:
        """Return a value as it is printed: what is rounded to zero has no sign."""
        text = f"{value:{self.number}}"
        return text if float(text) else text.removeprefix("-")

    def paint(self, values: NDArray[np.float64], ends: tuple[float, float]) -> _Colours:
        """Return the red, green and blue of each value."""
        from matplotlib import colormaps

        low, high = ends
        shares = (values - low) / (high - low) if high > low else np.full_like(values, 0.5)
        painted: _Colours = colormaps[self.colours](shares, bytes=True)[..., :3]
        return painted


COSINE = Palette("YlOrRd", ".2f", "cosine")
CONTRAST = Palette("RdBu_r", ".1f", "contrast (z)", diverging=True)


def draw_heatmap(
    values: NDArray[np.float64],
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    *,
    title: str,
    palette: Palette,
) -> bytes:
    """Return a PNG of an (n, p) matrix, in the row and column order given."""
    cells = _cells(values, palette)
    parts = [
        _Part(cells, 0, 0),
        *_key(palette, palette.ends(values), cells),
        *_beside_rows(row_labels),
        *_beside_columns(column_labels, cells),
    ]
    return _png(_assembled([*parts, *_above(title, parts)]))


@dataclass(frozen=True)
class _Part:
    """An image with its place: pixels right of the cells' left edge, and below their top."""

    image: Image
    left: int
    top: int

    @property
    def right(self) -> int:
        return self.left + self.image.width

    @property
    def bottom(self) -> int:
        return self.top + self.image.height


def _cells(values: NDArray[np.float64], palette: Palette) -> Image:
    """Return the coloured cells, each with its number."""
    from PIL import Image, ImageDraw

    colours = palette.paint(values, palette.ends(values))
    pixels = colours.repeat(_CELL_HEIGHT, axis=0).repeat(_CELL_WIDTH, axis=1)
    pixels[::_CELL_HEIGHT] = pixels[:, ::_CELL_WIDTH] = 255  # white lines
    image = Image.fromarray(pixels)
    draw = ImageDraw.Draw(image)
    inks = np.where(colours @ _LUMINANCE < _DARK, "white", "#262626")
    for (row, column), value in np.ndenumerate(values):
        middle = ((column + 0.5) * _CELL_WIDTH, (row + 0.5) * _CELL_HEIGHT)
        number = palette.text(value)
        draw.text(middle, number, str(inks[row, column]), _NUMBER.plain, anchor="mm")
    return image


def _key(palette: Palette, ends: tuple[float, float], cells: Image) -> Iterator[_Part]:
    """Yield the bar of all colours, right of the cells: highest on top, numbers beside it."""
    from PIL import Image

    left, height = cells.width + 2 * _GAP, min(cells.height, _LONGEST_BAR)
    shades = palette.paint(np.linspace(*ends[::-1], height)[:, np.newaxis], ends)
    yield _Part(Image.fromarray(shades.repeat(_BAR_WIDTH, axis=1)), left, 0)
    left += _BAR_WIDTH + _GAP // 2
    for share in np.linspace(0, 1, max(2, min(_BAR_NUMBERS, height // _CELL_HEIGHT))):
        number = _NUMBER.image(palette.text(ends[1] + share * (ends[0] - ends[1])))
        yield _Part(number, left, round(share * (height - 1)) - number.height // 2)
    name = _LABEL.image(palette.bar_label).rotate(90, expand=True)
    yield _Part(name, left + _BAR_NUMBER_ROOM, (height - name.height) // 2)


def _beside_rows(labels: Sequence[str]) -> Iterator[_Part]:
    for row, text in enumerate(labels):
        label = _LABEL.image(text)
        middle = row * _CELL_HEIGHT + _CELL_HEIGHT // 2
        yield _Part(label, -_GAP - label.width, middle - label.height // 2)


def _beside_columns(labels: Sequence[str], cells: Image) -> Iterator[_Part]:
    """Yield slanted labels that end below the middle of their columns.

    Where one would have to scroll to see them, they begin above it as well.
    """
    from PIL.Image import Resampling

    for column, text in enumerate(labels):
        label = _LABEL.image(text).rotate(_SLANT, Resampling.BICUBIC, expand=True)
        middle = column * _CELL_WIDTH + _CELL_WIDTH // 2
        right = middle + _LABEL.size // 2
        yield _Part(label, right - label.width, cells.height + _GAP // 2)
        if cells.height > _SEEN_AT_ONCE:
            yield _Part(label, middle - _LABEL.size // 2, -_GAP // 2 - label.height)


def _above(title: str, parts: Sequence[_Part]) -> Iterator[_Part]:
    """Yield the lines of the title, as wide as what stands below them."""
    left, width = _ends([(part.left, part.right) for part in parts])
    lines = _TITLE.wrapped(title, max(width - left, _NARROWEST_TITLE))
    bottom = min(part.top for part in parts) - _GAP
    for number, line in enumerate(reversed(lines), start=1):
        yield _Part(_TITLE.image(line), left, bottom - number * _TITLE.line_height)


def _assembled(parts: Sequence[_Part]) -> Image:
    """Return all parts on white, with a margin around them."""
    from PIL import Image

    left, right = _ends([(part.left, part.right) for part in parts])
    top, bottom = _ends([(part.top, part.bottom) for part in parts])
    size = (right - left + 2 * _MARGIN, bottom - top + 2 * _MARGIN)
    picture = Image.new("RGB", size, "white")
    for part in parts:
        place = (part.left - left + _MARGIN, part.top - top + _MARGIN)
        picture.paste(part.image, place, part.image if part.image.mode == "RGBA" else None)
    return picture


def _ends(spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    starts, ends = zip(*spans, strict=True)
    return min(starts), max(ends)


def _png(picture: Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", dpi=(_DPI, _DPI))
    return buffer.getvalue()
