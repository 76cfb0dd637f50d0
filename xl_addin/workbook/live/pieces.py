"""Pieces of a block of cells: each goes into a sheet in one call, as formulas or as values.

Excel takes no text of more than 8,192 characters where it takes formulas, and may not read a
formula as such where it takes values. Numbers, truth values and empty cells go either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xl_addin.workbook.areas import Area
from xl_addin.workbook.cells import typed_text

Block = Sequence[Sequence[object]]

_COMPUTED, _PLAIN = 1, 2


@dataclass(frozen=True)
class Piece:
    """An area, what is to stand in it, and whether that is formulas."""

    area: Area
    block: Block
    is_computed: bool


def cut(area: Area, block: Block) -> list[Piece]:
    """Return the pieces of a block, as few as whole columns or whole rows make; formulas first.

    A formula that Excel fills down an empty column is so overwritten by what belongs there.
    """
    whole = Piece(area, block, is_computed=False)
    down = [piece for part in _columns(whole) for piece in _rows(part)]
    across = [piece for part in _rows(whole) for piece in _columns(part)]
    fewest = down if len(down) <= len(across) else across
    return sorted(fewest, key=lambda piece: not piece.is_computed)


def _columns(piece: Piece) -> Iterator[Piece]:
    lines = [[row[place] for row in piece.block] for place in range(len(piece.area.columns))]
    left = piece.area.left
    for first, last, is_computed in _runs(lines):
        area = replace(piece.area, left=left + first, right=left + last)
        yield Piece(area, [row[first : last + 1] for row in piece.block], is_computed)


def _rows(piece: Piece) -> Iterator[Piece]:
    top = piece.area.top
    for first, last, is_computed in _runs(piece.block):
        area = replace(piece.area, top=top + first, bottom=top + last)
        yield Piece(area, piece.block[first : last + 1], is_computed)


def _runs(lines: Block) -> Iterator[tuple[int, int, bool]]:
    """Yield the first and last of neighbouring lines that go the same way, and which it is."""
    first, ways = 0, 0
    for number, line in enumerate(lines):
        way = _ways(line)
        if ways | way == _COMPUTED | _PLAIN and number > first:
            yield first, number - 1, ways == _COMPUTED
            first, ways = number, 0
        ways |= way
    yield first, len(lines) - 1, ways == _COMPUTED


def _ways(line: Sequence[object]) -> int:
    ways = 0
    for value in line:
        if is_computed(value):
            ways |= _COMPUTED
        elif value is not None and not isinstance(value, (int, float)):
            ways |= _PLAIN
    return ways


def is_computed(value: object) -> bool:
    """Say whether what is ready to be typed is a formula, or the name of an error value."""
    return isinstance(value, str) and value.startswith(("=", "#")) and typed_text(value) != value
