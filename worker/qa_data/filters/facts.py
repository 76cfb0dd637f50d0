"""Facts of a question or an answer that its passage does not have."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from worker.qa_data.pair import Pair, Rejection

FACTS = "facts"

#: Returns the names and numbers of a text that stand in none of the others.
Unfounded = Callable[[str, Sequence[str]], Sequence[str]]


def unfounded_facts(pair: Pair, unfounded: Unfounded) -> Rejection | None:
    """Reject a pair with names or numbers that are not the passage's: the model made them up."""
    for role, text in (("answer", pair.answer), ("question", pair.question)):
        missing = unfounded(text, [pair.passage.text])
        if missing:
            named = ", ".join(f"“{each}”" for each in missing)
            return Rejection(FACTS, f"The {role} has {named}, which the passage does not.")
    return None
