"""The choice of passages that questions are made from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from worker.qa_data.drawing import drawn_order
from worker.qa_data.pair import Passage


@dataclass(frozen=True)
class Selection:
    """Which passages are chosen; as it stands, those of the original, but for its word list.

    A passage has more than `min_chars` and fewer than `max_chars` characters and holds one of the
    `words`, in any case, as a part of a word or as a whole one; without words, all will do. Of
    those, up to `limit` are chosen: `spread` evenly over the documents, or the `first`, as the
    original did.
    """

    min_chars: int = 1_000
    max_chars: int = 2_000
    words: tuple[str, ...] = ()
    whole_words: bool = False
    limit: int = 500
    order: Literal["spread", "first"] = "spread"


def select_passages(passages: Sequence[Passage], selection: Selection, seed: int) -> list[Passage]:
    """Return the passages that are chosen, in the order given. The same seed chooses the same."""
    fitting = list(_fitting(passages, selection))
    if selection.order == "first" or len(fitting) <= selection.limit:
        return fitting[: selection.limit]
    drawn = set(_drawn_evenly(fitting, seed)[: selection.limit])
    return [passage for passage in fitting if passage.chunk_id in drawn]


def _fitting(passages: Sequence[Passage], selection: Selection) -> Iterator[Passage]:
    words = _word_pattern(selection)
    for passage in passages:
        if selection.min_chars < len(passage.text) < selection.max_chars and words.search(
            _folded(passage.text)
        ):
            yield passage


def _word_pattern(selection: Selection) -> re.Pattern[str]:
    """Return what finds one of the words; without words, it finds itself in any text."""
    words = [word for word in (_folded(word).strip() for word in selection.words) if word]
    either = "|".join(map(re.escape, words))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if words and selection.whole_words else either)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _drawn_evenly(passages: Sequence[Passage], seed: int) -> list[str]:
    """Return all chunk ids: one of each document first, then a second one of each, and so on."""
    by_document: dict[str, list[str]] = {}
    for passage in passages:
        by_document.setdefault(passage.doc_id, []).append(passage.chunk_id)
    columns = [drawn_order(by_document[doc_id], seed) for doc_id in drawn_order(by_document, seed)]
    most = max(map(len, columns))
    return [column[place] for place in range(most) for column in columns if place < len(column)]
