"""Questions that do not ask for what they were to ask for."""

from __future__ import annotations

import re

from worker.qa_data.pair import Pair, Rejection, Target

OFF_TARGET = "off target"

_WORD = re.compile(r"[^\W_]+")
_LEAST = 4  # characters of a word that says something
_ENOUGH = 0.5  # of the words of a clause: an answer puts it in words of its own


def off_target(pair: Pair, target: Target | None) -> Rejection | None:
    """Reject a pair whose question says what it was to ask for, or whose answer does not."""
    if target is None:
        return None
    asked = pair.question.casefold()
    if target.asked_by and not any(word in asked for word in target.asked_by):
        return Rejection(OFF_TARGET, f"The question does not ask {target.asked_by[0]}.")
    if target.words.casefold() in asked:
        return Rejection(OFF_TARGET, f"The question gives its answer away: “{target.words}”.")
    if _share(target, pair.answer) < (1.0 if target.kind == "fact" else _ENOUGH):
        return Rejection(OFF_TARGET, f"The answer is not “{target.words}”, which was asked for.")
    return None


def _share(target: Target, answer: str) -> float:
    """Return the share of the words that count which an answer has, or holds in Japanese."""
    said = answer.casefold()
    needed = _needed(target)
    return sum(word in said for word in needed) / len(needed) if needed else 0.0


def _needed(target: Target) -> list[str]:
    """Return the words that count: all numbers, or the longest word of a name, or of a clause."""
    words = _WORD.findall(target.words.casefold())
    numbers = [word for word in words if any(sign.isdigit() for sign in word)]
    if target.kind == "fact":
        return numbers or [max(words, key=len)] if words else []
    return [word for word in words if len(word) >= _LEAST]
