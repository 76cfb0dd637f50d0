from pathlib import Path

import pytest

from tests.xl_addin.samples import STAMP
from xl_addin.jobs.books import new_book
from xl_addin.sheets.last_run import formula_remarks, last_run_content
from xl_addin.workbook.file.file_book import FileBook


def test_each_item_of_the_stamp_that_has_a_value_is_a_row():
    rows = last_run_content(STAMP, "Rank", 1.25, ["One.", "Two."]).rows
    assert {row["Item"]: row["Value"] for row in rows} == {
        "What": "Rank",
        "Time (UTC)": "now",
        "Seconds": "1.2",
        "Run": "r",
        "BONSAI version": "1",
        "Collection": "c",
        "Index version": "v",
        "Embedder": "e@1",
        "Remarks": "One.\nTwo.",
    }


NOW = STAMP.model_copy(update={"score_formula": "contrast p4/2"})


@pytest.fixture
def port(tmp_path: Path) -> FileBook:
    new_book(tmp_path / "book.xlsx")
    return FileBook.open(tmp_path / "book.xlsx")


def test_the_formula_of_the_scores_is_part_of_the_stamp():
    rows = last_run_content(NOW, "Rank", 1.25).rows
    assert {"Item": "Score formula", "Value": "contrast p4/2"} in rows


def test_scores_of_an_earlier_version_are_named_as_such(port: FileBook):
    port.write_table(last_run_content(STAMP, "Rank", 1.25))
    (remark,) = formula_remarks(port, NOW, whole=True)
    assert "earlier version" in remark
    _, left = formula_remarks(port, NOW, whole=False)
    assert left.endswith("did not reach keep scores of that older formula.")


def test_scores_of_another_formula_that_stay_are_named(port: FileBook):
    other = NOW.model_copy(update={"score_formula": "max/2"})
    port.write_table(last_run_content(other, "Answer", 1.25))
    assert formula_remarks(port, NOW, whole=True) == []
    (remark,) = formula_remarks(port, NOW, whole=False)
    assert "the formula 'max/2'" in remark


@pytest.mark.parametrize("before", [(NOW, "Rank"), (STAMP, "Index"), None])
def test_where_nothing_was_scored_otherwise_nothing_is_said(port: FileBook, before):
    if before:
        port.write_table(last_run_content(*before, 1.25))
    assert formula_remarks(port, NOW, whole=False) == []


def test_a_run_that_scores_nothing_says_nothing_of_formulas(port: FileBook):
    port.write_table(last_run_content(STAMP, "Rank", 1.25))
    assert formula_remarks(port, STAMP, whole=True) == []
