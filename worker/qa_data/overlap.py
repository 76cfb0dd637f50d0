"""Text that passages of the two parts of a data set have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from worker.qa_data.pair import Passage

#: Characters in a row that two passages do not share by chance.
LEAST_SHARED = 100


@dataclass(frozen=True)
class Overlap:
    """Two passages, one of each part, and the longest stretch of text found in both."""

    train: Passage
    validation: Passage
    text: str


def overlaps(
    train: Iterable[Passage], validation: Iterable[Passage], least: int = LEAST_SHARED
) -> list[Overlap]:
    """Return the pairs of passages that share `least` characters in a row or more.

    White space counts as one space. Blocks of half that length are looked up: a shared stretch
    holds one of them whole, wherever it begins (as in rsync).
    """
    block = max(1, least // 2)
    blocks: dict[str, list[tuple[Passage, str, int]]] = {}
    for passage in _each_once(train):
        text = _spaced(passage.text)
        for start in range(0, len(text) - block + 1, block):
            blocks.setdefault(text[start : start + block], []).append((passage, text, start))
    found: dict[tuple[str, str], Overlap] = {}
    for passage in _each_once(validation):
        text = _spaced(passage.text)
        for start in range(len(text) - block + 1):
            for other, of_other, there in blocks.get(text[start : start + block], ()):
                shared = _extended(text, start, of_other, there, block)
                key = (other.chunk_id, passage.chunk_id)
                if len(shared) >= least and len(shared) > len(_text(found.get(key))):
                    found[key] = Overlap(other, passage, shared)
    return list(found.values())


def _each_once(passages: Iterable[Passage]) -> Iterator[Passage]:
    yield from {passage.chunk_id: passage for passage in passages}.values()


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _text(overlap: Overlap | None) -> str:
    return overlap.text if overlap else ""


def _extended(text: str, start: int, other: str, there: int, length: int) -> str:
    """Return the stretch around a shared block up to where the two texts differ."""
    first, last = 0, length
    while (
        start + first > 0
        and there + first > 0
        and text[start + first - 1] == other[there + first - 1]
    ):
        first -= 1
    most = min(len(text) - start, len(other) - there)
    while last < most and text[start + last] == other[there + last]:
        last += 1
    return text[start + first : start + last]
