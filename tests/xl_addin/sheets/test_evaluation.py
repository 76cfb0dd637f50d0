"""Evaluation in the book: LibreOffice computes it; scikit-learn, SciPy and hands agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import ndcg_score

from tests.xl_addin.samples import answer
from tests.xl_addin.sheets.rankings import ranking
from tests.xl_addin.template.office import Office
from tests.xl_addin.workbook.samples import address, loaded
from worker.contract import QuestionRanking
from xl_addin.jobs.books import new_book
from xl_addin.sheets import evaluation
from xl_addin.sheets.answers import ANSWERS, answers_content
from xl_addin.sheets.evaluation import (
    BY_QUESTION,
    EVALUATION,
    by_question_content,
    land_evaluation,
)
from xl_addin.sheets.labels import LABELS, land_ranked
from xl_addin.sheets.ranked import CLASSIC_RANK, RANKED, ranked_content
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import CellValue, TableContent

ORDERS = {"SEXY": "Rank", "classic": CLASSIC_RANK, "similarity": "QueryRank"}
QUESTIONS = ("Q1", "q*", "Q3", "none kept")
RANDOM = np.random.default_rng(5)
#: Keep marks of 15 ranked passages of each question, as people write them; nothing is no mark.
KEPT = {
    "Q1": {0: "yes", 3: "yes", 11: "yes", 14: "no"},
    "q*": {place: "Yes " for place in range(1, 15)},
    "Q3": {13: "yes", 2: "maybe", 5: "#N/A"},
    "none kept": {4: "no"},
}


def fifteen(qid: str) -> QuestionRanking:
    """A question with fifteen passages; two have the same Classic score."""
    usual, found = ranking("contrast"), RANDOM.permutation(15)
    classic = [0.5, 0.5, *RANDOM.uniform(0, 1, 13)]
    rows = [
        usual.rows[0].model_copy(
            update={
                "chunk_id": f"c{n}",
                "rank": n + 1,
                "query_rank": int(found[n]) + 1,
                "classic": classic[n],
            }
        )
        for n in range(15)
    ]
    return usual.model_copy(update={"qid": qid, "rows": tuple(rows)})


@pytest.fixture
def book(tmp_path: Path) -> FileBook:
    """Marked rankings with their evaluation, and a mark on Labels that belongs to Q1."""
    path = tmp_path / "book.xlsx"
    new_book(path)
    port, rankings = FileBook.open(path), [fifteen(qid) for qid in QUESTIONS]
    ranked = ranked_content(rankings)
    land_ranked(port, ranked)
    assert land_evaluation(port, ranked.rows) == []
    waiting = {"QID": "Q1", "Passage ID": "gone", "Keep": "yes"}
    columns = [Column(header) for header in LABELS.headers]
    port.write_table(TableContent(LABELS, [waiting], columns))
    port.save()
    cells = {
        address(RANKED, "Keep", 15 * number + place): mark
        for number, qid in enumerate(QUESTIONS)
        for place, mark in KEPT[qid].items()
    }
    return typed(path, RANKED, cells)


def typed(path: Path, table: Table, cells: dict[str, CellValue]) -> FileBook:
    workbook = loaded(path)
    for cell, value in cells.items():
        workbook[table.sheet][cell] = value
    workbook.save(path)
    return FileBook.open(path)


def computed(office: Office, book: FileBook, table: Table) -> list[dict[str, CellValue]]:
    target = book.path.with_name("computed.xlsx")
    office.save_copy(str(book.path), str(target))
    return [dict(row.values) for row in FileBook.open(target).read_table(table).rows]


def judged(book: FileBook, qid: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """What is relevant, and the ranks by order; a passage on Labels is found by none of them."""
    rows = [row.values for row in book.read_table(RANKED).rows if row.values["QID"] == qid]
    liked = [str(row["Keep"]).strip().lower() == "yes" for row in rows] + [qid == "Q1"]
    ranks = {name: np.array([*(row[at] for row in rows), 999]) for name, at in ORDERS.items()}
    return np.array(liked, dtype=int), ranks


def test_ndcg_is_scikit_learns_and_recall_is_counted_by_hand(office: Office, book: FileBook):
    rows = {str(row["QID"]): row for row in computed(office, book, BY_QUESTION)}
    assert tuple(rows) == QUESTIONS
    for qid in QUESTIONS[:3]:
        liked, ranks = judged(book, qid)
        assert rows[qid]["Keep = yes"] == liked.sum() > 0
        for name, places in ranks.items():
            expected = ndcg_score([liked], [-places], k=10)
            assert rows[qid][f"nDCG@10 {name}"] == pytest.approx(expected, abs=1e-9)
            recall = sum(liked[places <= 10]) / liked.sum()
            assert rows[qid][f"Recall@10 {name}"] == pytest.approx(recall, abs=1e-9)
    assert rows["Q1"]["Recall@10 SEXY"] == 0.5, "two of three, and one that nothing found"
    assert rows["none kept"]["Keep = yes"] == 0
    assert not rows["none kept"]["nDCG@10 SEXY"]


def test_means_have_students_intervals_within_what_the_measure_can_be(
    office: Office, book: FileBook
):
    questions = computed(office, book, BY_QUESTION)[:3]
    lines = {(row["Measure"], row["Of"]): row for row in computed(office, book, EVALUATION)}
    for measure in ("nDCG@10", "Recall@10"):
        found = {
            name: np.array([row[f"{measure} {name}"] for row in questions], dtype=float)
            for name in ORDERS
        }
        for name, values in found.items():
            check(lines[measure, name], values, lowest=0)
        change = found["SEXY"] - found["similarity"]
        check(lines[measure, "SEXY less similarity"], change, lowest=-1)


def check(line: dict[str, CellValue], values: np.ndarray, lowest: float) -> None:
    low, high = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
    assert line["Value"] == pytest.approx(values.mean(), abs=1e-9)
    assert line["CI low"] == pytest.approx(max(lowest, low), abs=1e-7)
    assert line["CI high"] == pytest.approx(min(1, high), abs=1e-7)
    assert line["Counted"] == 3


def test_one_question_has_no_interval_and_none_no_value(office: Office, book: FileBook):
    marks = {qid: place for qid, place in zip(QUESTIONS, range(0, 60, 15), strict=True)}
    only = {address(RANKED, "Keep", at): None for at in range(60)}
    labels = {address(LABELS, "Keep"): None}
    book = typed(book.path, LABELS, labels)
    one = typed(book.path, RANKED, {**only, address(RANKED, "Keep", marks["Q3"]): "yes"})
    line = computed(office, one, EVALUATION)[0]
    assert (line["Value"], line["Counted"], line["CI low"] or "") == (1, 1, "")
    none = typed(book.path, RANKED, only)
    line = computed(office, none, EVALUATION)[0]
    assert (line["Value"] or "", line["Counted"]) == ("", 0)


def test_verdicts_are_counted_by_mode(office: Office, book: FileBook):
    given = [answer(qid, mode, "It sings.") for mode in ("rag", "sexy") for qid in ("Q1", "Q3")]
    book.write_table(answers_content(given))
    book.save()
    verdicts = ("good", "wrong", "good", " Good")
    cells = {address(ANSWERS, "Verdict", at): word for at, word in enumerate(verdicts)}
    lines = computed(office, typed(book.path, ANSWERS, cells), EVALUATION)
    found = {
        (row["Measure"], row["Of"]): (row["Value"] or None, row["Counted"])
        for row in lines
        if str(row["Measure"]).startswith("Verdict")
    }
    assert found["Verdict good", "rag"] == (0.5, 1)
    assert found["Verdict wrong", "rag"] == (0.5, 1)
    assert found["Verdict good", "sexy"] == (1, 2)
    assert found["Verdict partly", "sexy"] == (None, 0)
    assert found["Verdict good", "no-rag"] == (None, 0)
    assert len(found) == 9


def test_more_questions_than_are_computed_in_seconds_are_named(monkeypatch):
    rows = ranked_content([fifteen(qid) for qid in QUESTIONS]).rows
    monkeypatch.setattr(evaluation, "_MOST_COMPARED", 2 * len(rows))
    content = by_question_content(rows)
    assert [row["QID"] for row in content.rows] == ["Q1", "q*"]
    assert str(content.above[0].values["QID"]).startswith("The first 2 of 4 questions")


@pytest.mark.parametrize("table", [RANKED, LABELS, ANSWERS])
def test_where_a_column_that_it_reads_is_gone_no_formula_is_written(
    book: FileBook, table: Table, monkeypatch: pytest.MonkeyPatch
):
    gone = "Verdict" if table is ANSWERS else "Keep"
    workbook = loaded(book.path)
    sheet = workbook[table.sheet]
    sheet[address(table, gone, -1)] = "Renamed"
    sheet.tables[table.name].tableColumns[table.headers.index(gone)].name = "Renamed"
    workbook.save(book.path)
    port = FileBook.open(book.path)
    before = [row.values for row in port.read_table(BY_QUESTION).rows]
    (said,) = land_evaluation(port, ranked_content([fifteen("new")]).rows)
    assert said.startswith(f"Evaluation was left as it was: the sheet {table.sheet} has no")
    assert gone in said
    assert [row.values for row in port.read_table(BY_QUESTION).rows] == before


def test_a_workbook_from_before_goes_without_it(book: FileBook):
    workbook = loaded(book.path)
    del workbook["By question"]
    workbook.save(book.path)
    assert land_evaluation(FileBook.open(book.path), []) == []
