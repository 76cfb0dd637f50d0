"""The last run on the Start sheet: what the results in the workbook were made from."""

from __future__ import annotations

from collections.abc import Sequence

from worker.contract import RunStamp
from xl_addin.sheets.row_cells import Cells, columns_of, filled
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.port import TableContent

#: An item of the stamp and its value.
CELLS: Cells[tuple[str, str]] = (
    (Column("Item", 26), lambda line: line[0]),
    (Column("Value", 92, "wrapped"), lambda line: line[1]),
)

LAST_RUN = Table("tblLastRun", "Start", "Last run", "", columns_of(CELLS), key=("Item",))


def last_run_content(
    run: RunStamp, what: str, seconds: float, remarks: Sequence[str] = ()
) -> TableContent:
    """Return the stamp of the last run; items without a value are left out."""
    stamp = {
        "What": what,
        "Time (UTC)": run.time,
        "Seconds": f"{seconds:.1f}",
        "Run": run.run_id,
        "BONSAI version": run.code_version,
        "Collection": run.collection,
        "Index version": run.index_version,
        "Embedder": run.embedder,
        "Language model": run.llm,
        "Questions (hash)": run.questions_hash,
        "Points of view (hash)": run.povs_hash,
        "Settings (hash)": run.settings_hash,
        "Remarks": "\n".join(remarks),
    }
    return filled(LAST_RUN, CELLS, [(item, value) for item, value in stamp.items() if value])
