"""The POV sheet: the user's points of view and their weights."""

from __future__ import annotations

from worker.errors import BonsaiError
from xl_addin.workbook.columns import YES_NO, Table, user_column
from xl_addin.workbook.port import WorkbookPort

POV = Table(
    "tblPOV",
    "POV",
    "Points of view",
    "Sentences of personal taste, on the theme or far from it. A negative weight pushes passages "
    "that touch the sentence down. Change a weight and look at the sheet Live.",
    (
        user_column("ID", 7),
        user_column("POV", 90, "wrapped", required=True),
        user_column("Weight", 10, "weight"),
        user_column("Use", 7, choices=YES_NO),
    ),
    key=("ID",),
)


def weights_can_be_read(book: WorkbookPort) -> bool:
    """Say whether formulas may name the weights of the POV sheet: a workbook is damaged otherwise.

    The table may be plain cells by now, or lack its ID or Weight, which a run can do without.
    """
    try:
        return book.has_table(POV) and {"ID", "Weight"} <= {*book.read_table(POV).headers}
    except BonsaiError:
        return False
