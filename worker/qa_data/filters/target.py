"""Questions that do not ask for what they were to ask for."""

from __future__ import annotations

import re

from worker.qa_data.pair import Pair, Rejection, Target
from worker.qa_data.word_stems import words_beyond

OFF_TARGET = "off target"

_WORD = re.compile(r"[^\W_]+")
_LEAST = 4  # characters of a word that says something
_STRAY = 2  # words from elsewhere in an answer to one sentence
_ENOUGH = 0.5  # of the words of a clause: an answer puts it in words of its own
#: The kind of thing that is asked for: "what event", "which of the laws".
_ASKED_FOR = re.compile(
    r"\b(?:what|which)\s+(?:(?:of|is|are|was|were)\s+the\s+)?[\w-]+", re.IGNORECASE
)


def off_target(pair: Pair, target: Target | None) -> Rejection | None:
    """Reject a pair whose question brings words of its own, or does not ask for its target.

    With words of its own a small model asks of what did not happen ("become president", where the
    sentence tells of a president who fell). Of a target, the question asks without saying it, and
    the answer says it and little else.
    """
    return (_missed(pair, target) if target else None) or _told_otherwise(pair)


def _told_otherwise(pair: Pair) -> Rejection | None:
    own = words_beyond(_ASKED_FOR.sub(" ", pair.question), pair.passage.text)
    if own:
        return Rejection(OFF_TARGET, f"The passage does not say {_quoted(own)}; the question does.")
    return None


def _missed(pair: Pair, target: Target) -> Rejection | None:
    asked = pair.question.casefold()
    if target.asked_by and not any(word in asked for word in target.asked_by):
        return Rejection(OFF_TARGET, f"The question does not ask {target.asked_by[0]}.")
    if target.words.casefold() in asked:
        return Rejection(OFF_TARGET, f"The question gives its answer away: “{target.words}”.")
    if _share(target, pair.answer) < (1.0 if target.kind == "fact" else _ENOUGH):
        return Rejection(OFF_TARGET, f"The answer is not “{target.words}”, which was asked for.")
    stray = _stray_words(pair, target)
    if len(stray) >= _STRAY:
        return Rejection(OFF_TARGET, f"The answer strays from what was asked: {_quoted(stray)}.")
    return None


def _stray_words(pair: Pair, target: Target) -> list[str]:
    """Return what an answer says beyond its question and the sentence asked about."""
    return words_beyond(pair.answer, f"{pair.question}\n{target.sentence}")


def _quoted(words: list[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


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
