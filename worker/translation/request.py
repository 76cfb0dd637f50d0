"""What a language model is asked for: a text in another language, and nothing else."""

from __future__ import annotations

import re

from worker.answering.citations import CITATION
from worker.answering.prompts import ALPACA
from worker.foreign_text import harmless
from worker.inference.base import Prompt

_ASK = (
    "Translate the whole text below into {language}, sentence by sentence. Keep its numbers and "
    "marks such as [1]. Write nothing but the translation.\n\nText to translate:\n{text}"
)
#: So much of the name of a language; the rest is none.
_MOST_NAME = 60
#: They stand for the brackets of citations, which no other text from outside may have in a prompt.
_OPEN, _CLOSE = "\ue000", "\ue001"
_STANDING = re.compile(f"[{_OPEN}{_CLOSE}]")

#: Tokens that the shortest translation may take.
_LEAST_TOKENS = 64


def translation_prompt(text: str, language: str, *, has_chat_layout: bool) -> Prompt:
    """Return what a model is to read; one without a chat layout gets the original's marks."""
    named = " ".join(harmless(language[:_MOST_NAME]).split())
    asked = _ASK.format(language=named, text=_harmless_but_citations(text))
    if has_chat_layout:
        return Prompt(asked, "chat")
    marked = f"### Instruction:\n{asked}\n\n### Response:\n"
    return Prompt(marked, "completion", ALPACA.stop)


def token_limit(text: str) -> int:
    """Return how many tokens a translation may take: one a character, in a power of two."""
    return max(_LEAST_TOKENS, 1 << (len(text) - 1).bit_length())


def _harmless_but_citations(text: str) -> str:
    standing = CITATION.sub(
        lambda match: f"{match['space']}{_OPEN}{match['numbers']}{_CLOSE}", _STANDING.sub("", text)
    )
    return harmless(standing).replace(_OPEN, "[").replace(_CLOSE, "]")
