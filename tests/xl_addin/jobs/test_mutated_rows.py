"""Rows that were changed on their way and are taken all the same can be written into sheets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mutations import mutated
from tests.worker.contract_samples.answer import ANSWER, ANSWERING
from tests.worker.contract_samples.rank import RANKING
from tests.worker.test_contract_mutations import FEW
from worker.contract import Row, RowReady, read_event
from xl_addin.jobs.answer import summary as answers_in_words
from xl_addin.jobs.rank import summary as rankings_in_words
from xl_addin.jobs.run import Run
from xl_addin.sheets.answers import answers_content
from xl_addin.sheets.matrix import matrix_content
from xl_addin.sheets.ranked import ranked_content


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


def _plain(row: Row) -> object:
    return RowReady(row=row).model_dump(mode="json")
