"""Cohere through its real SDK: against a local stand-in, and the service where a key is present."""

import os
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from tests.worker.retrieval.cohere_stand_in import DIM, KEY, MODEL, CohereStandIn, embedded
from worker.errors import BonsaiError, EngineError, PackageMissingError, SettingError
from worker.retrieval.cohere_embedder import CohereEmbedder
from worker.runtime import Runtime
from worker.settings import load_settings

pytest.importorskip("cohere", reason="the extra 'cohere' is not installed")
NAME = f"cohere:{MODEL}"


@pytest.fixture
def service() -> Iterator[CohereStandIn]:
    with CohereStandIn() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def cohere(service: CohereStandIn) -> CohereEmbedder:
    embedder = CohereEmbedder(NAME, KEY, url=service.url)
    service.requests.clear()
    return embedder


def test_vectors_from_the_service_have_length_one(cohere: CohereEmbedder):
    vectors = cohere.embed_documents(["a red kettle", "an oil tanker"])
    assert vectors.shape == (2, DIM) == (2, cohere.dim)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(2), abs=1e-5)


def test_documents_and_queries_are_sent_as_what_they_are(
    cohere: CohereEmbedder, service: CohereStandIn
):
    cohere.embed_documents(["a passage"])
    cohere.embed_queries(["a question"])
    assert [request["input_type"] for request in service.requests] == [
        "search_document",
        "search_query",
    ]
    assert all(request["truncate"] == "END" for request in service.requests)


def test_texts_go_in_batches_of_96_and_come_back_in_order(
    cohere: CohereEmbedder, service: CohereStandIn
):
    texts = [f"text number {number}" for number in range(200)]
    vectors = cohere.embed_documents(texts)
    assert [len(request["texts"]) for request in service.requests] == [96, 96, 8]
    assert vectors[150] == pytest.approx(cohere.embed_documents([texts[150]])[0])


def test_no_texts_ask_the_service_nothing(cohere: CohereEmbedder, service: CohereStandIn):
    assert cohere.embed_documents([]).shape == (0, DIM)
    assert service.requests == []


def test_a_busy_or_failing_service_is_asked_again(cohere: CohereEmbedder, service: CohereStandIn):
    service.failures = [(429, "slow down"), (503, "try later"), (500, "sorry")]
    assert cohere.embed_queries(["a question"]).shape == (1, DIM)
    assert len(service.requests) == 4


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (429, EngineError, "takes no more requests with this key for now"),
        (500, EngineError, "Cohere failed"),
        (401, SettingError, "refuses the key"),
        (403, SettingError, "refuses the key"),
        (400, SettingError, f"cannot embed with {NAME}"),
    ],
)
def test_what_the_service_refuses_is_said_in_plain_words(
    cohere: CohereEmbedder,
    service: CohereStandIn,
    status: int,
    kind: type[BonsaiError],
    said: str,
):
    service.failures = [(status, "trial key limit\nmore")] * 9
    with pytest.raises(kind, match=said) as caught:
        cohere.embed_documents(["a passage"])
    assert caught.value.why == f"It says: trial key limit (status {status})."
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        (embedded([[1.0] * DIM]), "1 vectors for 2 texts"),
        (embedded([[1.0] * DIM] * 3), "3 vectors for 2 texts"),
        (embedded(None), "0 vectors for 2 texts"),
        (embedded([[1.0] * 3] * 2), f"another length than {DIM}"),
        (embedded([[[1.0] * DIM]] * 2), f"another length than {DIM}"),
        (embedded([None, None]), "another length"),
        (embedded([[1.0] * 3, [1.0] * 4]), "not as many each"),
        (embedded([["a"] * DIM] * 2), "hold no numbers"),
        (embedded([[float("nan")] * DIM] * 2), "not finite"),
        (embedded([[1.0] * (DIM - 1) + [float("-inf")]] * 2), "not finite"),
        (embedded([[0.0] * DIM, [1.0] * DIM]), "nothing but zeros"),
        ([1], "no client can read"),
        ({}, "no client can read"),
        ({"id": "1", "embeddings": [[1.0]], "texts": []}, "no client can read"),
    ],
)
def test_vectors_that_are_none_are_refused_before_anything_is_kept(
    cohere: CohereEmbedder, service: CohereStandIn, lie: object, said: str
):
    service.lie = lie
    with pytest.raises(EngineError, match=said):
        cohere.embed_documents(["a red kettle", "an oil tanker"])


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_vectors_of_any_size_come_to_length_one(
    cohere: CohereEmbedder, service: CohereStandIn, size: float
):
    service.lie = embedded([[size] * DIM])
    assert np.linalg.norm(cohere.embed_queries(["a question"])) == pytest.approx(1)


def test_a_wrong_key_and_an_unknown_model_are_found_when_the_model_is_opened(
    service: CohereStandIn,
):
    with pytest.raises(SettingError, match="refuses the key"):
        CohereEmbedder(NAME, "a-bad-key", url=service.url)
    with pytest.raises(SettingError, match=r"cannot embed with cohere:embed-klingon"):
        CohereEmbedder("cohere:embed-klingon", KEY, url=service.url)


def test_a_service_that_cannot_be_reached_is_a_matter_of_the_network(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("cohere.core.http_client.INITIAL_RETRY_DELAY_SECONDS", 0.001)
    with pytest.raises(EngineError, match="Check the network and the proxy"):
        CohereEmbedder(NAME, KEY, url="http://127.0.0.1:9")


def test_without_a_key_the_places_for_one_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CO_API_KEY", raising=False)
    monkeypatch.delenv("COHERE_API_KEY", raising=False)
    with pytest.raises(SettingError, match=r"CO_API_KEY.*settings\.toml"):
        Runtime(load_settings()).embedder(NAME)


def test_without_the_sdk_the_pip_line_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "cohere", None)
    with pytest.raises(PackageMissingError, match=r"pip install 'bonsai-xl\[cohere\]'"):
        CohereEmbedder(NAME, KEY)


def test_tokens_are_estimated_on_the_high_side(cohere: CohereEmbedder, service: CohereStandIn):
    prose = "The band played softly until the last guest had gone home. " * 10
    english, japanese, nothing = cohere.count_tokens([prose, "猫が窓辺で眠っている。", ""])
    assert 140 < english < 210  # a WordPiece tokenizer counts 120
    assert japanese == 11
    assert nothing == 0
    assert service.requests == []


@pytest.mark.skipif(not os.environ.get("CO_API_KEY"), reason="no key for Cohere here")
def test_the_real_service_answers():
    real = CohereEmbedder(NAME, os.environ["CO_API_KEY"])
    kettle, oil = real.embed_documents(["a kettle on the stove", "oil sanctions"])
    question = real.embed_queries(["boiling water for tea"])[0]
    assert real.dim == DIM
    assert kettle @ question > oil @ question
