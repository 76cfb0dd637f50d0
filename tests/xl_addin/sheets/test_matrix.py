"""The Matrix sheet; its what-if formulas are computed by LibreOffice and compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest

from tests.xl_addin.sheets.rankings import COSINE, IDS, STATISTICS, WEIGHTS, ranking
from tests.xl_addin.template.office import Office
from worker.contract import PointOfView
from worker.scoring.score_modes import SCORE_FUNCTIONS, score_chunks
from xl_addin.jobs.books import new_book
from xl_addin.sheets.matrix import MATRIX, matrix_content
from xl_addin.sheets.pov import POV
from xl_addin.workbook.columns import Column
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import TableContent


def povs(weights: np.ndarray) -> list[dict[str, object]]:
    """Rows of the POV sheet; a weight of 1 is left empty, as users do, and one ID too."""
    cells = [None if weight == 1 else float(weight) for weight in weights]
    return [
        {
            "ID": None if pov_id == "視点4" else pov_id,
            "POV": f"view {pov_id}",
            "Weight": weight,
            "Use": "yes",
        }
        for pov_id, weight in zip(IDS, cells, strict=True)
    ]


def book_with_matrix(path: Path, mode: str) -> None:
    new_book(path)
    book = FileBook.open(path)
    columns = tuple(Column(column.header, kind=column.kind) for column in POV.columns)
    book.write_table(TableContent(POV, povs(WEIGHTS), columns))
    views = [
        PointOfView(pov_id=pov_id, text=f"view {pov_id}", weight=weight)
        for pov_id, weight in zip(IDS, WEIGHTS, strict=True)
    ]
    book.write_table(matrix_content([ranking(mode)], views, mode))
    book.save()


def matrix_values(path: Path, header: str) -> list[object]:
    sheet = openpyxl.load_workbook(path, data_only=True)["Matrix"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "QID")
    column = next(cell.column for cell in head if cell.value == header)
    return [sheet.cell(head[0].row + n, column).value for n in range(1, 6)]


def test_what_if_scores_equal_the_workers_at_the_weights_on_the_sheet(
    office: Office, tmp_path: Path
):
    for mode in SCORE_FUNCTIONS:
        written, computed = tmp_path / f"{mode}.xlsx", tmp_path / f"computed {mode}.xlsx"
        book_with_matrix(written, mode)
        office.save_copy(str(written), str(computed))
        expected = score_chunks(COSINE, WEIGHTS, STATISTICS, mode).sexy
        found = matrix_values(computed, "What-if")
        assert found == pytest.approx(list(expected), abs=1e-9), mode
        ranks = matrix_values(computed, "What-if rank")
        assert list(np.argsort(np.argsort(-expected)) + 1) == ranks, mode


def test_marks_with_a_meaning_in_structured_references_are_escaped():
    views = [PointOfView(pov_id=pov_id, text="view", weight=1) for pov_id in IDS]
    content = matrix_content([ranking("classic")], views, "classic")
    _, weights = content.above
    assert "tblMatrix[[#Headers],['@P1]]" in weights.values["@P1"].text
    second = "tblMatrix[[#Headers],[it''s '#2 '[x']]]"
    assert second in weights.values["it's #2 [x]"].text
    assert "tblMatrix[[#This Row],['@P1]:[視点4]]" in content.rows[0]["What-if"].text


def test_a_matrix_of_nothing_has_no_formulas():
    content = matrix_content([], [], "contrast")
    assert list(content.rows) == []
    assert [column.header for column in content.columns] == list(MATRIX.headers)
