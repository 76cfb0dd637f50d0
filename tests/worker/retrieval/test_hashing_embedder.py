"""The embedder without a model keeps the promises of one, so that tests may rest on it."""

import subprocess
import sys

import numpy as np
import pytest

from worker.errors import SettingError
from worker.retrieval.base import Embedder
from worker.runtime import Runtime
from worker.settings import load_settings

KETTLE = "A red kettle stands in the corner of the room."
TEXTS = [KETTLE, "The harbour was empty.", "港は空だった。", "", "…", "\ud800"]


@pytest.fixture(scope="module")
def hashing() -> Embedder:
    return Runtime(load_settings({})).embedder("test:hash")


def test_vectors_have_length_one_whatever_the_text(hashing: Embedder):
    vectors = hashing.embed_documents(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), hashing.dim)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-6)
    assert hashing.embed_documents([]).shape == (0, hashing.dim)


def test_texts_that_share_words_are_alike(hashing: Embedder):
    query = hashing.embed_queries(["Where is the red kettle?"])[0]
    alike, other = hashing.embed_documents([KETTLE, "Nobody came by ship that night."])
    assert query @ alike > query @ other + 0.2


def test_a_vector_depends_on_its_text_alone(hashing: Embedder):
    together = hashing.embed_documents(TEXTS)
    alone = np.vstack([hashing.embed_documents([text]) for text in TEXTS])
    assert np.array_equal(together, alone)


def test_words_past_the_window_have_no_influence(hashing: Embedder):
    whole = " ".join(f"word{number}" for number in range(hashing.max_tokens))
    first, second = hashing.embed_documents([whole, f"{whole} kettle"])
    assert np.array_equal(first, second)
    assert hashing.count_tokens([whole, f"{whole} kettle", ""]) == [256, 257, 0]


def test_another_process_makes_the_same_vectors(hashing: Embedder):
    code = (
        "from worker.retrieval.hashing_embedder import HashingEmbedder\n"
        f"print(HashingEmbedder().embed_queries([{KETTLE!r}]).tobytes().hex())"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert printed.decode().strip() == hashing.embed_queries([KETTLE]).tobytes().hex()


def test_another_name_of_its_kind_is_refused():
    with pytest.raises(SettingError, match=r"no model called 'test:other'.*test:hash"):
        Runtime(load_settings({})).embedder("test:other")
