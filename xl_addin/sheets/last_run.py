"""The last run on the Start sheet: what the results in the workbook were made from."""

from __future__ import annotations

from collections.abc import Sequence

from worker.contract import RunStamp
from xl_addin.sheets.row_cells import Cells, columns_of, filled
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.port import TableContent, WorkbookPort

#: An item of the stamp and its value.
CELLS: Cells[tuple[str, str]] = (
    (Column("Item", 26), lambda line: line[0]),
    (Column("Value", 92, "wrapped"), lambda line: line[1]),
)

_WHAT, _FORMULA = "What", "Score formula"
#: Runs that score; the stamp of an earlier version says that of them, and names no formula.
_SCORING = ("Rank", "Answer")

LAST_RUN = Table("tblLastRun", "Start", "Last run", "", columns_of(CELLS), key=("Item",))


def formula_remarks(book: WorkbookPort, run: RunStamp, *, whole: bool) -> list[str]:
    """Return what to say of scores in the workbook that were made by another formula.

    :param whole: whether the run replaces all of them.
    """
    stood = {row.values["Item"]: row.values["Value"] for row in book.read_table(LAST_RUN).rows}
    before = stood.get(_FORMULA)
    if not run.score_formula or stood.get(_WHAT) not in _SCORING or before == run.score_formula:
        return []
    remarks = []
    if not before:
        remarks.append(
            "The run before was made by an earlier version, whose contrast scores followed an "
            "older formula: ranks may differ without any change of yours."
        )
    if not whole:
        formula = f"the formula '{before}'" if before else "that older formula"
        remarks.append(f"Questions that this run did not reach keep scores of {formula}.")
    return remarks


def last_run_content(
    run: RunStamp, what: str, seconds: float, remarks: Sequence[str] = ()
) -> TableContent:
    """Return the stamp of the last run; items without a value are left out."""
    stamp = {
        _WHAT: what,
        "Time (UTC)": run.time,
        "Seconds": f"{seconds:.1f}",
        "Run": run.run_id,
        "BONSAI version": run.code_version,
        "Collection": run.collection,
        "Index version": run.index_version,
        "Embedder": run.embedder,
        "Language model": run.llm,
        _FORMULA: run.score_formula,
        "Questions (hash)": run.questions_hash,
        "Points of view (hash)": run.povs_hash,
        "Tables (hash)": run.tables_hash,
        "Settings (hash)": run.settings_hash,
        "Remarks": "\n".join(remarks),
    }
    return filled(LAST_RUN, CELLS, [(item, value) for item, value in stamp.items() if value])
