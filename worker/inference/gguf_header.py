"""The header of a GGUF file: what a model says of itself, and where its numbers lie.

We read it ourselves. The library for it makes an object of every word in the vocabulary, which
takes seconds, and believes every count that it reads; the engine ends the whole process at some.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAGIC = b"GGUF"
VERSIONS = (2, 3)

_MOST_BYTES = 256 << 20  # of a header: vocabularies of a million words end well before
_MOST_NUMBERS = 4096  # of a list that is kept: one for each layer
_MOST_DIMENSIONS = 4
_ALIGNMENT = 32
#: Kinds of values by number, as `struct` names them; the other two are texts and lists.
_KINDS = dict(enumerate("BbHhIif?")) | dict(enumerate("Qqd", start=10))
_TEXT, _LIST = 8, 9


class GgufError(ValueError):
    """A file is no GGUF file, or a damaged one; its words say why, as a sentence."""


@dataclass(frozen=True)
class GgufHeader:
    """What stands before the numbers of a model.

    `values` are all but lists of texts and very long ones; `tensors` counts the lists of numbers,
    and `least_size` is what a file has at least whose last one is there.
    """

    values: Mapping[str, Any]
    tensors: int
    least_size: int

    @property
    def architecture(self) -> str:
        """Return the name of the model's kind; empty if there is none."""
        return str(self.values.get("general.architecture", ""))

    def own(self, key: str) -> Any:  # noqa: ANN401 (as the file has it)
        """Return a value that stands under the name of the architecture; None if there is none."""
        return self.values.get(f"{self.architecture}.{key}")


def read_header(path: Path) -> GgufHeader:
    """Return the header of a file.

    :raises OSError: if it cannot be opened.
    :raises GgufError: if it is no GGUF file that the engine reads, or its header is damaged.
    """
    with path.open("rb") as stream:
        begin = stream.read(32)
        if not begin.startswith(MAGIC):
            raise GgufError(_what_else(begin))
        size = min(path.stat().st_size, _MOST_BYTES)
        with mmap.mmap(stream.fileno(), size, access=mmap.ACCESS_READ) as data:
            return parse_header(data)


def parse_header(data: bytes | mmap.mmap) -> GgufHeader:
    """Return the header that stands at the beginning of some bytes; see `read_header`."""
    try:
        return _Reader(data).header()
    except (struct.error, OverflowError) as error:
        raise GgufError("It ends in the middle of its header.") from error


def _what_else(begin: bytes) -> str:
    if not begin:
        return "It is empty."
    if begin.lstrip()[:1] == b"<":
        return "It is a web page: the address that it came from asked for something first."
    if begin.startswith(b"version https://git-lfs"):
        return "It is a note of Git LFS on the file, and not the file."
    return "It does not begin as a GGUF file does."


class _Reader:
    def __init__(self, data: bytes | mmap.mmap) -> None:
        self._data = data
        self._place = len(MAGIC)

    def header(self) -> GgufHeader:
        version = self._number("I")
        if version not in VERSIONS:
            raise GgufError(_of_version(version))
        tensors, entries = self._number("Q"), self._number("Q")
        values = {self._name(): self._value(self._number("I")) for _ in range(entries)}
        last = max((self._tensor() + 1 for _ in range(tensors)), default=0)
        alignment = values.get("general.alignment") or _ALIGNMENT
        if not isinstance(alignment, int) or alignment < 1:
            raise GgufError("Its numbers stand in no order.")
        begin = -(-self._place // alignment) * alignment
        return GgufHeader(values, tensors, begin + last if tensors else self._place)

    def _number(self, kind: str) -> Any:  # noqa: ANN401 (told by the kind)
        [number] = struct.unpack_from(f"<{kind}", self._data, self._place)
        self._place += struct.calcsize(f"<{kind}")
        return number

    def _text(self) -> str:
        length = self._number("Q")
        text = self._data[self._place : self._place + length]
        if len(text) < length:
            raise GgufError("It ends in the middle of its header.")
        self._place += length
        return text.decode("utf-8", "replace")

    def _name(self) -> str:
        name = self._text()
        if not name:
            raise GgufError("Its header is damaged: a value has no name.")
        return name

    def _value(self, kind: int) -> Any:  # noqa: ANN401 (told by the kind)
        if kind == _TEXT:
            return self._text()
        if kind == _LIST:
            return self._list()
        return self._number(_struct_kind(kind))

    def _list(self) -> list[Any] | None:
        kind, length = self._number("I"), self._number("Q")
        if kind == _TEXT:
            self._pass_texts(length)
            return None
        each = _struct_kind(kind)
        if length > _MOST_NUMBERS:
            self._place += length * struct.calcsize(f"<{each}")
            return None
        return [self._number(each) for _ in range(length)]

    def _pass_texts(self, number: int) -> None:
        data, place, length_at = self._data, self._place, struct.Struct("<Q").unpack_from
        for _ in range(number):
            place += 8 + length_at(data, place)[0]
        self._place = place

    def _tensor(self) -> int:
        """Return where the numbers of the next tensor begin."""
        self._name()
        dimensions = self._number("I")
        if dimensions > _MOST_DIMENSIONS:
            raise GgufError("Its header is damaged: a list of numbers has no shape.")
        for kind in ("Q" * dimensions) + "I":
            self._number(kind)
        return int(self._number("Q"))


def _struct_kind(kind: int) -> str:
    if kind not in _KINDS:
        raise GgufError("Its header is damaged: a value is of no known kind.")
    return _KINDS[kind]


def _of_version(version: int) -> str:
    if version in {number << 24 for number in VERSIONS}:
        return "Its numbers are written for machines that count the other way round (big endian)."
    age = "an old" if version < min(VERSIONS) else "an unknown"
    return f"It is of {age} version of the format: {version}."
