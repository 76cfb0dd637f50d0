"""The second judge of evidence: what a language model says to "do these passages answer it?".

Words can be near to all that a question asks, and the answer be of another thing. A model that
reads the passages can tell, if it is good enough, and the more so the less the words say. What it
says moves the evidence up or down by the log-odds of its Yes against its No. It is asked about
facts alone: a judgement is answered by what passages say that bears on it, not by a statement.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from worker.answering.evidence.judge import Evidence
from worker.answering.evidence.scale import asks_judgement

#: What a word that is not among the likeliest is given.
_UNLIKELY = 1e-4


@dataclass(frozen=True)
class Weighing:
    """How a model's word counts beside the evidence of words.

    `middle` are the log-odds at which it changes nothing (a model may like to say Yes), `weight`
    what one more is worth, and `unsure` how far the evidence may lie from what is needed for the
    model to be asked.
    """

    middle: float
    weight: float
    unsure: float

    def is_unsure(self, evidence: Evidence, question: str) -> bool:
        """Say whether the model's word could be needed."""
        near = abs(evidence.score - evidence.needed) <= self.unsure
        return near and not asks_judgement(question)

    def weighed(self, evidence: Evidence, first_tokens: Mapping[str, float]) -> Evidence:
        """Return the evidence after the model's word."""
        moved = self.weight * (log_odds(first_tokens) - self.middle)
        score = min(1.0, max(0.0, evidence.score + moved))
        after = replace(evidence, score=score)
        if after.enough:
            return replace(after, why="")
        return after if evidence.why else replace(after, why=_DOUBTS)


_DOUBTS = "the language model finds no answer in the passages"

#: Models whose word was measured to be worth its time; tests/data/README.md has the figures.
WEIGHINGS = {"gguf:qwen-1.5b": Weighing(middle=0.7, weight=0.1, unsure=0.2)}


def log_odds(first_tokens: Mapping[str, float]) -> float:
    """Return the natural logarithm of the odds of Yes against No."""
    chances = {"yes": _UNLIKELY, "no": _UNLIKELY}
    for token, chance in first_tokens.items():
        word = token.strip().lower()
        if word in chances:
            chances[word] += chance
    return math.log(chances["yes"] / chances["no"])
