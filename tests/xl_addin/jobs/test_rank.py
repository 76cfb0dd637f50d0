"""What the rank job refuses before anything is run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.xl_addin.samples import STAMP
from tests.xl_addin.sheets.rankings import IDS, ranking
from tests.xl_addin.workbook.samples import address, loaded, png
from worker.contract import (
    OVERVIEW_BLOB,
    PointOfView,
    Question,
    RankRequest,
    RankResult,
    RowReady,
    heatmap_blob,
)
from worker.errors import InputError
from worker.settings import load_settings
from xl_addin.jobs import rank
from xl_addin.jobs.base import Inputs, Landing
from xl_addin.jobs.books import fresh_books, set_settings
from xl_addin.jobs.landing import land
from xl_addin.jobs.run import Run
from xl_addin.sheets.evaluation import BY_QUESTION, EVALUATION
from xl_addin.sheets.heatmap import HEATMAP
from xl_addin.sheets.inputs import setting_cells
from xl_addin.sheets.labels import LABELS
from xl_addin.sheets.live import LIVE
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.options import read_options
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.columns import Table
from xl_addin.workbook.file.file_book import FileBook


def ask(monkeypatch: pytest.MonkeyPatch, questions: int, passages: int, povs: int) -> object:
    """Ask with so many rows, as if they had been read."""
    asked = tuple(Question(qid=f"Q{n}", text="Why?") for n in range(questions))
    views = tuple(PointOfView(pov_id=f"P{n}", text="So.") for n in range(povs))
    monkeypatch.setattr(rank, "read_questions", lambda *_: (asked, ()))
    monkeypatch.setattr(rank, "read_povs", lambda *_: (views, ()))
    books, options = fresh_books(), read_options({"Passages": passages, "Collection": "c"})
    return rank.ask(
        Inputs(options, load_settings(), books.questions, books.povs, Path("book.xlsx"))
    )


@pytest.mark.parametrize(
    ("questions", "passages", "povs"),
    [(2000, 200, 23), (33, 1000, 23), (20_000, 10, 3), (1, 1, 5000)],
)
def test_large_runs_are_asked_for(monkeypatch, questions: int, passages: int, povs: int):
    assert ask(monkeypatch, questions, passages, povs)


def test_more_rows_than_a_sheet_takes_are_refused_in_figures(monkeypatch):
    with pytest.raises(InputError, match=r"2,000 questions × 1,000 passages are 2,000,000 rows"):
        ask(monkeypatch, 2000, 1000, 2)


def test_more_points_of_view_than_a_sheet_has_columns_for_are_refused(monkeypatch):
    with pytest.raises(InputError, match=r"8,001 points of view"):
        ask(monkeypatch, 1, 1, 8001)


@pytest.mark.parametrize(("language", "said"), [("en", "RAG documents"), ("ja", "視点")])
def test_pictures_have_titles_in_the_language_of_the_workbook(book: Path, language: str, said: str):
    port = FileBook.open(book)
    set_settings(port, {"Language": language, "Collection": "c"})
    options = read_options(setting_cells(port))
    request = rank.ask(Inputs(options, load_settings(), port, port, book)).request
    assert said in request.picture_words.question


def landed(
    book: FileBook,
    *qids: str,
    is_whole: bool = True,
    drawn: Sequence[str] = (),
    score: str = "contrast",
) -> Run:
    """A run that ranked these questions, of two, drew some of them and all, and has landed."""
    request = RankRequest(
        run_id="r",
        collection="c",
        embedder="e",
        questions=tuple(Question(qid=qid, text="Who whistles?") for qid in ("Q1", "Q2")),
        povs=tuple(PointOfView(pov_id=pov_id, text="So.") for pov_id in IDS),
    )
    rankings = [ranking(score).model_copy(update={"qid": qid}) for qid in qids]
    run = Run(stamp=STAMP, blobs={heatmap_blob(qid): png() for qid in drawn})
    if drawn:
        run.blobs[OVERVIEW_BLOB] = png()
    for each in rankings:
        run.take_event(RowReady(row=each))
    if is_whole:
        run.end(RankResult(run=STAMP, questions=tuple(rankings)))
    land(rank.JOB, Landing(book, request, run))
    return run


def column(book: FileBook, table: Table, header: str) -> list[object]:
    return [row.values[header] for row in book.read_table(table).rows]


def test_a_ranking_fills_live_and_the_evaluation_too(book: Path):
    port = FileBook.open(book)
    landed(port, "Q1", "Q2")
    for table in (RANKED, MATRIX, LIVE):
        assert column(port, table, "QID") == ["Q1"] * 5 + ["Q2"] * 5
    assert column(port, BY_QUESTION, "QID") == ["Q1", "Q2"]
    assert len(port.read_table(EVALUATION).rows) == 17


def test_a_stopped_run_leaves_the_other_questions_on_live_and_in_the_evaluation(book: Path):
    port = FileBook.open(book)
    landed(port, "Q1", "Q2")
    landed(port, "Q2", is_whole=False)
    port.save()
    for table in (RANKED, MATRIX, LIVE):
        assert sorted(map(str, column(port, table, "QID"))) == ["Q1"] * 5 + ["Q2"] * 5
    assert sorted(map(str, column(port, BY_QUESTION, "QID"))) == ["Q1", "Q2"]
    sheet = loaded(book)["Live"]
    places = [sheet[address(LIVE, "Matrix row", row)].value for row in range(10)]
    assert len(set(places)) == 1, "each row finds its passage by the same formula"
    assert str(places[0]).startswith("=SUMPRODUCT(MATCH(1,")


def shown(book: FileBook) -> list[str]:
    return [picture.name.removeprefix("bonsai ") for picture in book.pictures(HEATMAP.sheet)]


def test_no_old_picture_stands_beside_new_passages(book: Path):
    port = FileBook.open(book)
    landed(port, "Q1", "Q2", drawn=["Q1", "Q2"])
    assert shown(port) == ["overview", "heatmap Q1", "heatmap Q2"]
    run = landed(port, "Q2", is_whole=False, score="classic")
    assert shown(port) == ["heatmap Q1"]
    assert "Heatmap shows no picture of all questions: rank all of them for it." in run.notes


def test_of_a_part_alone_there_is_no_picture_of_all_questions(book: Path):
    port = FileBook.open(book)
    landed(port, "Q1", "Q2", drawn=["Q1", "Q2"])
    landed(port, "Q1", is_whole=False, drawn=["Q1"], score="classic")
    assert shown(port) == ["heatmap Q1", "heatmap Q2"]
    landed(port, "Q1", "Q2", drawn=["Q1", "Q2"])
    assert shown(port) == ["overview", "heatmap Q1", "heatmap Q2"], "it comes first again"


def test_a_part_that_gives_the_same_passages_leaves_all_pictures(book: Path):
    port = FileBook.open(book)
    landed(port, "Q1", "Q2", drawn=["Q1", "Q2"])
    run = landed(port, "Q1", is_whole=False)
    assert shown(port) == ["overview", "heatmap Q1", "heatmap Q2"]
    assert run.notes == []


def test_a_stopped_run_that_reached_all_questions_shows_what_was_drawn(book: Path):
    port = FileBook.open(book)
    run = landed(port, "Q1", "Q2", is_whole=False, drawn=["Q1"])
    assert shown(port) == ["overview", "heatmap Q1"]
    assert run.notes == []


def test_what_went_to_labels_is_said_once(book: Path):
    port = FileBook.open(book)
    landed(port, "Q1", "Q2")
    port.save()
    workbook = loaded(book)
    workbook["Ranked"][address(RANKED, "Keep", 7)] = "yes"
    workbook.save(book)
    port = FileBook.open(book)
    run = landed(port, "Q1")
    assert run.lost == []
    (said,) = run.remarks
    assert said.startswith("What you wrote beside 1 passage")
    assert column(port, LABELS, "QID") == ["Q2"]
    assert landed(port, "Q1", "Q2").remarks == ()
    assert column(port, RANKED, "Keep") == [None] * 7 + ["yes", None, None]


def test_a_workbook_from_before_takes_a_ranking_without_the_newer_sheets(book: Path):
    workbook = loaded(book)
    for table in (LIVE, LABELS, EVALUATION, BY_QUESTION):
        del workbook[table.sheet]
    workbook.save(book)
    port = FileBook.open(book)
    assert landed(port, "Q1").remarks == ()
    assert column(port, RANKED, "QID") == ["Q1"] * 5
