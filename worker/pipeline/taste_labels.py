"""The labels of a taste: Keep marks sorted, and liked passages with their vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from worker.contract import Label
from worker.errors import InputError
from worker.retrieval.base import Collection, EmbeddedChunk

_NAMED = 3  # of several things, so many are named


@dataclass(frozen=True)
class Marks:
    """Passages by what was said of them, id and source of each."""

    liked: dict[str, str]
    disliked: dict[str, str]
    contradictory: dict[str, str]

    @classmethod
    def of(cls, labels: Sequence[Label]) -> Marks:
        """Sort labels: a passage that is kept for one question and not for another is neither."""
        liked = {label.chunk_id: label.source for label in labels if label.liked}
        disliked = {label.chunk_id: label.source for label in labels if not label.liked}
        both = {chunk: source for chunk, source in liked.items() if chunk in disliked}
        return cls(_without(liked, both), _without(disliked, both), both)

    def found(self, collection: Collection) -> tuple[list[EmbeddedChunk], dict[str, str]]:
        """Return the liked passages that the index has, and those that it has no longer.

        :raises InputError: if none is left.
        """
        chunks = collection.fetch(list(self.liked))
        known = {each.chunk.chunk_id for each in chunks}
        gone = {chunk: source for chunk, source in self.liked.items() if chunk not in known}
        if not chunks:
            raise self._nothing_liked(len(gone))
        return chunks, gone

    def remarks(self, gone: dict[str, str]) -> Iterator[str]:
        """Say what was left out, and what does not count."""
        if self.contradictory:
            yield (
                f"{_passages(self.contradictory)} marked yes for one question and no for another, "
                "and left out."
            )
        if gone:
            yield f"{_passages(gone)} no longer in the index, and left out."
        if self.disliked:
            yield (
                f"{len(self.disliked)} marked no: they are counted, and nothing moves away from "
                "them, because that made rankings worse."
            )

    def _nothing_liked(self, gone: int) -> InputError:
        why = f"{len(self.disliked)} are marked no"
        if self.contradictory:
            why += f", {len(self.contradictory)} both yes and no"
        if gone:
            why += f", and {gone} marked yes are no longer in the index"
        return InputError(
            "There is no liked passage to learn from.",
            f"{why}.",
            "Set Keep to yes on the sheet Ranked for some passages that you like, of several "
            "documents; ten are a good beginning.",
        )


def _without(some: dict[str, str], others: dict[str, str]) -> dict[str, str]:
    return {chunk: source for chunk, source in some.items() if chunk not in others}


def _passages(which: dict[str, str]) -> str:
    """Return how many passages there are, and the sources of the first ones."""
    sources = list(dict.fromkeys(which.values()))
    named = ", ".join(sources[:_NAMED]) + (" …" if len(sources) > _NAMED else "")
    return f"1 passage ({named}) is" if len(which) == 1 else f"{len(which)} passages ({named}) are"
