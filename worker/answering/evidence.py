"""How well passages hold the answer to a question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Evidence:
    """How well passages hold an answer, from 0 to 1, how much is needed, and what is missing."""

    score: float
    needed: float
    why: str

    @property
    def enough(self) -> bool:
        """Whether the model should be asked."""
        return self.score >= self.needed
