"""Refusals and faults of a server, told by a stand-in; the engine itself has a real one."""

import logging
import threading

import pytest

from tests.worker.inference.openai_stand_in import KEY, OpenAiStandIn, piece, usage
from worker.errors import (
    BonsaiError,
    CancelledError,
    EngineError,
    EngineLostError,
    EngineRefusedError,
    PromptTooLongError,
    SettingError,
)
from worker.inference.base import Completion, Prompt, Sampling
from worker.inference.openai_endpoint import OpenAiEndpoint

CHAT = Prompt("What is the capital of France?", "chat")
TEXT = Prompt("The capital of France is", "completion", stop=("\n", "###"))


@pytest.fixture
def server():
    with OpenAiStandIn() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def model(server: OpenAiStandIn) -> OpenAiEndpoint:
    return endpoint(server)


def endpoint(server: OpenAiStandIn, name: str = "qwen", key: str = KEY) -> OpenAiEndpoint:
    return OpenAiEndpoint(f"openai:{server.url}{name and '#'}{name}", key=key)


def ask(model, *prompts, sampling=Sampling(2), cancelled=lambda: False):  # noqa: B008 (frozen)
    """All replies, by position."""
    return dict(model.generate(prompts, sampling, on_text=lambda *_: None, cancelled=cancelled))


def failure(model, kind: type[BonsaiError], *prompts) -> BonsaiError:
    with pytest.raises(kind) as caught:
        ask(model, *(prompts or (CHAT,)))
    assert KEY not in repr(vars(caught.value))
    assert all((caught.value.what, caught.value.why, caught.value.next_step))
    return caught.value


def test_a_completion_has_its_text_and_its_counts(model: OpenAiEndpoint):
    reply = ask(model, CHAT)[0]
    assert (reply.text, reply.prompt_tokens, reply.tokens, reply.reused_tokens, reply.cut) == (
        "Paris", 7, 2, 5, False,
    )  # fmt: skip


def test_a_chat_prompt_is_a_message_and_a_completion_prompt_a_text(server, model):
    ask(model, CHAT, TEXT, sampling=Sampling(9, temperature=0.5, seed=3))
    chat, text = sorted(server.requests, key=lambda request: request["path"])
    assert (chat["path"], text["path"]) == ("/v1/chat/completions", "/v1/completions")
    assert chat["messages"] == [{"role": "user", "content": CHAT.text}]
    assert "stop" not in chat
    assert (text["prompt"], text["stop"]) == (TEXT.text, ["\n", "###"])
    for request in (chat, text):
        assert (request["max_tokens"], request["temperature"], request["seed"]) == (9, 0.5, 3)
        assert request["stream_options"] == {"include_usage": True}
        assert "cache_prompt" not in request


def test_a_repeatable_text_is_drawn_without_chance_or_cache(server, model):
    ask(model, CHAT, sampling=Sampling(2, temperature=0.7, repeatable=True))
    (request,) = server.requests
    assert (request["temperature"], request["cache_prompt"]) == (0, False)


def test_counts_that_a_server_does_not_send_are_those_of_the_pieces(server, model):
    server.chunks = [piece("Pa"), piece("ris", "length")]
    reply = ask(model, CHAT, sampling=Sampling(99))[0]
    assert (reply.tokens, reply.prompt_tokens, reply.cut) == (2, 0, True)


def test_the_only_model_of_a_server_needs_no_name(server):
    ask(endpoint(server, name=""), CHAT)
    assert server.requests[0]["model"] == "qwen"


@pytest.mark.parametrize("models", [["qwen", "llama"], []])
def test_a_server_with_several_models_or_none_wants_a_name(server, models: list[str]):
    server.models = models
    with pytest.raises(SettingError, match=f"has {len(models)} models") as caught:
        endpoint(server, name="")
    assert all(name in caught.value.why for name in models)


def test_a_model_that_is_not_known_is_answered_with_those_that_are(server):
    error = failure(endpoint(server, "mistral"), SettingError, CHAT, CHAT)
    assert "'mistral'" in error.what
    assert error.why == "It has: qwen."


def test_an_address_without_the_interface_is_named(server):
    elsewhere = f"openai:{server.url.removesuffix('/v1')}"
    with pytest.raises(SettingError, match="/v1"):
        OpenAiEndpoint(elsewhere, key=KEY)
    failure(OpenAiEndpoint(f"{elsewhere}/v2#qwen", key=KEY), SettingError)


