import pytest

from worker.language import (
    READS_BOTH,
    any_japanese,
    mostly_japanese,
    not_read,
    reads_english_only,
)


@pytest.mark.parametrize(
    "texts",
    [
        ["猫が窓辺で眠っている。"],
        ["ＱＥＵシステムにおけるFBQの使い方を説明します。", "ﾊﾝｶｸ"],
        ["The report", "本報告書は、二〇二四年の調査結果をまとめたものである。"],
    ],
)
def test_japanese_is_seen_among_latin_words(texts: list[str]):
    assert mostly_japanese(texts)


@pytest.mark.parametrize(
    "texts",
    [[], [""], ["123 !?"], ["Tokyo (東京) is a city of many millions."], ["Кот спит у окна."]],
)
def test_other_texts_are_not_japanese(texts: list[str]):
    assert not mostly_japanese(texts)


@pytest.mark.parametrize(
    ("model", "english"),
    [
        ("onnx:minilm", True),
        ("st:BAAI/bge-base-en", True),
        ("st:BAAI/bge-small-en-v1.5", True),
        ("st:sentence-transformers/all-MiniLM-L6-v2", True),
        ("cohere:embed-english-v3.0", True),
        ("onnx:e5-small", False),
        ("st:intfloat/multilingual-e5-base", False),
        ("st:sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", False),
        ("cohere:embed-multilingual-v3.0", False),
        ("st:BAAI/bge-m3", False),
        ("onnx:minilm+cover", True),
        ("gguf:smollm2", True),
        ("hf:HuggingFaceTB/SmolLM2-135M-Instruct", True),
        ("hf:HuggingFaceTB/SmolLM3-3B", False),
        ("gguf:/home/en/models/qwen.gguf", False),
        ("openai:http://en.host/v1#gpt-oss", False),
    ],
)
def test_the_name_tells_whether_a_model_knows_english_alone(model: str, english: bool):
    assert reads_english_only(model) is english


def test_one_japanese_text_among_many_is_seen():
    texts = ["Oil flows."] * 20
    assert not any_japanese(texts)
    assert any_japanese([*texts, "石油は流れる。"])


def test_what_a_model_does_not_read_is_said_with_the_model_that_does():
    texts = {"question": ["誰が得をするのか。"], "passages": ["Oil flows.", "石油は流れる。"]}
    assert not_read("embedding model", "onnx:minilm", texts) == (
        "Japanese question and passages: the embedding model onnx:minilm reads English, "
        "onnx:e5-small reads both"
    )
    assert not_read("embedding model", "onnx:e5-small", texts) == ""
    assert not_read("embedding model", "onnx:minilm", {"question": ["Who gains?"]}) == ""


def test_the_models_that_are_named_do_read_japanese():
    assert not any(map(reads_english_only, READS_BOTH.values()))
