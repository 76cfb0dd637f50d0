"""Questions that do not ask for what they were to ask for."""

from __future__ import annotations

import re

from worker.language import mostly_japanese
from worker.qa_data.pair import Pair, Rejection, Target
from worker.qa_data.word_stems import word_stems

OFF_TARGET = "off target"

_WORD = re.compile(r"[^\W_]+")
_LEAST = 4  # characters of a word that says something
_ENOUGH = 0.5  # of the words of a clause: an answer puts it in words of its own
#: The kind of thing that is asked for: "what event", "which of the laws".
_ASKED_FOR = re.compile(r"\b(?:what|which)\s+(?:of the\s+)?[\w-]+", re.IGNORECASE)


def off_target(pair: Pair, target: Target | None) -> Rejection | None:
    """Reject a pair whose question says what it was to ask for, or whose answer does not.

    A question may not bring words of its own, either: with them a small model asks of what did
    not happen ("become president", where the sentence tells of a president who fell).
    """
    if target is None:
        return None
    asked = pair.question.casefold()
    if target.asked_by and not any(word in asked for word in target.asked_by):
        return Rejection(OFF_TARGET, f"The question does not ask {target.asked_by[0]}.")
    if target.words.casefold() in asked:
        return Rejection(OFF_TARGET, f"The question gives its answer away: “{target.words}”.")
    own = _own_words(pair)
    if own:
        return Rejection(OFF_TARGET, f"The passage does not have “{own}”, which the question says.")
    if _share(target, pair.answer) < (1.0 if target.kind == "fact" else _ENOUGH):
        return Rejection(OFF_TARGET, f"The answer is not “{target.words}”, which was asked for.")
    return None


def _own_words(pair: Pair) -> str:
    """Return what a question in English says and its passage does not."""
    if mostly_japanese([pair.passage.text]):
        return ""
    said, told = word_stems(_ASKED_FOR.sub(" ", pair.question)), word_stems(pair.passage.text)
    return ", ".join(word for stem, word in said.items() if stem not in told)


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
