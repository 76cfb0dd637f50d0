"""Facts of a question or an answer that its passage does not have."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from worker.qa_data.pair import Pair, Rejection

FACTS = "facts"

#: Returns the names and numbers of a text that stand in none of the others.
Unfounded = Callable[[str, Sequence[str]], Sequence[str]]


def unfounded_facts(pair: Pair, unfounded: Unfounded) -> Rejection | None:
    """Reject a pair with names or numbers that are not the passage's: the model made them up."""
    missing = unfounded(f"{pair.question}\n{pair.answer}", [pair.passage.text])
    if not missing:
        return None
    named = ", ".join(f"“{each}”" for each in missing)
    return Rejection(FACTS, f"The passage does not have {named}.")
