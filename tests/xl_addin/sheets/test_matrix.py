"""The Matrix sheet; its what-if formulas are computed by LibreOffice and compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest

from tests.xl_addin.sheets.rankings import COSINE, IDS, RELEVANCE, STATISTICS, WEIGHTS, ranking
from tests.xl_addin.template.office import Office
from worker.contract import PointOfView, QuestionRanking
from worker.scoring.corpus_statistics import CorpusStatistics
from worker.scoring.score_modes import SCORE_FUNCTIONS, PovScores, final_order, score_chunks
from xl_addin.jobs.books import new_book
from xl_addin.language.catalogue import language_named
from xl_addin.sheets.matrix import CELLS, MATRIX, contrast_header, matrix_content
from xl_addin.sheets.pov import POV, weights_can_be_read
from xl_addin.sheets.what_if import MIX, ROW_MEAN
from xl_addin.workbook.columns import Column
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import TableContent

#: Weights on the POV sheet after the run: mixed, one at nothing, one alone, nearly so, and none
#: that lifts.
WEIGHTS_NOW = {
    "mixed": WEIGHTS,
    "one at nothing": np.array([1.0, 0.0, 3.0, 2.0]),
    "one alone": np.array([0.0, 1.5, 0.0, 0.0]),
    "nearly alone": np.array([1.0, 0.1, 0.0, -0.2]),
    "none that lifts": np.array([-1.0, -0.5, 0.0, -2.0]),
    "huge": np.array([1e6, 1.0, -1e6, 1e-9]),
}
#: The last sentence is the first one again, and the third never varies.
ODD = np.array([0, 1, 2, 0])
ODD_STATISTICS = CorpusStatistics(STATISTICS.mean[ODD], STATISTICS.sd[ODD] * [1, 1, 0, 1])


def test_a_sheet_that_would_be_too_large_has_the_first_questions_and_says_so(monkeypatch):
    rankings = [ranking("max").model_copy(update={"qid": f"Q{n}"}) for n in range(4)]
    views = [PointOfView(pov_id=pov_id, text="view") for pov_id in IDS]
    whole = matrix_content(rankings, views, "max")
    assert len(whole.rows) == 20
    assert "QID" not in whole.above[0].values
    monkeypatch.setattr("xl_addin.sheets.matrix._MOST_CELLS", 3 * 5 * (len(CELLS) + 8) - 1)
    part = matrix_content(rankings, views, "max")
    assert [row["QID"] for row in part.rows] == ["Q0"] * 5 + ["Q1"] * 5
    assert part.above[0].values["QID"] == "The first 2 of 4 questions: all are on Ranked"
    monkeypatch.setattr("xl_addin.sheets.matrix._MOST_CELLS", 1)
    assert {row["QID"] for row in matrix_content(rankings, views, "max").rows} == {"Q0"}


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


def write_book(
    path: Path, ranked: QuestionRanking, weights: np.ndarray, mode: str, share: float = 1.0
) -> None:
    """Write a run's matrix, and the weights that stand on the POV sheet now."""
    new_book(path)
    book = FileBook.open(path)
    columns = tuple(Column(column.header, kind=column.kind) for column in POV.columns)
    book.write_table(TableContent(POV, povs(weights), columns))
    views = [
        PointOfView(pov_id=pov_id, text=f"view {pov_id}", weight=weight)
        for pov_id, weight in zip(IDS, weights, strict=True)
    ]
    book.write_table(matrix_content([ranked], views, mode, share))
    book.save()


def matrix_values(path: Path, header: str) -> list[object]:
    sheet = openpyxl.load_workbook(path, data_only=True)["Matrix"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "QID")
    column = next(cell.column for cell in head if cell.value == header)
    return [sheet.cell(head[0].row + n, column).value for n in range(1, 6)]


def check_computed(path: Path, expected: PovScores) -> None:
    """See that what LibreOffice has computed is what the worker computes."""
    assert matrix_values(path, "What-if") == pytest.approx(list(expected.sexy), abs=1e-9)
    for column, pov_id in enumerate(IDS):
        found = matrix_values(path, contrast_header(pov_id))
        assert found == pytest.approx(list(expected.contrast[:, column]), abs=1e-9)


@pytest.mark.parametrize("now", WEIGHTS_NOW.values(), ids=list(WEIGHTS_NOW))
@pytest.mark.parametrize("mode", sorted(SCORE_FUNCTIONS))
def test_what_if_scores_equal_the_workers_at_the_weights_on_the_sheet(
    office: Office, tmp_path: Path, mode: str, now: np.ndarray
):
    written, computed = tmp_path / "written.xlsx", tmp_path / "computed.xlsx"
    write_book(written, ranking(mode), now, mode)
    office.save_copy(str(written), str(computed))
    expected = score_chunks(COSINE, now, STATISTICS, mode)
    check_computed(computed, expected)
    assert matrix_values(computed, "What-if rank") == ranks_of_a_run(expected.sexy, 1.0)


