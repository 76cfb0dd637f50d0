"""Writer of compound files (MS-CFB, version 3): the container of a macro project."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from worker.errors import InternalError

#: Names to the bytes of a stream, or to a storage of their own.
Storage: TypeAlias = Mapping[str, "bytes | Storage"]

_SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")
_SECTOR, _MINI_SECTOR, _MINI_LIMIT = 512, 64, 4096
_FREE, _END, _FAT_SECTOR, _NOBODY = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_NUMBERS_PER_SECTOR = _SECTOR // 4
_FAT_SECTORS_IN_HEADER = 109
_LONGEST_NAME = 31
_STORAGE_KIND, _STREAM_KIND, _ROOT_KIND = 1, 2, 5
_RED, _BLACK = 0, 1


@dataclass
class _Entry:
    """One line of the directory; siblings form a binary tree."""

    name: str
    kind: int
    data: bytes = b""
    colour: int = _BLACK
    left: int = _NOBODY
    right: int = _NOBODY
    child: int = _NOBODY
    start: int = 0
    size: int = 0

    def pack(self) -> bytes:
        """Return the 128 bytes of the line; no class id and no times, so nothing varies."""
        name = self.name.encode("utf-16-le") + b"\0\0" if self.name else b""
        head = struct.pack(
            "<64sHBBIII",
            name, len(name), self.kind, self.colour, self.left, self.right, self.child,
        )  # fmt: skip
        return head + bytes(36) + struct.pack("<IQ", self.start, self.size)


class _Sectors:
    """The sectors of a file in the making, and the chains that they form."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.data = bytearray()
        self.chains: list[int] = []

    def put(self, data: bytes) -> int:
        """Append `data` as one chain and return its first sector."""
        if not data:
            return _END
        start = len(self.chains)
        count = -(-len(data) // self._size)
        self.chains += [*range(start + 1, start + count), _END]
        self.data += data.ljust(count * self._size, b"\0")
        return start


def compound_file(storage: Storage) -> bytes:
    """Return a compound file with these streams; the same storage gives the same bytes.

    :raises InternalError: if a name is empty or too long, or the file would be too large.
    """
    entries = [_Entry("Root Entry", _ROOT_KIND)]
    entries[0].child = _add_entries(entries, storage)
    sectors = _Sectors(_SECTOR)
    mini_start, mini_count = _put_streams(entries, sectors)
    directory = sectors.put(b"".join(_directory(entries)))
    fat_start, fat_count = _put_fat(sectors)
    header = struct.pack("<8s16xHHHHH6x", _SIGNATURE, 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack(
        "<9I", 0, fat_count, directory, 0, _MINI_LIMIT, mini_start, mini_count, _END, 0
    )
    fat = [*range(fat_start, fat_start + fat_count)]
    header += _numbers(fat + [_FREE] * (_FAT_SECTORS_IN_HEADER - fat_count))
    return header + bytes(sectors.data)


def _add_entries(entries: list[_Entry], storage: Storage) -> int:
    """Append the entries of a storage and all below; return the root of their tree."""
    places = []
    # The order that the format asks of siblings: shorter names first, then by capital letters.
    for name in sorted(storage, key=lambda text: (len(text), text.upper())):
        places.append(len(entries))
        entries.append(_entry(name, storage[name]))
    for place in places:
        inner = storage[entries[place].name]
        if not isinstance(inner, bytes):
            entries[place].child = _add_entries(entries, inner)
    return _grow_tree(entries, places, depth=1, deepest=len(places).bit_length())


def _entry(name: str, content: bytes | Storage) -> _Entry:
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InternalError(
            f"A stream cannot be named {name!r}.",
            f"Names in a compound file have 1 to {_LONGEST_NAME} characters.",
            "Choose a shorter name.",
        )
    if isinstance(content, bytes):
        return _Entry(name, _STREAM_KIND, content, size=len(content))
    return _Entry(name, _STORAGE_KIND)


def _grow_tree(entries: list[_Entry], places: list[int], depth: int, deepest: int) -> int:
    """Link sorted siblings as a balanced tree and return its root.

    All levels but the last are full, so red for the last level makes a red-black tree.
    """
    if not places:
        return _NOBODY
    middle = len(places) // 2
    entry = entries[places[middle]]
    entry.colour = _RED if depth == deepest > 1 else _BLACK
    entry.left = _grow_tree(entries, places[:middle], depth + 1, deepest)
    entry.right = _grow_tree(entries, places[middle + 1 :], depth + 1, deepest)
    return places[middle]


def _put_streams(entries: list[_Entry], sectors: _Sectors) -> tuple[int, int]:
    """Store all streams, short ones in mini sectors; return place and length of the mini FAT."""
    mini = _Sectors(_MINI_SECTOR)
    for entry in entries:
        if entry.kind == _STREAM_KIND:
            room = mini if entry.size < _MINI_LIMIT else sectors
            entry.start = room.put(entry.data)
    root = entries[0]
    root.start, root.size = sectors.put(bytes(mini.data)), len(mini.data)
    table = _padded(mini.chains)
    return sectors.put(_numbers(table)), len(table) // _NUMBERS_PER_SECTOR


def _directory(entries: list[_Entry]) -> Iterator[bytes]:
    yield from (entry.pack() for entry in entries)
    yield from (_Entry("", 0, colour=_RED).pack() for _ in range(-len(entries) % 4))


def _put_fat(sectors: _Sectors) -> tuple[int, int]:
    """Append the table of all chains, itself included; return its place and length."""
    used = start = len(sectors.chains)
    count = 1
    while count * _NUMBERS_PER_SECTOR < used + count:
        count += 1
    if count > _FAT_SECTORS_IN_HEADER:
        raise InternalError(
            "The macro project is too large.",
            "This writer makes compound files of up to 6.8 MB.",
            "Take modules out.",
        )
    sectors.data += _numbers(_padded(sectors.chains + [_FAT_SECTOR] * count))
    return start, count


def _padded(numbers: list[int]) -> list[int]:
    return numbers + [_FREE] * (-len(numbers) % _NUMBERS_PER_SECTOR)


def _numbers(numbers: list[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)
