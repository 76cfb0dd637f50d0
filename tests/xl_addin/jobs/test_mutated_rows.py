"""Rows that were changed on their way and are taken all the same can be written into sheets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutations import ALWAYS, mutated
from tests.worker.contract_samples.answer import ANSWER, ANSWERING
from tests.worker.contract_samples.rank import RANKING
from tests.worker.test_contract_mutations import FEW
from tests.xl_addin.jobs.mutated_runs import (
    LANDED,
    land_changed,
    landings,
    make_book,
    whole_run,
)
from worker.contract import Row, RowReady, read_event
from xl_addin.jobs.answer import summary as answers_in_words
from xl_addin.jobs.rank import summary as rankings_in_words
from xl_addin.jobs.run import Run
from xl_addin.sheets.answers import answers_content
from xl_addin.sheets.matrix import matrix_content
from xl_addin.sheets.ranked import ranked_content

SOME = settings(parent=ALWAYS, max_examples=12)  # each lands in a workbook, and opens it


@pytest.mark.parametrize("row", [RANKING, ANSWER], ids=lambda row: row.kind)
@FEW
@given(data=st.data())
def test_what_was_taken_can_be_written(row: Row, data: Any) -> None:
    event = read_event(ANSWERING, json.dumps(data.draw(mutated(_plain(row)))))
    run = Run()
    run.take_event(event)

    for ranking in run.rows(type(RANKING)):
        assert len(ranked_content([ranking]).rows) == len(ranking.rows)
        povs, score = ANSWERING.ranking.povs, ANSWERING.ranking.score
        assert len(matrix_content([ranking], povs, score).rows) == len(ranking.rows)
    for answer in run.rows(type(ANSWER)):
        assert len(answers_content([answer]).rows) == 1
    assert len([*answers_in_words(run), *rankings_in_words(run)]) <= 3


@pytest.fixture(scope="module")
def used_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with the results of a run, and with everything that users put into one."""
    return make_book(tmp_path_factory.mktemp("used") / "book.xlsm")


@pytest.mark.parametrize("kind", LANDED)
@SOME
@given(data=st.data())
def test_a_mutated_run_lands_and_harms_nothing_else(kind: str, used_book: Path, data: Any) -> None:
    assert data.draw(landings(kind, used_book))().startswith(("landed", "refused"))


def test_a_run_as_it_was_sent_lands_whole(used_book: Path) -> None:
    assert land_changed(used_book, whole_run("answer")) == "landed whole"


def _plain(row: Row) -> object:
    return RowReady(row=row).model_dump(mode="json")
