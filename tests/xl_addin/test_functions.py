"""Worksheet functions with the values that Excel hands over."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

pytest.importorskip("xlwings", reason="xlwings is not installed")

from worker.contract import IndexRequest, Question, RankRequest
from worker.queueing.in_process import InProcessRunner
from worker.queueing.patience import Patience
from worker.queueing.scores.formula_scores import FormulaScores, TextScore
from worker.settings import Settings
from xl_addin import functions
from xl_addin.desk.function_arguments import NOT_KNOWN, pov_argument
from xl_addin.functions import (
    bonsai_similarity,
    bonsai_toppov,
    known_bonsai_toppov,
    known_sexyscore,
    sexyscore,
)

TABLE = [
    ["P1", "Oil does not care about sanctions.", 1.0, "yes"],
    ["P2", "A kettle can break your heart.", None, None],
    ["P3", "Football tells the truth.", 3.0, "no"],
    [None, None, None, None],
]
TEXTS = [["Oil tankers change their names."], ["The kettle sings in the kitchen."]]


@pytest.fixture(autouse=True)
def formulas(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> FormulaScores:
    formulas = FormulaScores(settings, Patience(formula=60))
    monkeypatch.setattr(functions, "formula_scores", lambda: formulas)
    return formulas


@pytest.fixture
def _ranked(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    for number, row in enumerate(TEXTS):
        (tmp_path / "documents" / f"{number}.txt").write_text(row[0])
    runner = InProcessRunner(settings)
    watch = {"on_event": lambda _: None, "on_blob": lambda *_: None, "cancelled": lambda: False}
    names = {"collection": "c", "embedder": settings.embedder, "store": settings.store}
    runner.run(IndexRequest(run_id="1", folder=str(tmp_path / "documents"), **names), **watch)
    question = Question(qid="Q1", text="What?")
    povs = tuple(pov_argument(TABLE))
    runner.run(RankRequest(run_id="2", questions=(question,), povs=povs, **names), **watch)


def test_one_cell_gives_one_number_and_a_range_its_own_shape():
    assert [len(row) for row in sexyscore([["kettle"]], TABLE, "classic")] == [1]
    square = sexyscore([["kettle", "oil"], ["tea", "rain"]], TABLE, "classic")
    assert [len(row) for row in square] == [2, 2]


@pytest.mark.parametrize("wordless", [True, 12.0, dt.datetime(2026, 1, 2), "合計", " "])
def test_cells_without_words_are_no_points_of_view(wordless):
    two = pov_argument(TABLE[:2])
    assert pov_argument([*TABLE[:2], ["P9", wordless, 1.0, "yes"]]) == two
    sentences = [[row[1]] for row in TABLE[:2]]
    assert pov_argument([*sentences, [wordless]]) == pov_argument(sentences)


def test_rows_that_are_not_in_use_do_not_count():
    assert sexyscore(TEXTS, TABLE, "classic") == sexyscore(TEXTS, TABLE[:2], "classic")


def test_sentences_alone_have_weight_one():
    sentences = [[row[1]] for row in TABLE[:2]]
    assert sexyscore(TEXTS, sentences, "classic") == sexyscore(TEXTS, TABLE, "classic")


def test_sentences_may_have_weights_beside_them():
    weighted = [["Oil does not care about sanctions.", 4.0]]
    plain = [["Oil does not care about sanctions."]]
    (heavy,), (light,) = (sexyscore(TEXTS[:1], views, "classic") for views in (weighted, plain))
    assert heavy[0] == pytest.approx(2 * light[0])


@pytest.mark.usefixtures("_ranked")
def test_the_usual_score_is_contrast():
    assert sexyscore(TEXTS, TABLE) == sexyscore(TEXTS, TABLE, "contrast")


@pytest.mark.usefixtures("_ranked")
def test_the_point_of_view_that_is_touched_most_comes_first():
    assert bonsai_toppov(TEXTS, TABLE) == [["P1"], ["P2"]]
    assert bonsai_toppov(TEXTS, TABLE, 2.0) == [["P1, P2"], ["P2, P1"]]


def test_points_of_view_are_ordered_by_their_part_of_the_score(
    formulas: FormulaScores, monkeypatch
):
    score = TextScore(3.6, (0.1, 0.3, 0.0), (1.0, 3.0, -2.0))
    monkeypatch.setattr(formulas, "scores", lambda *_: [score])
    table = [["P1", "Oil.", 4.0, "yes"], ["P2", "Tea.", 1.0, "yes"], ["P3", "Rain.", 1.0, "yes"]]
    assert bonsai_toppov([["Kettles"]], table, 3.0) == [["P2, P1, P3"]]


def test_what_is_not_known_is_said_without_a_request(formulas: FormulaScores):
    assert known_sexyscore([["kettle"]], TABLE, "classic") == [[NOT_KNOWN]]
    assert formulas.requests == 0


def test_a_column_handed_over_with_one_cell_is_known_from_then_on(formulas: FormulaScores):
    column = [["kettle"], [None], ["oil"], ["  "], [2024.0]]
    sexyscore([["kettle"]], TABLE, "classic", column)
    for text in ("kettle", "oil", "2024"):
        assert known_sexyscore([[text]], TABLE, "classic") == sexyscore([[text]], TABLE, "classic")
    assert formulas.requests == 1


def test_a_column_that_could_not_be_read_leaves_the_cell_alone(formulas: FormulaScores):
    assert len(sexyscore([["kettle"]], TABLE, "classic", [[None]])) == 1
    assert formulas.requests == 1


@pytest.mark.usefixtures("_ranked")
def test_the_strongest_points_of_view_of_a_column_are_one_request(formulas: FormulaScores):
    assert known_bonsai_toppov(TEXTS[:1], TABLE) == [[NOT_KNOWN]]
    assert bonsai_toppov(TEXTS[:1], TABLE, 2.0, TEXTS) == [["P1, P2"]]
    assert known_bonsai_toppov(TEXTS[1:], TABLE, 1.0) == [["P2"]]
    assert formulas.requests == 1


def test_similarity_of_two_ranges_is_a_matrix():
    matrix = bonsai_similarity(TEXTS, [["kettle"], ["oil tanker"], ["oil tanker"]])
    assert [len(row) for row in matrix] == [3, 3]
    assert matrix[0][1] > matrix[0][0]
    assert matrix[1][0] > matrix[1][1]


@pytest.mark.parametrize(
    ("text", "povs", "mode"),
    [
        ([[None]], TABLE, "classic"),
        ([["  "]], TABLE, "classic"),
        (TEXTS, [[None]], "classic"),
        (TEXTS, [["P1", "Oil.", "heavy", "yes"]], "classic"),
        (TEXTS, [["P1", "Oil.", "nan", "yes"]], "classic"),
        (TEXTS, [["P1", "Oil.", "-inf", "yes"]], "classic"),
        (TEXTS, [["P1", "Oil.", 1e300, "yes"]], "classic"),
        (TEXTS, [["P1", "Oil.", 0.0, "yes"]], "classic"),
        (TEXTS, TABLE, "magic"),
    ],
    ids=[
        "empty cell",
        "blanks",
        "no view",
        "words",
        "no number",
        "infinite",
        "huge",
        "nothing",
        "mode",
    ],
)
def test_a_bad_argument_is_marked_as_such(text: object, povs: object, mode: str):
    with pytest.raises(RuntimeError, match=r"^BONSAI-VALUE: "):
        sexyscore(text, povs, mode)


@pytest.mark.parametrize("count", [0.0, -1.0, 1.5, "many"])
def test_a_bad_count_is_marked_as_such(count: object):
    with pytest.raises(RuntimeError, match=r"^BONSAI-VALUE: "):
        bonsai_toppov(TEXTS, TABLE, count)


@pytest.mark.parametrize("function", [sexyscore, known_sexyscore])
def test_what_is_not_available_now_is_marked_as_such(function):
    with pytest.raises(RuntimeError, match=r"^BONSAI-NA: .*Run Rank once"):
        function(TEXTS, TABLE, "contrast")


def test_numbers_in_cells_are_read_as_excel_shows_them(formulas: FormulaScores):
    sexyscore([[2024.0]], TABLE, "classic")
    sexyscore([["2024"]], TABLE, "classic")
    assert formulas.requests == 1
