"""The language of texts, where an embedding model may not have been made for it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_JAPANESE = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f]")
_LETTER = re.compile(r"[^\W\d_]")
_ENGLISH_MODEL = re.compile(r"\b(en|english)\b|^minilm|all-minilm", re.IGNORECASE)

#: What to tell whoever gives Japanese to a model that does not know it.
MULTILINGUAL = (
    "Much of the text is Japanese, and the embedding model reads English. The model "
    "'onnx:e5-small' reads both: fetch it with 'bonsai models get onnx:e5-small', write its name "
    "beside 'Embedder' on the Settings sheet, and index again."
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


def reads_english_only(model: str) -> bool:
    """Say whether the name of a model tells that it knows English alone."""
    return bool(_ENGLISH_MODEL.search(model.partition(":")[2]))