def test_a_website_at_the_address_is_no_server_of_models(server):
    server.is_website = True
    assert "no models" in failure(endpoint(server), SettingError).what
    with pytest.raises(SettingError, match="no models"):
        endpoint(server, name="")


@pytest.mark.parametrize(
    "name", ["openai:", "openai:127.0.0.1:8000#qwen", "openai:ftp://host/v1", "openai:http://[v1"]
)
def test_a_name_without_a_web_address_is_refused(name: str):
    with pytest.raises(SettingError, match="names no server"):
        OpenAiEndpoint(name, key="")


def test_an_address_with_a_password_is_refused_without_repeating_it():
    with pytest.raises(SettingError) as caught:
        OpenAiEndpoint("openai:http://me:hush@host/v1#qwen", key="")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("key", ["sk-a-bad-key", ""])
def test_a_key_that_is_refused_is_not_repeated(server, key: str):
    error = failure(endpoint(server, key=key), EngineRefusedError)
    assert not error.retryable
    assert "OPENAI_API_KEY" in error.next_step
    assert "sk-a-bad-key" not in str(error)


@pytest.mark.parametrize(
    "message",
    [
        "request (3032 tokens) exceeds the available context size (1024 tokens), try increasing it",
        "This model's maximum context length is 4096 tokens. However, your request has 5000 input "
        "tokens. Please reduce the length of the input messages.",
        "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
        "The number of tokens to keep from the initial prompt is greater than the context length.",
    ],
    ids=["llama.cpp", "vllm", "older vllm", "lm studio"],
)
def test_a_prompt_that_does_not_fit_is_refused_alone_in_the_servers_words(
    server, model, message: str
):
    server.failures = [(400, message)]
    replies = ask(model, CHAT, CHAT, CHAT)
    (refused,) = [reply for reply in replies.values() if isinstance(reply, BonsaiError)]
    assert isinstance(refused, PromptTooLongError)
    assert message in refused.why


def test_a_text_that_ends_before_its_limit_for_want_of_room_is_no_answer(server, model):
    server.chunks = [piece("Pa"), piece("ris", "length"), usage(4094, 2)]
    reply = ask(model, CHAT, sampling=Sampling(100))[0]
    assert isinstance(reply, PromptTooLongError)
    assert "4094" in reply.why


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_busy_for_a_moment_is_asked_again(server, model, status: int):
    server.failures = [(status, "busy")] * 2
    assert ask(model, CHAT)[0].text == "Paris"


def test_a_server_that_stays_busy_fails_one_prompt_alone(server, model):
    server.failures = [(503, f"no room for {KEY}")] * 3
    replies = ask(model, CHAT, TEXT, sampling=Sampling(2, repeatable=True))
    assert isinstance(replies[0], EngineError)
    assert "no room for …" in replies[0].why
    assert isinstance(replies[1], Completion)


def test_an_error_within_the_stream_fails_one_prompt_alone(server, model):
    server.chunks = [piece("Pa"), {"error": {"message": "out of memory"}}]
    assert "out of memory" in ask(model, CHAT)[0].why


def test_a_server_that_closes_in_the_middle_is_lost(server, model):
    server.chunks = [piece("Pa"), piece("r")]
    assert server.url in failure(model, EngineLostError).what


def test_a_server_that_is_not_there_is_lost():
    with OpenAiStandIn() as gone:
        pass
    assert gone.url in failure(endpoint(gone), EngineLostError).what
    with pytest.raises(EngineLostError):
        endpoint(gone, name="")


@pytest.mark.parametrize("where", ["headers", "chunks"])
def test_a_server_that_hangs_is_left_when_asked_to_stop_and_sees_it(server, model, where: str):
    server.silent, server.chunks = where, [piece("Pa")]
    with pytest.raises(CancelledError):
        ask(model, CHAT, cancelled=server.waits.is_set)
    assert server.left.wait(60)


def test_the_key_is_neither_shown_nor_logged(model, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG):
        ask(model, CHAT)
    assert caplog.text
    assert KEY not in caplog.text + repr(model)


def test_no_proxy_stands_before_a_server_of_this_machine(
    server: OpenAiStandIn, monkeypatch: pytest.MonkeyPatch
):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(endpoint(server), CHAT)[0].text == "Paris"
