import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from worker.errors import EngineError, PackageMissingError
from worker.retrieval import cpu_engines
from worker.retrieval.base import Embedder
from worker.retrieval.onnx_embedder import OnnxEmbedder

TEXTS = [
    "A red kettle stands in the corner of the room.",
    "Oil tankers change their names and flags.",
    "The band played softly until the last guest had gone home. " * 12,
    "x",
]


def test_vectors_have_length_one_and_the_stated_dimension(embedder: Embedder):
    vectors = embedder.embed_documents(TEXTS)
    assert vectors.shape == (4, embedder.dim) == (4, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_a_vector_is_the_same_to_the_last_digit_in_every_batch(embedder: Embedder):
    together = embedder.embed_documents(TEXTS)
    alone = np.vstack([embedder.embed_documents([text]) for text in TEXTS])
    backwards = embedder.embed_documents(TEXTS[::-1])[::-1]
    assert np.array_equal(together, alone)
    assert np.array_equal(together, backwards)


def test_threads_that_embed_at_once_get_their_own_vectors(embedder: Embedder):
    alone = embedder.embed_documents(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        several = list(pool.map(embedder.embed_documents, [TEXTS] * 8))
    assert all(np.array_equal(vectors, alone) for vectors in several)


def test_texts_of_one_meaning_are_closer_than_texts_of_two(embedder: Embedder):
    kettle, oil, teapot = embedder.embed_queries(
        ["a red kettle", "oil sanctions", "a teapot on a stove"]
    )
    assert kettle @ teapot > kettle @ oil + 0.2


def test_words_after_the_last_token_read_have_no_influence(embedder: Embedder):
    words = "word " * 300
    first, second = embedder.embed_documents([words + "kettle", words + "tanker"])
    assert first == pytest.approx(second)
    assert embedder.count_tokens([words])[0] > embedder.max_tokens


def test_counting_tokens_does_not_change_embedding(embedder: Embedder):
    before = embedder.embed_documents(["word " * 300])
    embedder.count_tokens(["word " * 300])
    assert embedder.embed_documents(["word " * 300]) == pytest.approx(before)


def test_no_texts_give_no_vectors(embedder: Embedder):
    assert embedder.embed_documents([]).shape == (0, 384)
    assert embedder.embed_queries([]).shape == (0, 384)


def test_both_engines_give_the_same_vectors(
    embedder: Embedder, models: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cpu_engines, "find_spec", lambda name: name == "onnxruntime")
    other = OnnxEmbedder("onnx:minilm", models / "onnx-minilm", threads=2)
    similarity = (other.embed_documents(TEXTS) * embedder.embed_documents(TEXTS)).sum(axis=1)
    assert similarity.min() > 0.999


def test_a_missing_package_names_the_pip_line(models: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(PackageMissingError, match=r"pip install 'bonsai-xl\[local\]'"):
        OnnxEmbedder("onnx:minilm", models / "onnx-minilm", threads=1)


def test_a_file_that_is_no_model_is_named(models: Path, tmp_path: Path):
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    (tmp_path / "tokenizer.json").write_bytes((models / "onnx-minilm/tokenizer.json").read_bytes())
    with pytest.raises(EngineError, match="cannot be loaded"):
        OnnxEmbedder("onnx:minilm", tmp_path, threads=1)
