"""Compression of macro source (MS-OVBA 2.4.1): an LZ77 in chunks of 4,096 bytes."""

from __future__ import annotations

import struct

from worker.errors import InternalError

_CHUNK = 4096
_SHORTEST_COPY = 3
_SIGNATURE = b"\x01"
_COMPRESSED, _RAW = 0xB000, 0x3000


def compress(data: bytes) -> bytes:
    """Return `data` in the compressed form that a macro project stores.

    :raises InternalError: for a short tail of noise, which the format cannot hold.
    """
    chunks = (data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK))
    return _SIGNATURE + b"".join(_compress_chunk(chunk) for chunk in chunks)


def _compress_chunk(chunk: bytes) -> bytes:
    body = _Chunk(chunk).compressed()
    if len(body) <= _CHUNK:
        return struct.pack("<H", _COMPRESSED | (len(body) - 1)) + body
    if len(chunk) == _CHUNK:
        return struct.pack("<H", _RAW | (_CHUNK - 1)) + chunk
    raise InternalError(
        "A macro module cannot be compressed.",
        "Its last part is noise, not text: uncompressed parts must be whole 4,096 bytes.",
        "Look at the module's source.",
    )


class _Chunk:
    """One chunk, and where each three bytes of it were seen."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._seen: dict[bytes, list[int]] = {}

    def compressed(self) -> bytes:
        """Return groups of up to eight tokens, each group after a byte that tells their kinds."""
        body, position = bytearray(), 0
        while position < len(self._data):
            flags, tokens = 0, bytearray()
            for bit in range(8):
                if position == len(self._data):
                    break
                offset, length = self._longest_copy(position)
                if length:
                    flags |= 1 << bit
                    tokens += _copy_token(position, offset, length)
                else:
                    tokens.append(self._data[position])
                position = self._advance(position, max(length, 1))
            body.append(flags)
            body += tokens
        return bytes(body)

    def _advance(self, position: int, step: int) -> int:
        for place in range(position, position + step):
            self._seen.setdefault(self._data[place : place + _SHORTEST_COPY], []).append(place)
        return position + step

    def _longest_copy(self, position: int) -> tuple[int, int]:
        """Return how far back, and how long, the longest repetition is; zeros for none."""
        limit = min(_longest(position), len(self._data) - position)
        best_offset = best_length = 0
        if limit < _SHORTEST_COPY:
            return 0, 0
        for place in reversed(self._seen.get(self._data[position : position + 3], ())):
            length = self._common(place, position, limit)
            if length > best_length:
                best_offset, best_length = position - place, length
            if length == limit:
                break
        return best_offset, best_length

    def _common(self, place: int, position: int, limit: int) -> int:
        length = _SHORTEST_COPY
        while length < limit and self._data[place + length] == self._data[position + length]:
            length += 1
        return length


def _offset_bits(position: int) -> int:
    """Return how many bits of a copy token hold the offset: what the position may need."""
    return max(4, (position - 1).bit_length())


def _longest(position: int) -> int:
    return (0xFFFF >> _offset_bits(position)) + _SHORTEST_COPY if position else 0


def _copy_token(position: int, offset: int, length: int) -> bytes:
    shift = 16 - _offset_bits(position)
    return struct.pack("<H", (offset - 1) << shift | (length - _SHORTEST_COPY))
