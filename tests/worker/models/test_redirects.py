"""A server that sends requests on to another address: nothing is sent there, and it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.worker.ear import Ear, listening
from tests.worker.retrieval.test_chroma_store import NamedModel
from worker.errors import BonsaiError
from worker.inference.base import Prompt, Sampling
from worker.inference.openai_endpoint import OpenAiEndpoint
from worker.retrieval.chroma_place import ChromaServer, place_of
from worker.retrieval.chroma_store import ChromaStore

KEY = "a-key-of-mine"
PASSAGE = "社外秘: the harbour is mortgaged twice."


def complete(server: Ear, form: str) -> None:
    model = OpenAiEndpoint(f"openai:{server.url}/v1#qwen", key=KEY)
    prompts = [Prompt(PASSAGE, form)]  # type: ignore[arg-type]
    replies = dict(
        model.generate(prompts, Sampling(2), on_text=lambda *_: None, cancelled=lambda: False)
    )
    if isinstance(replies[0], BonsaiError):
        raise replies[0]


def embed(server: Ear) -> None:
    pytest.importorskip("cohere", reason="the extra 'cohere' is not installed")
    from worker.retrieval.cohere_embedder import CohereEmbedder

    CohereEmbedder("cohere:embed-english-v3.0", KEY, url=server.url)


#: Whatever sends a key or a passage to a server.
SENDERS: dict[str, Callable[[Ear], object]] = {
    "chat": lambda server: complete(server, "chat"),
    "completion": lambda server: complete(server, "completion"),
    "list of models": lambda server: OpenAiEndpoint(f"openai:{server.url}/v1", key=KEY),
    "store": lambda server: ChromaStore(place_of(server.url, KEY)).open("x", NamedModel()),
    "embedder": embed,
}


@pytest.fixture
def other() -> Iterator[Ear]:
    with listening() as ear:
        yield ear


@pytest.fixture
def server(other: Ear) -> Iterator[Ear]:
    with listening() as ear:
        ear.elsewhere = other.url
        yield ear


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("sender", SENDERS.values(), ids=list(SENDERS))
def test_neither_key_nor_passage_follows_to_another_address(
    server: Ear, other: Ear, sender: Callable[[Ear], object], status: int
):
    server.status = status
    with pytest.raises(BonsaiError) as caught:
        sender(server)
    assert f"Bearer {KEY}" in server.heard, "it was sent where it was to go"
    assert (other.paths, other.heard) == ([], "")
    assert not isinstance(caught.value.__cause__, BonsaiError)
    assert "nobody foresaw" not in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_store_that_begins_to_send_on_is_not_followed(
    server: Ear, other: Ear, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ChromaServer, "_greet", lambda _: None)  # as if it had been well until now
    with pytest.raises(BonsaiError):
        ChromaStore(place_of(server.url, KEY)).open_or_create("x", NamedModel())
    assert server.paths
    assert other.paths == []


def test_the_address_that_a_server_sends_on_to_is_named(server: Ear, other: Ear):
    with pytest.raises(BonsaiError, match=f"sends on to {other.url}") as caught:
        complete(server, "chat")
    assert "no other address than the one that was named" in caught.value.why
