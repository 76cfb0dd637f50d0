import numpy as np
import pytest

from worker.retrieval.base import Embedder
from worker.retrieval.covering_embedder import CoveringEmbedder

SHORT = "A red kettle stands in the corner of the room."
LONG = "The harbour was empty that night. " * 60 + "Then a red kettle began to whistle. " * 60


@pytest.fixture
def covering(embedder: Embedder) -> CoveringEmbedder:
    return CoveringEmbedder(embedder)


def test_short_texts_get_the_vectors_they_have_anyway(
    covering: CoveringEmbedder, embedder: Embedder
):
    assert np.array_equal(covering.embed_documents([SHORT]), embedder.embed_documents([SHORT]))


def test_words_past_the_window_have_influence(covering: CoveringEmbedder, embedder: Embedder):
    query = embedder.embed_queries(["a whistling kettle"])[0]
    cut, covered = embedder.embed_documents([LONG])[0], covering.embed_documents([LONG])[0]
    assert covered @ query > cut @ query + 0.2


def test_a_long_text_does_not_change_its_neighbours(covering: CoveringEmbedder):
    together = covering.embed_documents([SHORT, LONG, "x"])
    alone = np.vstack([covering.embed_documents([text]) for text in (SHORT, LONG, "x")])
    assert np.array_equal(together, alone)
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_a_text_without_spaces_is_covered_too(covering: CoveringEmbedder):
    assert covering.embed_documents(["語" * 2000]).shape == (1, covering.dim)


def test_no_text_is_too_long_and_the_index_is_another_one(
    covering: CoveringEmbedder, embedder: Embedder
):
    assert covering.count_tokens([LONG])[0] < covering.max_tokens
    assert covering.name == "onnx:minilm+cover"


def test_no_texts_give_no_covered_vectors(covering: CoveringEmbedder):
    assert covering.embed_queries([]).shape == (0, covering.dim)
