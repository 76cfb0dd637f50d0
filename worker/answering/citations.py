"""Citations in an answer: the numbers of its contexts in brackets, like [1] or [1, 3]."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Two digits at most, so that a year in brackets is left alone.
_CITATION = re.compile(r"[ \u3000]*\[(\d{1,2}(?:\s*[,;、]\s*\d{1,2})*)\]")


@dataclass(frozen=True)
class CitedText:
    """An answer whose citations all lead somewhere.

    `cited` are the numbers it names, `dangling` counts those that were taken out because no
    context has them.
    """

    text: str
    cited: frozenset[int]
    dangling: int


def check_citations(text: str, contexts: int) -> CitedText:
    """Return a text without citations of anything but its contexts, which count from 1."""
    cited: set[int] = set()
    dangling = 0

    def checked(match: re.Match[str]) -> str:
        nonlocal dangling
        numbers = [int(number) for number in re.findall(r"\d+", match[1])]
        good = [number for number in numbers if 1 <= number <= contexts]
        cited.update(good)
        dangling += len(numbers) - len(good)
        if len(good) == len(numbers):
            return match[0]
        space = match[0][: match[0].index("[")]
        return f"{space}[{', '.join(map(str, good))}]" if good else ""

    text = _CITATION.sub(checked, text)
    return CitedText(text, frozenset(cited), dangling)
