"""Whatever a stream holds, it is a completion or a named error."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worker.inference.openai_stand_in import piece, usage
from worker.errors import EngineError
from worker.inference.open_text import OpenText
from worker.inference.openai_stream import OpenCompletion

httpx2 = pytest.importorskip("httpx2", reason="the extra 'openai' is not installed")

SETTINGS = settings(max_examples=300, deadline=None, derandomize=True, database=None)
MOST_TOKENS = 8

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=200)
NAMES = st.sampled_from(
    [
        "choices",
        "delta",
        "content",
        "text",
        "usage",
        "error",
        "finish_reason",
        "prompt_tokens",
        "completion_tokens",
        "prompt_tokens_details",
        "cached_tokens",
    ]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4)
)


def outcome_of(content: bytes) -> OpenCompletion | EngineError:
    """What becomes of a stream of these bytes."""
    response = httpx2.Response(
        200,
        headers={"content-type": "text/event-stream"},
        content=content,
        request=httpx2.Request("POST", "http://127.0.0.1/v1"),
    )
    written = OpenCompletion(OpenText(MOST_TOKENS, lambda _: None))
    try:
        asyncio.run(written.read(response))
    except EngineError as error:
        return error
    return written


def assert_sound(outcome: OpenCompletion | EngineError) -> None:
    if isinstance(outcome, EngineError):
        assert str(outcome).isprintable()
        return
    completion = outcome.completion()
    assert len(outcome.text.pieces) <= MOST_TOKENS
    assert completion.prompt_tokens >= completion.reused_tokens >= 0
    assert completion.tokens >= 0
    assert completion.text.encode().decode() == completion.text


@SETTINGS
@given(st.lists(VALUES | st.just(piece("x")) | st.just(usage(1, 1)), max_size=12))
def test_any_values_in_a_stream_are_a_completion_or_a_named_error(values: list[Any]):
    content = b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)
    assert_sound(outcome_of(content))


@SETTINGS
@given(st.lists(st.sampled_from([b"data: ", b"\n", b"\r", b":", b"[DONE]"]) | st.binary()))
def test_any_bytes_of_a_stream_are_a_completion_or_a_named_error(blocks: list[bytes]):
    assert_sound(outcome_of(b"".join(blocks)))
