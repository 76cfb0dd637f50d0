"""Whatever becomes of a row or a result on its way: it is refused in words, or it fits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutations import ALWAYS, ANYTHING, mutated
from tests.worker.contract_samples import ROWS, SAMPLES
from tests.worker.contract_samples.answer import ANSWERING
from worker.contract import (
    Problem,
    QuestionRanking,
    Request,
    Result,
    Row,
    RowFailed,
    RowReady,
    parse_result,
    read_event,
    refused_blob,
)
from worker.errors import ProtocolError

FEW = settings(parent=ALWAYS, max_examples=300, derandomize=False)


def assert_in_words(problem: Problem) -> None:
    assert problem.code == ProtocolError.code
    assert problem.what
    assert problem.next_step
    assert len(str(problem)) < 2000


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind} {row.key}")
@FEW
@given(data=st.data())
def test_a_mutated_row_is_refused_in_words_or_fits(row: Row, data: Any) -> None:
    plain = data.draw(mutated(RowReady(row=row).model_dump(mode="json")))

    event = read_event(ANSWERING, json.dumps(plain))

    if isinstance(event, RowFailed):
        assert_in_words(event.problem)
    elif isinstance(event, RowReady) and isinstance(event.row, QuestionRanking):
        ranking = event.row
        assert ranking.qid in {question.qid for question in ANSWERING.ranking.questions}
        assert [len(line) for line in ranking.matrix.cosine] == [len(ranking.matrix.pov_ids)] * len(
            ranking.rows
        )


@pytest.mark.parametrize(("request_model", "result"), SAMPLES.values(), ids=SAMPLES.keys())
@FEW
@given(data=st.data())
def test_a_mutated_result_is_refused_in_words_or_fits(
    request_model: Request, result: Result, data: Any
) -> None:
    plain = data.draw(mutated(result.model_dump(mode="json")))

    try:
        taken = parse_result(request_model, json.dumps(plain))
    except ProtocolError as error:
        assert_in_words(Problem.from_error(error))
    else:
        assert parse_result(request_model, taken.model_dump_json()) == taken


@FEW
@given(payload=st.binary() | ANYTHING.map(json.dumps))
def test_what_is_no_event_at_all_is_refused_in_words(payload: bytes | str) -> None:
    event = read_event(ANSWERING, payload)

    assert isinstance(event, RowFailed)
    assert_in_words(event.problem)


@FEW
@given(name=st.text() | st.just("heatmap:1"), data=st.binary())
def test_what_is_no_picture_is_refused_in_words(name: str, data: bytes) -> None:
    refused = refused_blob(ANSWERING, name, data)

    assert refused is not None
    assert_in_words(refused.problem)
