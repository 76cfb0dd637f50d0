"""A translator as its callers know it: texts go in, the same in another language come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from worker.errors import BonsaiError


class Said(NamedTuple):
    """What came out for a text. `cut` says that a limit ended it."""

    text: str
    cut: bool = False


#: The position of a text, and what became of it.
Outcome = tuple[int, Said | BonsaiError]


class Translator(Protocol):
    """Translates texts. One batch at a time, from any thread."""

    def translate(
        self, texts: Sequence[str], to: str, *, cancelled: Callable[[], bool]
    ) -> Iterator[Outcome]:
        """Yield what becomes of each text as soon as it is whole, in any order.

        :param to: the language, as people write it.
        :raises BonsaiError: if nothing can be translated into that language.
        :raises CancelledError: soon after `cancelled` turns true.
        """
        ...
