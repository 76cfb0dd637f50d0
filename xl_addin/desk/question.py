"""The question before a run in Excel: all of it, a part, or a trial.

It is asked where a run is long or may cost money, and where only a part of the results is stale.
Macros show it in a box that takes a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from xl_addin.jobs.estimate import TRIAL, Estimate

Choice = Literal["all", "stale", "selected", "trial"]

#: What each number stands for.
CHOICES: Mapping[int, Choice] = {1: "all", 2: "stale", 3: "selected", 4: "trial"}

_LONGEST = 900  # characters that the box shows


def is_asked(expected: Estimate, stale: Estimate | None) -> bool:
    """Say whether a person is asked before a run.

    :param stale: what the stale part takes; None if nothing is.
    """
    has_fresh = stale is not None and _size(stale) < _size(expected)
    return expected.is_long or expected.may_cost or has_fresh


def question(action: str, expected: Estimate, stale: Estimate | None) -> str:
    """Return the question, with a line for each choice."""
    words: Mapping[Choice, str] = {
        "all": str(expected),
        "stale": f"what is stale alone: {stale or 'nothing is'}",
        "selected": "the questions whose rows are selected",
        "trial": f"the first {TRIAL} questions alone, as a trial",
    }
    lines = [f"{number}. {words[choice]}" for number, choice in CHOICES.items()]
    return "\n".join([f"{action.capitalize()}: which part? Type a number.", *lines])[:_LONGEST]


def _size(expected: Estimate) -> tuple[int, int]:
    return expected.questions, expected.answers
