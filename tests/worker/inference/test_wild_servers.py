"""Servers that lie, stall or never end: each is named, and its prompt alone has no answer."""

import pytest

from tests.worker.inference.wild_server import (
    BROKEN_CHUNKS,
    LISTINGS,
    LOSSES,
    PAGES,
    STALLS,
    WildServer,
    wild_server,
)
from worker.errors import BonsaiError, EngineError, EngineLostError, SettingError
from worker.inference.base import Completion, Prompt, Sampling
from worker.inference.open_text import Patience
from worker.inference.openai_endpoint import OpenAiEndpoint

CALM = Prompt("What is the capital of France?", "chat")
SHORT = Patience(first=10, between=5, each=0)


@pytest.fixture(scope="module")
def server():
    with wild_server() as server:
        yield server


def endpoint(server: WildServer, **more) -> OpenAiEndpoint:
    return OpenAiEndpoint(f"openai:{server.url}#qwen", key="", **more)


def ask(model: OpenAiEndpoint, *names: str, tokens: int = 5) -> list[Completion | BonsaiError]:
    """What became of prompts that name a way, each between two that name none."""
    prompts = [CALM, *(Prompt(name, "chat") for name in names), CALM]
    replies = dict(
        model.generate(prompts, Sampling(tokens), on_text=lambda *_: None, cancelled=lambda: False)
    )
    assert replies[0].text == replies[len(names) + 1].text == "Paris", "the others go on"
    return [replies[place] for place in range(1, len(names) + 1)]


def test_a_chunk_that_is_none_fails_its_prompt_alone(server):
    for name, error in zip(BROKEN_CHUNKS, ask(endpoint(server), *BROKEN_CHUNKS), strict=True):
        assert type(error) is EngineError, name
        assert "cannot be read" in error.what, name
        assert error.why.isprintable(), name


def test_a_page_in_place_of_a_stream_fails_its_prompt_alone_in_its_own_words(server):
    for name, error in zip(PAGES, ask(endpoint(server), *PAGES), strict=True):
        assert type(error) is EngineError, name
        assert PAGES[name][1] in str(error), name
        assert str(error).isprintable(), name


def test_a_text_without_an_end_is_cut_at_the_tokens_that_were_asked_for(server):
    (cut,) = ask(endpoint(server), "a text without an end")
    assert (cut.text, cut.tokens, cut.cut) == ("xxxxx", 5, True)


def test_a_piece_is_cut_at_the_characters_that_tokens_have(server):
    (cut,) = ask(endpoint(server), "a token that is a book")
    assert set(cut.text) == set("Pax")
    assert len(cut.text) < 1000
    assert cut.cut


def test_a_byte_that_is_no_utf8_loses_that_byte_alone(server):
    (reply,) = ask(endpoint(server), "a byte that is no UTF-8")
    assert reply.text == "Pacaf\N{REPLACEMENT CHARACTER}ris"


def test_a_prompt_that_gets_no_answer_is_given_up_though_the_connection_lives(server):
    model = endpoint(server, streams=len(STALLS) + 3, patience=SHORT)
    *stalled, slow = ask(model, *STALLS, "a slow text without an end", tokens=10_000)
    for name, error in zip(STALLS, stalled, strict=True):
        assert type(error) is EngineError, name
        assert "stopped before an answer was whole" in error.what, name
    assert set(slow.text) == {"x"}
    assert slow.cut, "it is cut at its time"


def test_a_stream_is_utf8_whatever_its_head_says(server):
    (reply,) = ask(endpoint(server), "an unheard-of alphabet")
    assert reply.text == "Paris"


def test_counts_that_come_with_each_piece_are_those_of_the_last(server):
    (reply,) = ask(endpoint(server), "counts with each piece")
    assert (reply.text, reply.tokens, reply.cut) == ("xxxxx", 5, True)


@pytest.mark.parametrize("listing", LISTINGS)
def test_a_list_of_models_that_is_none_is_named(listing: str):
    with wild_server() as server:
        server.listing = LISTINGS[listing]
        with pytest.raises((SettingError, EngineError)) as caught:
            OpenAiEndpoint(f"openai:{server.url}", key="")
    assert str(caught.value).isprintable()


def test_an_answer_that_is_whole_needs_no_goodbye(server):
    (reply,) = ask(endpoint(server), "no goodbye")
    assert (reply.text, reply.cut) == ("Paris", False)


def test_a_server_that_leaves_every_prompt_without_an_answer_is_lost(server):
    model = endpoint(server, streams=1, patience=Patience(first=0.3))
    prompts = [Prompt("silence", "chat")] * 9
    replies = model.generate(prompts, Sampling(5), on_text=lambda *_: None, cancelled=lambda: False)
    assert type(next(replies)[1]) is EngineError
    with pytest.raises(EngineLostError, match="2 prompts in a row"):
        next(replies)


@pytest.mark.parametrize("name", LOSSES)
def test_a_connection_that_breaks_is_named_with_its_server(server, name: str):
    with pytest.raises(EngineLostError, match=server.url) as caught:
        ask(endpoint(server, streams=1), name)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("name", "words"), [("a website", "no models"), ("in circles", "sends on to")]
)
def test_an_address_that_is_none_of_a_model_ends_the_run_in_words(server, name: str, words: str):
    with pytest.raises(SettingError, match=words):
        ask(endpoint(server, streams=1), name)
