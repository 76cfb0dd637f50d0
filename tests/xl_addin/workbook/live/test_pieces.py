"""Pieces of a block: formulas and texts apart, in as few calls as columns or rows allow."""

import datetime as dt

import pytest

from xl_addin.workbook.areas import Area
from xl_addin.workbook.live.pieces import cut


def cut_at_a1(*rows):
    """Return where the pieces lie, those with formulas marked."""
    pieces = cut(Area(1, 1, len(rows), len(rows[0])), rows)
    assert sorted(cell for piece in pieces for cell in piece.area.cells()) == sorted(
        Area(1, 1, len(rows), len(rows[0])).cells()
    )
    for piece in pieces:
        shown = [[rows[row - 1][column - 1] for column in piece.area.columns]
                 for row in piece.area.rows]  # fmt: skip
        assert [[*row] for row in piece.block] == shown
    return [f"={piece.area}" if piece.is_computed else str(piece.area) for piece in pieces]


@pytest.mark.parametrize(
    ("rows", "pieces"),
    [
        ([["text", 1.0, None, True]], ["A1:D1"]),
        ([["=1", 1.0, None, "#N/A"]], ["=A1:D1"]),
        ([[None, 1.0]], ["A1:B1"]),
        ([["a", "=1", 2.0], ["b", "=2", 3.0]], ["=B1:C2", "A1:A2"]),
        ([[1.0, "=1", "a"], [2.0, "=2", "b"]], ["=A1:B2", "C1:C2"]),
        ([["a", "b", "c"], ["=1", None, "=2"]], ["=A2:C2", "A1:C1"]),
        ([["a", "=1"], ["b", "c"], [None, "d"]], ["=B1", "A1:A3", "B2:B3"]),
        ([["=1", dt.datetime(2026, 1, 2)]], ["=A1", "B1"]),
        ([["'=1", "'#N/A", "# a heading of more than sixty-four characters, which is no error"]],
         ["A1:C1"]),
    ],
)  # fmt: skip
def test_formulas_come_first_and_hold_no_text(rows, pieces):
    assert cut_at_a1(*rows) == pieces
