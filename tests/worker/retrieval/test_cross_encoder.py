"""Reranking with a cross-encoder. Its weights are random: a stand-in for a downloaded model."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from worker.errors import EngineError
from worker.models.hub.kept import Place
from worker.retrieval.base import Reranker
from worker.retrieval.cross_encoder import CrossEncoderReranker, load
from worker.settings import load_settings

pytestmark = pytest.mark.filterwarnings("ignore")

TEXTS = ["Old tankers change their flags.", "A kettle sings.", "The stadium sang."]


@pytest.fixture(scope="module")
def sentence_transformers(torch: ModuleType) -> None:
    pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")


@pytest.fixture(scope="module")
def folder(
    sentence_transformers: None, models: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A tiny model in the form in which cross-encoders are published."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    torch.manual_seed(1)
    folder = tmp_path_factory.mktemp("cross-encoder")
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = BertConfig(vocab_size=30522, intermediate_size=64, num_labels=1, **shape)
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(models / "onnx-minilm" / "tokenizer.json"),
        pad_token="[PAD]",
        model_max_length=512,
    )
    tokenizer.save_pretrained(folder)
    return folder


def _loaded(folder: Path) -> Reranker:
    return load(f"st:{folder}", load_settings())


def test_each_passage_gets_a_score_of_its_own(folder: Path):
    scores = _loaded(folder).scores("What do tankers do?", TEXTS)
    assert scores.shape == (3,)
    assert len(np.unique(scores)) == 3


def test_a_score_does_not_depend_on_the_other_passages(folder: Path):
    reranker = _loaded(folder)
    together = reranker.scores("What do tankers do?", TEXTS)
    alone = [reranker.scores("What do tankers do?", [text])[0] for text in TEXTS]
    assert together == pytest.approx(alone, abs=1e-5)


@pytest.mark.usefixtures("sentence_transformers")
def test_a_folder_that_is_no_model_is_named(tmp_path: Path):
    with pytest.raises(EngineError, match=r"reranker .* cannot be loaded"):
        _loaded(tmp_path)


@pytest.mark.parametrize(
    "given",
    [[0.5, 0.5], [0.5] * 4, [[0.1, 0.9]] * 3, [0.5, float("nan"), 0.5], [float("inf")] * 3, 0.5],
    ids=["too few", "too many", "several each", "no number", "not finite", "one for all"],
)
def test_scores_that_are_none_are_refused(monkeypatch: pytest.MonkeyPatch, given: object):
    """A stand-in gives what no good model gives."""
    model = SimpleNamespace(predict=lambda pairs, show_progress_bar: given)
    package = SimpleNamespace(CrossEncoder=lambda name: model)
    monkeypatch.setitem(sys.modules, "sentence_transformers", package)
    with pytest.raises(EngineError, match="reranker lying gave no score to some of 3 passages"):
        CrossEncoderReranker("lying", Place("lying")).scores("What do tankers do?", TEXTS)
