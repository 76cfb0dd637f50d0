"""Vectors that are asked of a worker: bounded requests, each text once, numbers unchanged."""

import numpy as np
import pytest
from pydantic import ValidationError

from tests.worker.contract_samples.regress import EMBED_RESULT, EMBEDDING
from tests.worker.pipeline.conftest import Watched
from worker.contract import EmbedRequest
from worker.errors import ProtocolError
from worker.jobs import run_job
from worker.pipeline.text_vectors import TextVectors


@pytest.fixture
def asked() -> list[EmbedRequest]:
    return []


@pytest.fixture
def vectors(watched: Watched, asked: list[EmbedRequest]) -> TextVectors:
    def ask(part):
        asked.append(part)
        return run_job(part, watched.context)

    return TextVectors("test:hash", "r", ask)


def test_vectors_are_those_of_the_embedder_in_the_order_of_the_texts(vectors, watched: Watched):
    texts = ["a red kettle", "rain", "a red kettle", "港"]
    expected = watched.runtime.embedder("test:hash").embed_documents(texts)
    assert (vectors.of_texts(texts, watched.context) == expected).all()
    assert (vectors.of_views(texts) == expected).all()


def test_requests_are_bounded_and_each_text_travels_once(vectors, asked, watched: Watched):
    texts = [f"text {n}" for n in range(150)] + ["x" * 300_000, "y" * 300_000, "text 1"]
    assert vectors.of_texts(texts, watched.context).shape == (153, 256)
    assert [len(part.texts) for part in asked] == [64, 64, 22, 1, 1]


def test_texts_that_the_model_cannot_read_whole_are_counted(vectors, watched: Watched):
    vectors.of_texts(["word " * 300, "short"], watched.context)
    assert vectors.cut == 1


def test_without_texts_the_model_says_which_it_is(vectors):
    assert vectors.model() == "test:hash@1"


def test_vectors_of_another_size_are_refused():
    EMBEDDING.check_result(EMBED_RESULT)
    with pytest.raises(ProtocolError, match="another size"):
        EMBEDDING.check_result(EMBED_RESULT.model_copy(update={"vectors": bytes(8)}))


def test_what_is_no_base64_is_no_result():
    with pytest.raises(ValidationError):
        type(EMBED_RESULT)(embedder="m", dim=1, vectors="no base64 at all!")


def test_numbers_survive_the_way_there_and_back(vectors, watched: Watched):
    made = vectors.of_texts(["a"], watched.context)
    assert made.dtype == np.float32
