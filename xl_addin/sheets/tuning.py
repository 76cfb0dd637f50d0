"""The Tuning sheet: what models that were made here do beside their bases."""

from __future__ import annotations

from collections.abc import Sequence

from worker.contract import Comparison
from xl_addin.sheets.row_cells import Cells, columns_of, filled
from xl_addin.workbook.columns import Column, Table, run_columns
from xl_addin.workbook.port import Row, TableContent

CELLS: Cells[Comparison] = (
    (Column("Model", 26), lambda line: line.model),
    (Column("Metric", 40, "wrapped"), lambda line: line.metric),
    (Column("Base", 10, "score"), lambda line: line.base),
    (Column("Tuned", 10, "score"), lambda line: line.tuned),
    (Column("Change", 10, "score", scale="diverging"), lambda line: line.change),
    (Column("CI low", 10, "score"), lambda line: line.low),
    (Column("CI high", 10, "score"), lambda line: line.high),
    (Column("Measured on", 22), lambda line: f"{line.counted} {line.over}"),
    (Column("Verdict", 18), lambda line: line.verdict),
)

TUNING = Table(
    "tblTuning",
    "Tuning",
    "Models that have learnt from you, beside their bases",
    "Measured on documents that the model has not learnt from. CI is the 95 % interval of the "
    "change: the verdict is better or worse only where all of it is above or below 0.",
    columns_of(CELLS),
    key=("Model", "Metric"),
    frozen=2,
)

_RUN_COLUMNS = run_columns(TUNING.columns)


def tuning_content(lines: Sequence[Comparison], old: Sequence[Row]) -> TableContent:
    """Return what the table is to have: the lines of a run, and the old ones of other models."""
    content = filled(TUNING, CELLS, lines)
    measured = {line.model for line in lines}
    others = [row.cells(_RUN_COLUMNS) for row in old if row.values["Model"] not in measured]
    return TableContent(TUNING, [*content.rows, *others], content.columns)
