"""The Tuning sheet: lines of the model that was measured, and those of others that stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worker.contract_samples.taste import LINE
from tests.xl_addin.conftest import rows
from xl_addin.sheets.tuning import TUNING, tuning_content
from xl_addin.workbook.file.file_book import FileBook


def land(path: Path, *lines: object) -> list[dict[str, object]]:
    book = FileBook.open(path)
    book.write_table(tuning_content(lines, book.read_table(TUNING).rows))
    book.save()
    return rows(path, TUNING)


def test_a_line_says_what_was_measured_on_how_much(book: Path):
    (row,) = land(book, LINE)
    assert row["Model"] == LINE.model
    assert (row["Base"], row["Tuned"], row["CI low"], row["CI high"]) == (0.8, 0.9, 0.05, 0.2)
    assert row["Change"] == pytest.approx(0.1)
    assert row["Measured on"] == "7 documents left out"
    assert row["Verdict"] == "better"


def test_a_model_that_is_measured_again_replaces_its_own_lines_alone(book: Path):
    other = LINE.model_copy(update={"model": "tuned:films"})
    land(book, LINE, LINE.model_copy(update={"metric": "In the first tenth"}))
    land(book, other)
    found = land(book, LINE.model_copy(update={"tuned": 0.7, "verdict": "worse"}))
    assert [(row["Model"], row["Verdict"]) for row in found] == [
        ("taste:雨", "worse"),
        ("tuned:films", "better"),
    ]
