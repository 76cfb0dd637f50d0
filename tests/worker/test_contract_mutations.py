"""Whatever becomes of what travels: it is refused in words, or it fits."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutations import ALWAYS, ANYTHING
from tests.worker.contract_samples.answer import ANSWERING
from tests.worker.mutated_wire import events, in_words, requests, results
from worker.contract import RowFailed, read_event, refused_blob

FEW = settings(parent=ALWAYS, max_examples=300)


@pytest.mark.parametrize("cases", [requests, results, events])
@FEW
@given(data=st.data())
def test_what_was_mutated_on_its_way_is_refused_in_words_or_fits(
    cases: Callable[[], st.SearchStrategy[Callable[[], str]]], data: Any
) -> None:
    assert data.draw(cases())()


@FEW
@given(payload=st.binary() | ANYTHING.map(json.dumps))
def test_what_is_no_event_at_all_is_refused_in_words(payload: bytes | str) -> None:
    event = read_event(ANSWERING, payload)

    assert isinstance(event, RowFailed)
    assert in_words(event.problem)


@FEW
@given(name=st.text() | st.just("heatmap:1"), data=st.binary())
def test_what_is_no_picture_is_refused_in_words(name: str, data: bytes) -> None:
    refused = refused_blob(ANSWERING, name, data)

    assert refused is not None
    assert in_words(refused.problem)
