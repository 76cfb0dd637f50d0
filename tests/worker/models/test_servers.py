"""Texts go to servers that the machine's settings name, and a key to its own server alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worker.models.test_registry import entry
from tests.worker.queueing.worlds import rank_request
from worker.contract import AnswerRequest, Request, ScoreRequest
from worker.errors import SettingError
from worker.models.registry import Registry
from worker.models.servers import allowing, llm_key, refuse_unknown_servers, server_of
from worker.queueing.in_process import InProcessRunner
from worker.settings import Settings, load_settings

AWAY = "openai:http://gpu.example:8000/v1#qwen"
HERE = "openai:http://127.0.0.1:8000/v1#qwen"
COHERE = "cohere:embed-english-v3.0"


def machine(**variables: str) -> Settings:
    return load_settings({f"BONSAI_{name}": value for name, value in variables.items()})


def answer(llm: str = "scripted:quoting", **ranking: str) -> AnswerRequest:
    asked = rank_request(1).model_copy(update=ranking)
    return AnswerRequest(run_id="r", ranking=asked, llm=llm)


#: Every way in which a request may name a server that the machine's settings do not.
FOREIGN: dict[str, Request] = {
    "language model": answer(AWAY),
    "embedder": answer(embedder=COHERE),
    "embedder that covers": answer(embedder=f"{COHERE}+cover"),
    "scoring embedder": answer(scoring_embedder=COHERE),
    "reranker": answer(reranker="st:https://evil.example/model"),
    "store": answer(store="http://chroma.example:8000"),
    "loose texts": ScoreRequest(run_id="r", embedder=COHERE, texts=("a",), povs=()),
}


@pytest.mark.parametrize(
    ("name", "server"),
    [
        (AWAY, "http://gpu.example:8000"),
        (COHERE, "https://api.cohere.com"),
        ("st:https://host/model", "https://host"),
        ("gguf:smollm2", ""),
        ("hf:ORG/NAME", ""),
        ("openai:", ""),
        ("", ""),
    ],
)
def test_a_name_says_where_its_texts_go(name: str, server: str):
    assert server_of(name) == server


@pytest.mark.parametrize("request_", FOREIGN.values(), ids=list(FOREIGN))
def test_nothing_is_sent_to_a_server_that_only_a_request_names(request_: Request):
    runner = InProcessRunner(machine(COHERE_KEY="a key", STORE_TOKEN="a token"))
    with pytest.raises(SettingError, match="Nothing was sent to http") as caught:
        runner.run(
            request_, on_event=lambda _: None, on_blob=lambda *_: None, cancelled=lambda: False
        )
    assert "BONSAI_SERVERS" in caught.value.next_step
    assert "settings.toml" in caught.value.next_step


@pytest.mark.parametrize(
    "settings",
    [{"SERVERS": "https://x.example, http://gpu.example:8000"}, {"LLM": AWAY},
     {"LLM_URL": "http://GPU.example:8000/v1"}],
    ids=["servers", "usual model", "key's server"],
)  # fmt: skip
def test_a_server_that_the_settings_name_is_allowed(settings: dict[str, str]):
    refuse_unknown_servers(answer(AWAY), machine(**settings), here=False)


def test_a_service_that_the_settings_name_is_allowed():
    for settings in (machine(EMBEDDER=COHERE), machine(SERVERS="https://api.cohere.com")):
        refuse_unknown_servers(answer(embedder=COHERE), settings)


def test_the_machines_own_store_is_allowed():
    settings = machine(STORE="http://chroma.example:8000")
    refuse_unknown_servers(answer(store="http://chroma.example:8000"), settings, here=False)


def test_a_server_of_this_machine_is_allowed_to_who_sits_at_it_and_not_to_others():
    refuse_unknown_servers(answer(HERE), machine())
    with pytest.raises(SettingError, match=r"Nothing was sent to http://127\.0\.0\.1:8000"):
        refuse_unknown_servers(answer(HERE), machine(), here=False)
    runner = InProcessRunner(machine(), for_others=True)
    with pytest.raises(SettingError, match="Nothing was sent"):
        runner.run(
            answer(HERE), on_event=lambda _: None, on_blob=lambda *_: None, cancelled=lambda: False
        )


def test_what_a_person_has_agreed_to_is_allowed_without_a_key():
    settings = allowing(machine(LLM_KEY="a key"), [AWAY, "gguf:smollm2"])
    refuse_unknown_servers(answer(AWAY), settings)
    assert llm_key("http://gpu.example:8000/v1", settings) == ""


@pytest.mark.parametrize(
    ("url", "goes"),
    [
        ("http://gpu.example:8000/v1", True),
        ("http://gpu.example:8000/other", True),
        ("http://gpu.example:8001/v1", False),
        ("https://gpu.example:8000/v1", False),
        ("http://gpu.example.evil.example:8000/v1", False),
        ("http://evil.example/?http://gpu.example:8000", False),
        ("http://127.0.0.1:8000/v1", False),
    ],
)
def test_a_key_goes_to_the_server_that_it_is_for_and_to_no_other(url: str, goes: bool):
    own = machine(LLM_KEY="a key", LLM_URL="http://gpu.example:8000/v1")
    usual = machine(LLM_KEY="a key", LLM=AWAY)
    elsewhere = machine(LLM_KEY="a key", LLM=AWAY, LLM_URL="https://other.example")
    assert [llm_key(url, each) for each in (own, usual)] == ["a key" if goes else ""] * 2
    assert llm_key(url, elsewhere) == ""


def test_a_key_that_is_for_no_server_stays_here():
    assert llm_key("http://gpu.example:8000/v1", machine(LLM_KEY="a key")) == ""
    listed = machine(LLM_KEY="a key", SERVERS="http://gpu.example:8000")
    assert llm_key("http://gpu.example:8000/v1", listed) == ""
    assert llm_key("", replace(listed, llm_url="")) == ""


def test_a_taste_sends_texts_where_its_base_does(tmp_path: Path):
    settings = replace(machine(), home=tmp_path)
    made = entry().model_copy(update={"base": COHERE})
    with Registry(settings.made).adding(made):
        pass
    request = answer(scoring_embedder="taste:films@0.5")
    with pytest.raises(SettingError, match=r"sent to https://api\.cohere\.com"):
        refuse_unknown_servers(request, settings)
    refuse_unknown_servers(request, allowing(settings, request.models()))
