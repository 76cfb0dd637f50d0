"""The columns Run and Stale of Ranked and Answers: which run made a row, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from xl_addin.sheets.input_formulas import MOST_ROWS, stale_formula
from xl_addin.sheets.run_inputs import INPUTS
from xl_addin.workbook.port import RowValue, TableContent, WorkbookPort


def of_run(content: TableContent, run: str) -> TableContent:
    """Return content whose rows say which run has made them."""
    return replace(content, rows=[{**row, "Run": run} for row in content.rows])


def with_stale_marks(book: WorkbookPort, content: TableContent, output: str = "") -> TableContent:
    """Return content whose rows say by formula why they are stale, where the workbook can tell.

    :param output: which output the rows are; none where their column Mode says it.
    """
    mark = stale_formula(content.table.name, output) if _can_tell(book, content) else None
    rows: list[Mapping[str, RowValue]] = [{**row, "Stale": mark} for row in content.rows]
    return replace(content, rows=rows)


def unmarked_remarks(book: WorkbookPort, rows: int) -> Iterator[str]:
    """Say why there are no stale marks, where a run has written so many rows without them."""
    if not book.has_table(INPUTS):
        yield (
            f"This workbook has no sheet {INPUTS.sheet}, as it was made by an earlier version: "
            "nothing is marked as stale. A fresh one (bonsai new) has it."
        )
    elif rows > MOST_ROWS:
        yield (
            f"A sheet of more than {MOST_ROWS:,} rows says nothing in its column Stale, so that "
            "Excel stays quick. --only stale knows nevertheless."
        )


def _can_tell(book: WorkbookPort, content: TableContent) -> bool:
    return book.has_table(INPUTS) and len(content.rows) <= MOST_ROWS
