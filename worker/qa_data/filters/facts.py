"""Facts of a question or an answer that its passage does not have."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from worker.qa_data.pair import Pair, Rejection
from worker.qa_data.word_stems import words_beyond

FACTS = "facts"

#: Of the words that an answer adds to its question, so many may be the model's own; and a few may
#: always be, since an answer is put in words of its own.
_OWN_SHARE, _OWN_WORDS = 0.5, 2
_NAMED = 5  # words that a reason names

#: Returns the names and numbers of a text that stand in none of the others.
Unfounded = Callable[[str, Sequence[str]], Sequence[str]]


def unfounded_facts(pair: Pair, unfounded: Unfounded) -> Rejection | None:
    """Reject a pair with names or numbers that are not the passage's: the model made them up.

    An answer of which most is the model's own is rejected, too.
    """
    missing = unfounded(f"{pair.question}\n{pair.answer}", [pair.passage.text])
    if missing:
        return Rejection(FACTS, f"The passage does not have {_named(missing)}.")
    added = words_beyond(pair.answer, pair.question)
    own = words_beyond(pair.answer, pair.question, pair.passage.text)
    if len(own) > max(_OWN_WORDS, _OWN_SHARE * len(added)):
        return Rejection(FACTS, f"The passage tells nothing of {_named(own[:_NAMED])}.")
    return None


def _named(words: Sequence[str]) -> str:
    return ", ".join(f"“{each}”" for each in words)
