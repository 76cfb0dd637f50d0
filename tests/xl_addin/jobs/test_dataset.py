"""The dataset job as it is asked for, and how it is summed up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worker.contract_samples.dataset import PAIR, REJECTED
from worker.contract import RowReady
from worker.errors import InputError
from worker.settings import load_settings
from xl_addin.jobs import dataset
from xl_addin.jobs.base import Inputs, SummaryTable
from xl_addin.jobs.books import fresh_books
from xl_addin.jobs.run import Run
from xl_addin.sheets.options import read_options


def ask(**cells: object):
    books = fresh_books()
    options = read_options({"Collection": "c"} | {k.replace("_", " "): v for k, v in cells.items()})
    inputs = Inputs(options, load_settings(), books.questions, books.povs, Path("book.xlsx"))
    return dataset.ask(inputs).request


def test_settings_say_what_a_data_set_is_made_of():
    request = ask(QA_passages=20, QA_words="film, 俳優", QA_whole_words="yes", Language_model="x:y")
    assert (request.limit, request.words, request.llm) == (20, ("film", "俳優"), "x:y")
    assert request.whole_words


def test_more_rows_than_a_sheet_is_written_with_are_refused_in_figures():
    assert ask(QA_passages=50_000, QA_questions=2)
    with pytest.raises(InputError, match="50,000 passages × 3 questions are 150,000 rows"):
        ask(QA_passages=50_000, QA_questions=3)


def test_the_summary_counts_both_parts_and_what_each_filter_left_out():
    run = Run()
    for row in (PAIR, REJECTED):
        run.take_event(RowReady(row=row))
    shown, counts, left_out = dataset.summary(run)
    assert isinstance(shown, SummaryTable)
    assert isinstance(counts, SummaryTable)
    assert [row[-1] for row in shown.rows] == ["kept", REJECTED.reason]
    assert counts.rows == [("train", 1, 1, 1), ("validation", 1, 1, 0)]
    assert left_out == "Left out: needs the passage 1"


def test_a_run_that_gave_nothing_has_no_summary():
    assert [*dataset.summary(Run())] == []
