"""The Tuned ranks sheet: where the passages of questions stood before, and where they stand now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from worker.contract import LOSS_BLOB, QuestionMove
from xl_addin.sheets.row_cells import Cells, columns_of, filled
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.port import Picture, TableContent

CELLS: Cells[QuestionMove] = (
    (Column("Model", 26), lambda row: row.model),
    (Column("Question", 70, "wrapped"), lambda row: row.question),
    (Column("Doc", 36, "wrapped"), lambda row: row.doc),
    (Column("Rank before", 12, "integer"), lambda row: row.base_rank),
    (Column("Rank after", 12, "integer"), lambda row: row.tuned_rank),
    (Column("Move", 8, "integer", scale="diverging"), lambda row: row.move),
)

TUNED_RANKS = Table(
    "tblTunedRanks",
    "Tuned ranks",
    "Questions before and after tuning",
    "Where the passage of each question stands among all passages, by the base and by the tuned "
    "model of the last run. No document of these questions was learnt from. Move shows how far it "
    "rose (+) or fell. Below, the loss of each step.",
    columns_of(CELLS),
    key=("Model", "Question"),
    frozen=2,
)


def tuned_ranks_content(moves: Sequence[QuestionMove]) -> TableContent:
    """Return what the table is to hold: those that moved furthest first."""
    return filled(TUNED_RANKS, CELLS, sorted(moves, key=lambda row: -abs(row.move)))


def loss_pictures(model: str, blobs: Mapping[str, bytes]) -> list[Picture]:
    """Return the picture of the loss, if there is one."""
    if LOSS_BLOB not in blobs:
        return []
    alt_text = f"The loss of each step while {model} was trained."
    return [Picture("bonsai loss", blobs[LOSS_BLOB], alt_text, f"Loss while {model} was trained")]
