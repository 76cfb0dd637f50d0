"""Questions that copy a sentence of their passage, and answers that copy much of it."""

from __future__ import annotations

import re

from worker.language import mostly_japanese
from worker.qa_data.pair import Pair, Rejection

COPIED = "copied"

#: Of a question's words, those in a row that stand so in the passage; and how many at least.
_SHARE = 0.7
_LEAST_WORDS, _LEAST_CHARACTERS = 8, 20
#: A short answer may well be the passage's own words; this many in a row are the passage itself.
_ANSWER_WORDS, _ANSWER_CHARACTERS = 40, 120

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SIGN = re.compile(r"[^\W_]")


def copied(pair: Pair) -> Rejection | None:
    """Reject a question whose words stand in the passage in one run, or an answer that quotes it.

    Words are counted, and in Japanese characters, without what stands between them.
    """
    japanese = mostly_japanese([pair.question, pair.answer])
    pattern = _SIGN if japanese else _WORD
    passage = _units(pair.passage.text, pattern)
    question, answer = _units(pair.question, pattern), _units(pair.answer, pattern)
    least = _LEAST_CHARACTERS if japanese else _LEAST_WORDS
    run = min(len(question), max(least, round(_SHARE * len(question))))
    if _has_run(question, passage, run):
        return Rejection(COPIED, "The question is a sentence of the passage.")
    if _has_run(answer, passage, _ANSWER_CHARACTERS if japanese else _ANSWER_WORDS):
        return Rejection(COPIED, "The answer is a long piece of the passage.")
    return None


def _units(text: str, pattern: re.Pattern[str]) -> list[str]:
    return pattern.findall(text.casefold())


def _has_run(units: list[str], passage: list[str], length: int) -> bool:
    """Say whether so many units in a row stand in the passage in the same order."""
    whole = f" {' '.join(passage)} "
    places = range(len(units) - length + 1) if length else ()
    return any(f" {' '.join(units[place : place + length])} " in whole for place in places)
