import sqlite3

import numpy as np
import pytest

from tests.worker.pipeline.conftest import CountingEmbedder
from tests.worker.test_sqlite_file import DAMAGES
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


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_a_file_that_is_damaged_is_made_anew(tmp_path, embedder, damage):
    cache = VectorCache(tmp_path / "v.sqlite")
    texts = [f"Line {number}" for number in range(100)]
    whole = cache.vectors(embedder, texts)
    damage(tmp_path / "v.sqlite")
    assert cache.vectors(embedder, texts) == pytest.approx(whole, abs=1e-2)
    assert cache.vectors(embedder, TEXTS).shape == (4, embedder.dim)


def test_a_vector_of_another_size_is_made_anew(tmp_path, embedder):
    cache = VectorCache(tmp_path / "v.sqlite")
    whole = cache.vectors(embedder, TEXTS)
    with sqlite3.connect(tmp_path / "v.sqlite") as database:
        database.execute("UPDATE vectors SET vector = x'0102030405'")
    assert np.array_equal(cache.vectors(embedder, TEXTS), whole)


def test_a_file_that_cannot_be_used_is_named(tmp_path, embedder):
    (tmp_path / "v.sqlite").mkdir()
    with pytest.raises(StoreError, match=r"v\.sqlite"):
        VectorCache(tmp_path / "v.sqlite").vectors(embedder, TEXTS)
