"""The Sources sheet: the files of the documents folder and what became of them."""

from __future__ import annotations

from collections.abc import Sequence

from worker.contract import SourceReport
from xl_addin.sheets.row_cells import Cells, columns_of, filled
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.port import TableContent

CELLS: Cells[SourceReport] = (
    (Column("File", 38, "wrapped"), lambda source: source.file),
    (Column("Type", 8), lambda source: source.type),
    (Column("Chunks", 9, "integer"), lambda source: source.chunks),
    (Column("Characters", 12, "integer"), lambda source: source.characters),
    (Column("Indexed at", 20), lambda source: source.indexed_at),
    (Column("Status", 11), lambda source: source.status),
    (Column("Problem", 50, "wrapped", says=True), lambda source: source.problem),
    (Column("Read as", 30, "wrapped", says=True), lambda source: source.read_as),
)

SOURCES = Table(
    "tblSources",
    "Sources",
    "Sources",
    "Every file of the documents folder and what became of it.",
    columns_of(CELLS),
    key=("File",),
)


def sources_content(sources: Sequence[SourceReport]) -> TableContent:
    """Return what the Sources table is to hold."""
    return filled(SOURCES, CELLS, sources)
