"""Results as table contents; what-if formulas are computed by LibreOffice and compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest

from tests.xl_addin.template.office import Office
from worker.contract import (
    PointOfView,
    PovMatrix,
    PovTouch,
    QuestionRanking,
    RankedChunk,
)
from worker.scoring.corpus_statistics import corpus_statistics
from worker.scoring.score_modes import SCORE_FUNCTIONS, score_chunks
from xl_addin.jobs.books import new_book
from xl_addin.sheets.matrix import MATRIX, matrix_content
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import ranked_content, top_povs_text
from xl_addin.workbook.columns import Column
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import TableContent

# Five chunks by four points of view; ids with marks that mean something inside a formula.
COSINE = np.random.default_rng(7).uniform(-0.1, 0.7, (5, 4))
IDS = ("P1", "it's #2 [x]", 'say "3"', "視点4")
WEIGHTS = np.array([1.0, 0.25, -0.5, 2.0])
STATISTICS = corpus_statistics(np.random.default_rng(8).uniform(-0.1, 0.7, (50, 4)))


def ranking(mode: str) -> QuestionRanking:
    scores = score_chunks(COSINE, np.ones(4), STATISTICS, mode)
    rows = tuple(
        RankedChunk(
            chunk_id=f"c{n}",
            rank=n + 1,
            sexy=float(scores.sexy[n]),
            classic=float(scores.classic[n]),
            query_similarity=0.5,
            query_rank=5 - n,
            top_povs=(),
            source="kettle.txt",
            page=None,
            start=0,
            text="=1+1 is no formula here",
        )
        for n in range(5)
    )
    matrix = PovMatrix(
        chunk_ids=tuple(row.chunk_id for row in rows),
        pov_ids=IDS,
        cosine=tuple(map(tuple, scores.cosine.tolist())),
        contrast=tuple(map(tuple, scores.contrast.tolist())),
    )
    return QuestionRanking(qid="Q1", question="Who whistles?", rows=rows, matrix=matrix)


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


def test_move_says_how_far_a_passage_rose():
    rows = ranked_content([ranking("contrast")]).rows
    assert [row["Move"] for row in rows] == [4, 2, 0, -2, -4]


def test_top_points_of_view_show_share_and_contrast():
    touches = [
        PovTouch(pov_id="P10", cosine=0.4, contrast=3.41, share=0.8),
        PovTouch(pov_id="P02", cosine=0.2, contrast=-0.26, share=0.12),
    ]
    assert top_povs_text(touches) == "P10  80%  z +3.4\nP02  12%  z -0.3"


def test_a_matrix_of_nothing_has_no_formulas():
    content = matrix_content([], [], "contrast")
    assert list(content.rows) == []
    assert [column.header for column in content.columns] == list(MATRIX.headers)
