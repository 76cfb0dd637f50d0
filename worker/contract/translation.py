"""Translations on the wire: of each text that a run shows, into the language asked for."""

from __future__ import annotations

import hashlib
from typing import Literal

from worker.contract.base import Row
from worker.contract.wire import Problem

#: What may be wrong with a whole translation. short: a third as long as its text, or less. cut: it
#: ends within a sentence. unchanged: it is in the language of its text still.
Flaw = Literal["short", "cut", "unchanged"]


class Translation(Row):
    """A text in another language; `of` is the `text_key` of what was translated.

    `missing` are the numbers, citations and names of the text that it lacks, `added` are numbers
    and citations that only it has.
    """

    identity = ("of",)

    kind: Literal["translation"] = "translation"
    of: str
    text: str
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    problem: Problem | None = None

    @property
    def has_failed(self) -> bool:
        """Whether nothing could translate the text."""
        return self.problem is not None


def text_key(text: str) -> str:
    """Return what a text is known by, however often it is shown."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