@pytest.mark.parametrize(
    ("mode", "share"), [("contrast", 0.0), *((mode, 0.3) for mode in sorted(SCORE_FUNCTIONS))]
)
def test_what_if_ranks_are_a_runs_where_similarity_to_the_question_counts_too(
    office: Office, tmp_path: Path, mode: str, share: float
):
    written, computed = tmp_path / "written.xlsx", tmp_path / "computed.xlsx"
    write_book(written, ranking(mode), WEIGHTS, mode, share)
    office.save_copy(str(written), str(computed))
    expected = score_chunks(COSINE, WEIGHTS, STATISTICS, mode)
    check_computed(computed, expected)
    assert matrix_values(computed, "What-if rank") == ranks_of_a_run(expected.sexy, share)


def ranks_of_a_run(sexy: np.ndarray, share: float) -> list[int]:
    """The worker's rank of each passage of the samples, which were found last to first."""
    found = slice(None, None, -1)
    order = final_order(RELEVANCE[found], sexy[found], share)
    ranks = np.empty(len(order), dtype=int)
    ranks[order] = np.arange(1, len(order) + 1)
    return list(ranks[found])


@pytest.mark.parametrize("mode", ["contrast", "max"])
def test_what_if_knows_a_sentence_that_stands_there_twice_and_one_that_never_varies(
    office: Office, tmp_path: Path, mode: str
):
    written, computed = tmp_path / "written.xlsx", tmp_path / "computed.xlsx"
    cosine = COSINE[:, ODD]
    write_book(written, ranking(mode, cosine, ODD_STATISTICS), WEIGHTS, mode)
    office.save_copy(str(written), str(computed))
    check_computed(computed, score_chunks(cosine, WEIGHTS, ODD_STATISTICS, mode))


def test_where_all_weights_are_nothing_what_if_is_nothing(office: Office, tmp_path: Path):
    written, computed = tmp_path / "written.xlsx", tmp_path / "computed.xlsx"
    write_book(written, ranking("contrast"), np.zeros(4), "contrast")
    office.save_copy(str(written), str(computed))
    assert matrix_values(computed, "What-if") == [0] * 5
    assert matrix_values(computed, "What-if rank") == [5, 4, 3, 2, 1], "the order found"


def test_what_stands_above_the_matrix_is_named_and_labelled():
    views = [PointOfView(pov_id=pov_id, text=f"view {pov_id}") for pov_id in IDS]
    upper, lower = matrix_content([ranking("contrast")], views, "contrast").above
    assert upper.values["@P1"] == "view @P1"
    assert upper.values[ROW_MEAN] == "Usual cosine (mean)"
    assert lower.values[ROW_MEAN] == "Usual deviation"
    assert lower.values["What-if rank"] == "Weight now"
    labels = [lower.values[ROW_MEAN], upper.values["ChunkID"], lower.values["ChunkID"]]
    say = language_named("ja").say
    assert not [label for label in labels if say(str(label)) == label], "all have a translation"
    assert upper.values["@P1 z"] == STATISTICS.mean[0]
    assert lower.values["@P1 z"] == STATISTICS.sd[0]
    assert lower.names["MatrixWeights"] == IDS


def test_marks_with_a_meaning_in_structured_references_are_escaped():
    views = [PointOfView(pov_id=pov_id, text="view", weight=1) for pov_id in IDS]
    content = matrix_content([ranking("classic")], views, "classic")
    _, weights = content.above
    assert "tblMatrix[[#Headers],['@P1]]" in weights.values["@P1"].text
    second = "tblMatrix[[#Headers],[it''s '#2 '[x']]]"
    assert second in weights.values["it's #2 [x]"].text
    assert "tblMatrix[[#This Row],['@P1]:[視点4]]" in content.rows[0]["What-if"].text


def test_where_the_sexy_score_has_all_the_say_there_is_no_mix():
    views = [PointOfView(pov_id=pov_id, text="view") for pov_id in IDS]
    for share, is_mixed in ((1.0, False), (0.9, True)):
        rows = matrix_content([ranking("max")], views, "max", share).rows
        assert [row[MIX] is not None for row in rows] == [is_mixed] * 5


@pytest.mark.parametrize("gone", ["Weight", "ID", "the table"])
def test_where_the_weights_cannot_be_read_no_formula_names_them(tmp_path: Path, gone: str):
    path = tmp_path / "book.xlsx"
    new_book(path)
    workbook = openpyxl.load_workbook(path)
    table = workbook["POV"].tables["tblPOV"]
    if gone == "the table":
        del workbook["POV"].tables["tblPOV"]
    else:
        place = POV.headers.index(gone)
        table.tableColumns[place].name = workbook["POV"].cell(5, place + 1).value = "Renamed"
    assert weights_can_be_read(FileBook.open(path))
    workbook.save(path)
    assert not weights_can_be_read(FileBook.open(path))
    views = [PointOfView(pov_id=pov_id, text="view", weight=2.5) for pov_id in IDS]
    _, weights = matrix_content([ranking("classic")], views, "classic", follows=False).above
    assert {weights.values[pov_id].text for pov_id in IDS} == {"=2.5"}


def test_a_matrix_of_nothing_has_no_formulas():
    content = matrix_content([], [], "contrast")
    assert list(content.rows) == []
    assert [column.header for column in content.columns] == list(MATRIX.headers)
