"""Pictures on the wire: PNG images, looked through before anything is made of them."""

from __future__ import annotations

import struct
import zlib

from worker.contract.wire import require

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LONGEST_SIDE = 2**16 - 1  # pixels; what draws our pictures makes none that is longer
_MOST_PIXELS = 2**28


def check_png(name: str, data: bytes) -> None:
    """See that a picture is a whole PNG image of a size that a sheet can show.

    Its chunks are those of the PNG specification (W3C, chapter 5): length, kind, data, CRC.

    :param name: what the picture is called in the message.
    :raises ProtocolError: if it is not.
    """
    whole = f"the picture {name} is no whole PNG image"
    require(data.startswith(_SIGNATURE), whole)
    position, kind, seen = len(_SIGNATURE), b"", 0
    while kind != b"IEND":
        require(position + 12 <= len(data), whole)
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        end = position + 8 + length
        require(end + 4 <= len(data), whole)
        (crc,) = struct.unpack(">I", data[end : end + 4])
        require(zlib.crc32(data[position + 4 : end]) == crc, whole)
        require((kind == b"IHDR") == (seen == 0), whole)
        _check_chunk(name, kind, data[position + 8 : end])
        position, seen = end + 4, seen + 1
    require(position == len(data), f"something follows the picture {name}")


def _check_chunk(name: str, kind: bytes, data: bytes) -> None:
    if kind == b"IHDR":
        require(len(data) == 13, f"the picture {name} is no whole PNG image")
        width, height = struct.unpack(">II", data[:8])
        fits = 1 <= width <= _LONGEST_SIDE and 1 <= height <= _LONGEST_SIDE
        size = f"the picture {name} has {width} × {height} pixels"
        require(fits and width * height <= _MOST_PIXELS, size)
    elif kind == b"pHYs":
        across, down = struct.unpack(">II", data[:8]) if len(data) == 9 else (0, 1)
        require(across == down, f"the pixels of the picture {name} are no squares")
