"""Citations in an answer: the numbers of its contexts in brackets, like [1], [1, 3] or [1-3]."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Two digits at most, so that a year in brackets is left alone; a range names all between.
_NUMBERS = re.compile(r"(\d{1,2})(?:\s*[-–〜]\s*(\d{1,2}))?")
_LIST = rf"{_NUMBERS.pattern}(?:\s*[,;、，]\s*{_NUMBERS.pattern})*"
#: Models that write Japanese also use the brackets of that script.
CITATION = re.compile(rf"(?P<space>[ \u3000]*)[\[［【](?P<numbers>{_LIST})[\]］】]")


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
        numbers = numbers_of(match["numbers"])
        good = [number for number in numbers if 1 <= number <= contexts]
        cited.update(good)
        dangling += len(numbers) - len(good)
        if len(good) == len(numbers):
            return match[0]
        return f"{match['space']}[{', '.join(map(str, good))}]" if good else ""

    text = CITATION.sub(checked, text)
    return CitedText(text, frozenset(cited), dangling)


def without_citations(text: str) -> str:
    """Return a text without any."""
    return CITATION.sub("", text)


def numbers_of(numbers: str) -> list[int]:
    """Return the numbers that stand in the brackets of a citation, those within ranges too."""
    ranges = ((int(first), int(last or first)) for first, last in _NUMBERS.findall(numbers))
    return [number for first, last in ranges for number in range(first, max(first, last) + 1)]
