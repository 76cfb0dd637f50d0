import numpy as np
import pytest

from tests.worker.pipeline.conftest import CountingEmbedder
from worker.errors import StoreError
from worker.retrieval.vector_cache import VectorCache

TEXTS = ["A red kettle.", "Old tankers.", "雨が降る。", "A red kettle."]


def test_vectors_are_those_of_the_model(tmp_path, embedder):
    vectors = VectorCache(tmp_path / "v.sqlite").vectors(embedder, TEXTS)
    assert vectors == pytest.approx(embedder.embed_documents(TEXTS), abs=1e-2)


def test_nothing_is_embedded_twice_even_after_a_restart(tmp_path, embedder):
    counting = CountingEmbedder(embedder)
    first = VectorCache(tmp_path / "v.sqlite").vectors(counting, TEXTS)
    assert counting.documents == 3
    again = VectorCache(tmp_path / "v.sqlite").vectors(counting, [*TEXTS, "New."])
    assert counting.documents == 4
    assert np.array_equal(first, again[:4])


def test_another_revision_of_a_model_has_vectors_of_its_own(tmp_path, embedder):
    counting = CountingEmbedder(embedder)
    cache = VectorCache(tmp_path / "v.sqlite")
    cache.vectors(counting, TEXTS)
    counting.revision = "another"
    cache.vectors(counting, TEXTS)
    assert counting.documents == 6


def test_a_damaged_file_is_named(tmp_path, embedder):
    (tmp_path / "v.sqlite").write_bytes(b"this is no database " * 100)
    with pytest.raises(StoreError, match=r"v\.sqlite"):
        VectorCache(tmp_path / "v.sqlite").vectors(embedder, TEXTS)
