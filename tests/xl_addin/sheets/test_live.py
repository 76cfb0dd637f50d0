"""The Live sheet: LibreOffice recomputes it after a weight was edited, as a person would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.xl_addin.sheets.rankings import COSINE, IDS, RELEVANCE, STATISTICS, WEIGHTS, ranking
from tests.xl_addin.sheets.test_matrix import povs
from tests.xl_addin.template.office import Office
from tests.xl_addin.workbook.benches import StandInBench
from tests.xl_addin.workbook.stand_in_excel import remote_engine
from worker.contract import PointOfView, QuestionRanking
from worker.scoring.score_modes import SCORE_FUNCTIONS, final_order, score_chunks
from xl_addin.jobs.books import new_book
from xl_addin.sheets import live
from xl_addin.sheets.live import CELLS, LIVE, live_content
from xl_addin.sheets.matrix import contrast_header, matrix_content
from xl_addin.sheets.pov import POV
from xl_addin.workbook.columns import Column
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import Row, TableContent, WorkbookPort

VIEWS = [PointOfView(pov_id=pov_id, text=f"view {pov_id}") for pov_id in IDS]
#: Weights after the run, with some that leave no passage above another.
EDITED = {"mixed": WEIGHTS, "none that lifts": np.array([-1.0, -0.5, 0.0, -2.0])}
#: The passages of the samples were found last to first.
FOUND = slice(None, None, -1)


def two_questions(mode: str) -> list[QuestionRanking]:
    """Two questions with the same passages, whose ids differ by a mark that means any text."""
    return [ranking(mode).model_copy(update={"qid": qid}) for qid in ("Q*", "Q1")]


def write_povs(book: FileBook, weights: np.ndarray) -> None:
    columns = tuple(Column(column.header, kind=column.kind) for column in POV.columns)
    book.write_table(TableContent(POV, povs(weights), columns))


def computed(office: Office, path: Path) -> list[Row]:
    target = path.with_name(f"computed {path.name}")
    office.save_copy(str(path), str(target))
    return [*FileBook.open(target).read_table(LIVE).rows]


@pytest.mark.parametrize("share", [1.0, 0.4])
@pytest.mark.parametrize("mode", sorted(SCORE_FUNCTIONS))
def test_an_edited_weight_turns_the_live_sheet_into_what_a_run_would_give(
    office: Office, tmp_path: Path, mode: str, share: float
):
    path = tmp_path / "book.xlsx"
    new_book(path)
    book, rankings = FileBook.open(path), two_questions(mode)
    write_povs(book, np.ones(4))
    book.write_table(matrix_content(rankings, VIEWS, mode, share))
    book.write_table(live_content(rankings, VIEWS, mode))
    book.save()
    for weights in EDITED.values():
        book = FileBook.open(path)
        # The last point of view has no ID on the sheet, so that its weight is the run's.
        now = np.where(np.array(IDS) == "視点4", 1.0, weights)
        write_povs(book, weights)
        book.save()
        scores = score_chunks(COSINE, now, STATISTICS, mode)
        order = np.arange(5)[FOUND][final_order(RELEVANCE[FOUND], scores.sexy[FOUND], share)]
        rows = computed(office, path)
        assert [row.values["QID"] for row in rows] == ["Q*"] * 5 + ["Q1"] * 5
        for part in (rows[:5], rows[5:]):
            assert column(part, "Rank now") == [1, 2, 3, 4, 5]
            assert column(part, "Rank") == [*(order + 1)]
            assert column(part, "Move") == [*(order - np.arange(5))]
            assert column(part, "Passage") == ["kettle.txt @0"] * 5
            assert column(part, "What-if") == pytest.approx([*scores.sexy[order]], abs=1e-9)
            for place, pov_id in enumerate(IDS):
                cosine, contrast = (part, pov_id), (part, contrast_header(pov_id))
                assert column(*cosine) == pytest.approx([*COSINE[order, place]], abs=1e-9)
                expected = [*scores.contrast[order, place]]
                assert column(*contrast) == pytest.approx(expected, abs=1e-9)


def column(rows: list[Row], header: str) -> list[object]:
    return [row.values[header] for row in rows]


@pytest.mark.parametrize(("mode", "first"), [("contrast", "@P1 z"), ("classic", "@P1")])
def test_what_the_score_looks_at_comes_first_below_texts_and_weights(mode: str, first: str):
    content = live_content([ranking(mode)], VIEWS, mode)
    assert content.columns[len(CELLS)].header == first
    upper, lower = content.above
    assert upper.values[first] == "view @P1"
    assert lower.values[first].text == "=INDEX(MatrixWeights,1,1)"
    scales = {each.scale for each in content.columns[len(CELLS) :]}
    assert scales == {"sequential", "diverging"}


def test_a_sheet_that_would_be_too_large_has_the_first_questions_and_says_so(monkeypatch):
    monkeypatch.setattr(live, "_MOST_CELLS", 5 * (len(CELLS) + 8))
    content = live_content(two_questions("max"), VIEWS, "max")
    assert {row["QID"] for row in content.rows} == {"Q*"}
    assert content.above[0].values["QID"] == "The first 1 of 2 questions"


@pytest.mark.parametrize("kind", ["file", "live"])
def test_points_of_view_come_and_go_and_columns_of_the_users_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
):
    path = tmp_path / "book.xlsx"
    new_book(path)
    if kind == "file":
        see_columns_come_and_go(FileBook.open(path))
        return
    with remote_engine(monkeypatch) as xlwings:
        see_columns_come_and_go(StandInBench(xlwings).open(path))


def see_columns_come_and_go(book: WorkbookPort) -> None:
    whole = live_content([ranking("max")], VIEWS, "max")
    mine = TableContent(LIVE, whole.rows, (*whole.columns, Column("Mine")), whole.above)
    book.write_table(mine)
    book.write_table(live_content([], (), "max"))
    assert [*book.read_table(LIVE).headers] == [*LIVE.headers, "Mine"]
