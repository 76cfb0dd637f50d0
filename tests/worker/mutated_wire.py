"""What travels, changed at a few places, and what must hold when it is taken."""

from __future__ import annotations

import json
from functools import partial

from hypothesis import strategies as st

from tests.mutations import ANYTHING, mutated
from tests.worker.contract_samples import ROWS, SAMPLES
from tests.worker.contract_samples.answer import ANSWERING
from tests.worker.contract_samples.shared import PROBLEM, RUN
from worker.contract import (
    Event,
    Problem,
    Progress,
    QuestionRanking,
    RowFailed,
    RowReady,
    Started,
    TextReady,
    Wire,
    parse_event,
    parse_request,
    parse_result,
    read_event,
)
from worker.errors import ProtocolError

EVENTS: list[Event] = [
    Started(run=RUN),
    Progress(stage="embed", done=1, of=2, estimate="a minute"),
    TextReady(qid="1", mode="sexy", text="Few"),
    RowFailed(problem=PROBLEM),
    *(RowReady(row=row) for row in ROWS),
]


def changed(sent: Wire) -> st.SearchStrategy[str]:
    """JSON of something that travels, changed at a few places."""
    return mutated(sent.model_dump(mode="json")).map(json.dumps)


def requests() -> st.SearchStrategy[partial[str]]:
    """Calls of `take_request`."""
    known = st.sampled_from([request for request, _ in SAMPLES.values()]).flatmap(changed)
    return st.one_of(known, known, known, ANYTHING.map(json.dumps)).map(
        partial(partial, take_request)
    )


def results() -> st.SearchStrategy[partial[str]]:
    """Calls of `take_result`."""

    def of_kind(kind: str) -> st.SearchStrategy[partial[str]]:
        return changed(SAMPLES[kind][1]).map(partial(partial, take_result, kind))

    return st.sampled_from(sorted(SAMPLES)).flatmap(of_kind)


def events() -> st.SearchStrategy[partial[str]]:
    """Calls of `take_event`."""
    known = st.sampled_from(EVENTS).flatmap(changed)
    return st.one_of(known, known, known, ANYTHING.map(json.dumps)).map(
        partial(partial, take_event)
    )


def take_request(payload: str) -> str:
    """Take a request as a worker does; say what became of it."""
    try:
        request = parse_request(payload)
    except ProtocolError as error:
        return in_words(Problem.from_error(error))
    assert parse_request(request.model_dump_json()) == request
    assert all(isinstance(name, str) for name in (*request.models(), *request.told().values()))
    return "taken"


def take_result(kind: str, payload: str) -> str:
    """Take a result as whoever asked for it does; say what became of it."""
    request, _ = SAMPLES[kind]
    try:
        result = parse_result(request, payload)
    except ProtocolError as error:
        return in_words(Problem.from_error(error))
    assert parse_result(request, result.model_dump_json()) == result
    return "taken"


def take_event(payload: str) -> str:
    """Take an event as whoever waits for the run does; say what became of it."""
    event = read_event(ANSWERING, payload)
    assert parse_event(event.model_dump_json()) == event
    if isinstance(event, RowFailed) and event.problem.code == ProtocolError.code:
        return in_words(event.problem)
    if isinstance(event, RowReady) and isinstance(event.row, QuestionRanking):
        ranking = event.row
        assert ranking.qid in {question.qid for question in ANSWERING.ranking.questions}
        width = len(ranking.matrix.pov_ids)
        assert [len(line) for line in ranking.matrix.cosine] == [width] * len(ranking.rows)
    return "taken"


def in_words(problem: Problem) -> str:
    """See that a refusal is one in words; say it in short."""
    assert problem.code == ProtocolError.code
    assert problem.what
    assert problem.next_step
    assert len(str(problem)) < 2000
    return f"refused: {problem.what[:50]}"
