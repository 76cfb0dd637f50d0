"""A document as its reader gives it: the text of a file, and where its pages begin."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from worker.documents.refusals import MAX_CHARACTERS, too_long


@dataclass(frozen=True)
class Document:
    """A file that was read; `source` is its path below the folder, with forward slashes.

    `pages` are the offsets in `text` at which pages, slides or sheets begin; empty if it has none.
    `lost` says, a sentence each, what stands in the file and not in the text; `read_as` in a few
    words each how it was understood, where it could have been otherwise: encoding, headers.
    """

    source: str
    text: str
    pages: tuple[int, ...] = ()
    lost: tuple[str, ...] = ()
    read_as: tuple[str, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Return the number of the page that holds an offset, counted from 1."""
        return bisect_right(self.pages, offset) if self.pages else None


def document_of_lines(source: str, lines: Iterable[str]) -> Document:
    """Return a document without pages.

    :raises DocumentError: if the text is too long.
    """
    return Document(source, _joined(source, lines, MAX_CHARACTERS))


def document_of_pages(source: str, pages: Iterable[Iterable[str]], between: str) -> Document:
    """Return a document of pages, each given as its lines; `between` stands between two pages.

    :raises DocumentError: if the text is too long.
    """
    texts, starts, length = [], [], 0
    for page in pages:
        text = _joined(source, page, MAX_CHARACTERS - length)
        texts.append(text)
        starts.append(length)
        length += len(text) + len(between)
    return Document(source, between.join(texts), tuple(starts))


def _joined(source: str, lines: Iterable[str], room: int) -> str:
    kept = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            raise too_long(source)
        kept.append(line)
    return "\n".join(kept)
