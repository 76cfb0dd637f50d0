import json
from pathlib import Path
from types import ModuleType

import pytest

from tests.worker.qa_data.exports.samples import PAIRS, PASSAGES
from worker.qa_data.exports.trainer import write_pairs, write_tuples

NEGATIVES = [[PASSAGES[1], PASSAGES[3]], [PASSAGES[0], PASSAGES[2], PASSAGES[3]], [PASSAGES[3]]]


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_pairs_have_two_columns(tmp_path: Path):
    assert write_pairs(tmp_path / "train.jsonl", PAIRS) == 3
    found = rows(tmp_path / "train.jsonl")
    assert [list(row) for row in found] == [["anchor", "positive"]] * 3
    assert [(row["anchor"], row["positive"]) for row in found] == [
        (each.question, each.passage.text) for each in PAIRS
    ]


def test_all_rows_have_the_same_negatives_and_those_with_fewer_are_left_out(tmp_path: Path):
    assert write_tuples(tmp_path / "train.jsonl", PAIRS, NEGATIVES, 2) == 2
    found = rows(tmp_path / "train.jsonl")
    assert {tuple(row) for row in found} == {("anchor", "positive", "negative_1", "negative_2")}
    assert found[0]["negative_2"] == PASSAGES[3].text


def test_datasets_reads_the_columns_and_the_texts_back(tmp_path: Path, torch: ModuleType):
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    path = tmp_path / "train.jsonl"
    write_tuples(path, PAIRS, NEGATIVES, 2)
    found = datasets.Dataset.from_json(str(path), cache_dir=str(tmp_path / "cache"))
    assert found.column_names == ["anchor", "positive", "negative_1", "negative_2"]
    assert found["anchor"][1] == PAIRS[1].question
    assert found["positive"][0] == PASSAGES[0].text


def test_sentence_transformers_trains_on_the_file(tmp_path: Path, torch: ModuleType):
    """With a model of a few words, which takes no weights: it is the columns that count."""
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    st = pytest.importorskip("sentence_transformers", reason="the extra 'gpu' is not installed")
    path = tmp_path / "train.jsonl"
    write_tuples(path, PAIRS, NEGATIVES, 2)
    data = datasets.Dataset.from_json(str(path), cache_dir=str(tmp_path / "cache"))
    model = st.SentenceTransformer(modules=[_word_model()], device="cpu")
    seen: list[int] = []

    from sentence_transformers import losses

    class Loss(losses.MultipleNegativesRankingLoss):
        def forward(self, sentence_features: list[object], labels: object) -> object:
            seen.append(len(sentence_features))
            return super().forward(sentence_features, labels)

    arguments = st.SentenceTransformerTrainingArguments(
        output_dir=str(tmp_path / "out"),
        max_steps=1,
        save_strategy="no",
        report_to="none",
        use_cpu=True,
    )
    trainer = st.SentenceTransformerTrainer(model, arguments, train_dataset=data, loss=Loss(model))
    trainer.train()
    assert seen == [4]  # anchor, positive and two negatives


def _word_model() -> object:
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {word: place for place, word in enumerate(["[UNK]", "he", "no", "said", "bells"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return StaticEmbedding(tokenizer, embedding_dim=8)
