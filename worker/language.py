"""The language of texts, where a model may not have been made for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_JAPANESE = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_LETTER = re.compile(r"[^\W\d_]")
_ENGLISH_MODEL = re.compile(
    r"\b(en|english)\b|^minilm|all-minilm|\bsmollm2?(?![0-9])", re.IGNORECASE
)
_END_OF_PATH = re.compile(r"[^/\\#]*$")

#: A model of each kind that reads Japanese and English.
READS_BOTH = {
    "embedding model": "onnx:e5-small",
    "language model": "hf:Qwen/Qwen2.5-1.5B-Instruct",
}

#: What to tell whoever gives Japanese to an embedding model that does not know it.
MULTILINGUAL = (
    "There is Japanese text, and the embedding model reads English. The model "
    "'onnx:e5-small' reads both: fetch it with 'bonsai models get onnx:e5-small', write its name "
    "beside 'Embedder' on the Settings sheet, and run again, with Index first if there is an index."
)


def mostly_japanese(texts: Iterable[str]) -> bool:
    """Say whether a third of all letters, or more, are kana or kanji.

    Japanese says in one character what takes English two or three, hence not half.
    """
    japanese = letters = 0
    for text in texts:
        japanese += len(_JAPANESE.findall(text))
        letters += len(_LETTER.findall(text))
    return japanese > 0 and japanese * 3 >= letters


def is_japanese(text: str) -> bool:
    """Say whether a text is Japanese, and not Chinese, which has no kana."""
    return mostly_japanese([text]) and bool(_KANA.search(text))


def names_japanese(language: str) -> bool:
    """Say whether a name of a language, as people write it, is that of Japanese."""
    return language.strip().casefold() in ("japanese", "ja", "jp", "日本語")


def any_japanese(texts: Iterable[str]) -> bool:
    """Say whether one of the texts is mostly Japanese."""
    return any(mostly_japanese([text]) for text in texts)


def reads_english_only(model: str) -> bool:
    """Say whether the name of a model tells that it knows English alone."""
    name = _END_OF_PATH.search(model.partition(":")[2])
    return bool(name and _ENGLISH_MODEL.search(name[0]))


def not_read(role: str, model: str, texts: Mapping[str, Iterable[str]]) -> str:
    """Say which texts are Japanese, if the name of a model tells that it knows English alone.

    :param role: a key of `READS_BOTH`.
    :param texts: by what they are, like 'question'.
    """
    japanese = [what for what, found in texts.items() if any_japanese(found)]
    if not japanese or not reads_english_only(model):
        return ""
    return (
        f"Japanese {' and '.join(japanese)}: the {role} {model} reads English, "
        f"{READS_BOTH[role]} reads both"
    )
