"""A text that a model is writing, within bounds that hold even if the model never ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

#: Characters of the longest tokens that vocabularies have, about: runs of spaces, rules of dashes.
_TOKEN_CHARACTERS = 64


@dataclass(frozen=True)
class Patience:
    """Seconds that a model has: to its first token, from one to the next, and for each in all.

    A busy server says nothing while a prompt waits for its turn, so the first is the longest.
    """

    first: float = 600.0
    between: float = 120.0
    each: float = 5.0


@dataclass
class OpenText:
    """Collects the pieces of a text.

    What comes after `max_tokens` pieces, or after more characters than so many tokens have, is left
    out, and `is_full` says so.
    """

    max_tokens: int
    on_text: Callable[[str], None]
    patience: Patience = field(default_factory=Patience)
    pieces: list[str] = field(default_factory=list)
    is_full: bool = False
    _characters: int = 0
    _started: float = field(default_factory=monotonic)
    _heard: float = 0.0

    @property
    def text(self) -> str:
        """What is written so far."""
        return "".join(self.pieces)

    def add(self, piece: str) -> None:
        """Take the next piece, as far as there is room for it."""
        room = self.max_tokens * _TOKEN_CHARACTERS - self._characters
        taken = piece[:room] if len(self.pieces) < self.max_tokens else ""
        self.is_full = self.is_full or taken != piece
        if taken:
            self._characters += len(taken)
            self._heard = monotonic()
            self.pieces.append(taken)
            self.on_text(taken)

    def is_late(self) -> bool:
        """Say whether the whole has taken too long, or the next piece has."""
        return self.has_stalled() or self._age() > self._whole()

    def has_stalled(self) -> bool:
        """Say whether the next piece is overdue."""
        if not self.pieces:
            return self._age() > self.patience.first
        return monotonic() - self._heard > self.patience.between

    def _age(self) -> float:
        return monotonic() - self._started

    def _whole(self) -> float:
        return self.patience.first + self.patience.each * self.max_tokens
