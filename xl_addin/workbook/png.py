"""The natural size of a PNG image."""

from __future__ import annotations

import struct

from worker.errors import InternalError

MAX_WIDTH = 1250
SCREEN_DPI = 96
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_METRES_PER_INCH = 0.0254


def shown_size(png: bytes) -> tuple[int, int]:
    """Return width and height in pixels at 96 dpi, scaled down to at most 1,250 wide.

    :raises InternalError: if `png` is not a PNG image.
    """
    if not png.startswith(_SIGNATURE) or len(png) < 33:
        raise InternalError(
            "A picture could not be put into the workbook.",
            "It is not a PNG image.",
            "Please report this.",
        )
    width, height = struct.unpack(">II", png[16:24])
    across, down = _pixels_per_metre(png)
    if across:
        width = width * SCREEN_DPI / (across * _METRES_PER_INCH)
        height = height * SCREEN_DPI / (down * _METRES_PER_INCH)
    scale = min(1.0, MAX_WIDTH / width)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _pixels_per_metre(png: bytes) -> tuple[int, int]:
    """Return the resolution that the image states; zeros where it states none."""
    position = 8
    while position + 8 <= len(png):
        length, kind = struct.unpack(">I4s", png[position : position + 8])
        if kind == b"pHYs" and length == 9:
            across, down, unit = struct.unpack(">IIB", png[position + 8 : position + 17])
            return (across, down) if unit == 1 and across and down else (0, 0)
        if kind in (b"IDAT", b"IEND"):
            break
        position += 12 + length
    return 0, 0
