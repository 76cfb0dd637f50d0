"""sentence-transformers with the real MiniLM in a folder; a hub is never asked."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from filelock import FileLock

from tests.bench.minilm_folder import minilm_folder
from worker.errors import PackageMissingError, WeightsMissingError
from worker.retrieval import cpu_engines
from worker.retrieval.base import Embedder
from worker.retrieval.onnx_embedder import OnnxEmbedder
from worker.retrieval.sentence_transformers_embedder import load
from worker.runtime import Runtime
from worker.settings import load_settings

TEXTS = [
    "A red kettle stands in the corner of the room.",
    "Oil tankers change their names and flags.",
    "The band played softly until the last guest had gone home. " * 12,
    "x",
]


def test_without_the_package_the_pip_line_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(PackageMissingError, match=r"pip install 'bonsai-xl\[gpu\]'"):
        Runtime(load_settings()).embedder("st:BAAI/bge-base-en")


@pytest.fixture(scope="session")
def folder(torch: ModuleType, models: Path) -> Path:
    pytest.importorskip("sentence_transformers", reason="the extra 'gpu' is not installed")
    try:
        with FileLock(models / ".tests.lock"):
            return minilm_folder(models / "st-minilm")
    except subprocess.CalledProcessError:
        pytest.skip("the model is not here and cannot be fetched")


@pytest.fixture(scope="session")
def minilm(folder: Path) -> Embedder:
    return load(f"st:{folder}", load_settings())


def _changed(folder: Path, tmp_path: Path, prompts: dict[str, str]) -> Path:
    copy = shutil.copytree(folder, tmp_path / "model")
    settings = copy / "config_sentence_transformers.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"prompts": prompts}))
    return copy


@pytest.fixture
def exact(models: Path, monkeypatch: pytest.MonkeyPatch) -> Embedder:
    """The ONNX model in full precision; OpenVINO computes in bfloat16 where a processor can."""
    monkeypatch.setattr(cpu_engines, "find_spec", lambda name: name == "onnxruntime")
    return OnnxEmbedder("onnx:minilm", models / "onnx-minilm", threads=1)


def test_vectors_are_those_of_the_onnx_model(minilm: Embedder, exact: Embedder):
    vectors = minilm.embed_documents(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, minilm.dim) == (4, 384)
    assert (vectors * exact.embed_documents(TEXTS)).sum(axis=1).min() > 0.998
    assert minilm.max_tokens == exact.max_tokens == 256
    assert minilm.count_tokens(TEXTS) == exact.count_tokens(TEXTS)


def test_batches_change_a_vector_by_less_than_a_millionth(minilm: Embedder):
    together = minilm.embed_documents(TEXTS).astype(np.float64)
    alone = np.vstack([minilm.embed_documents([text]) for text in TEXTS]).astype(np.float64)
    assert (together * alone).sum(axis=1) == pytest.approx(np.ones(4), abs=1e-6)


def test_no_texts_give_no_vectors(minilm: Embedder):
    assert minilm.embed_documents([]).shape == (0, 384)
    assert minilm.count_tokens([]) == []


def test_a_prompt_of_the_model_stands_before_queries_alone(
    folder: Path, tmp_path: Path, minilm: Embedder
):
    prompted = load(f"st:{_changed(folder, tmp_path, {'query': 'Find: '})}", load_settings())
    assert prompted.embed_documents(TEXTS[:1]) == pytest.approx(minilm.embed_documents(TEXTS[:1]))
    asked = prompted.embed_queries(["a kettle"])
    assert asked == pytest.approx(minilm.embed_documents(["Find: a kettle"]), abs=1e-5)


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("bge-base-en", "Represent this sentence for searching relevant passages: "),
        ("bge-small-en-v1.5", "Represent this sentence for searching relevant passages: "),
        ("multilingual-e5-small", "query: "),
        ("ruri-v3-310m", "検索クエリ: "),
        ("some-other-model", ""),
    ],
)
def test_models_whose_card_asks_for_a_prompt_get_it(
    folder: Path, tmp_path: Path, minilm: Embedder, name: str, prompt: str
):
    """The weights are MiniLM's; only the name counts here."""
    (tmp_path / name).symlink_to(folder)
    named = load(f"st:{tmp_path / name}", load_settings())
    plain = minilm.embed_documents([prompt + "a kettle"])
    assert named.embed_queries(["a kettle"]) == pytest.approx(plain, abs=1e-5)


def test_the_revision_follows_the_weights(folder: Path, tmp_path: Path, minilm: Embedder):
    from safetensors.numpy import load_file, save_file

    copy = shutil.copytree(folder, tmp_path / "model")
    assert load(f"st:{copy}", load_settings()).revision == minilm.revision
    weights = load_file(copy / "model.safetensors")
    weights["embeddings.LayerNorm.bias"] = weights["embeddings.LayerNorm.bias"] + 0.01
    save_file(weights, copy / "model.safetensors", {"format": "pt"})
    assert load(f"st:{copy}", load_settings()).revision != minilm.revision


def test_a_model_that_is_nowhere_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(WeightsMissingError, match="st:/path/folder"):
        load(f"st:{tmp_path}/nothing", load_settings())
    (tmp_path / "empty").mkdir()
    with pytest.raises(WeightsMissingError, match="cannot be loaded"):
        load(f"st:{tmp_path}/empty", load_settings())


def test_a_gpu_gives_the_vectors_of_the_processor(gpu: None, minilm: Embedder, exact: Embedder):
    vectors = minilm.embed_documents(TEXTS)
    assert (vectors * exact.embed_documents(TEXTS)).sum(axis=1).min() > 0.998
