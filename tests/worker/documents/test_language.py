import pytest

from worker.documents.language import mostly_japanese, reads_english_only


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
    ],
)
def test_the_name_tells_whether_a_model_knows_english_alone(model: str, english: bool):
    assert reads_english_only(model) is english
