"""Splitting into passages with exact offsets: by characters, as the original did, or by sentences.

By characters, the text is cut at the coarsest separator it holds; pieces that are still too long
are cut at the next finer one; neighbouring pieces are then joined up to the chunk size, the last
pieces of a chunk opening the next one as overlap. Chunk texts equal those of LangChain's
RecursiveCharacterTextSplitter on text without 。, which serves as oracle in the tests. Ours works
on offsets instead of strings, because a library that looks for a chunk in its text afterwards
finds the wrong copy where sentences repeat.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: From coarse to fine. The Japanese full stop stays with its sentence, the others open the next.
_SEPARATORS = ("\n\n", "\n", "。", " ")

_WINDOW = 4000  # characters in which sentences are looked for at once

Span = tuple[int, int]


@dataclass(frozen=True)
class Passage:
    """A stretch of a text: `text == document[start:start + len(text)]`."""

    text: str
    start: int


def split_text(text: str, *, size: int, overlap: int) -> list[Passage]:
    """Return passages of at most `size` characters, neighbours sharing up to `overlap`.

    White space around a passage is left out, as are passages of white space alone.
    """
    return _passages(_split((0, len(text)), text, _SEPARATORS, size, overlap), text)


def split_sentences(text: str, *, size: int, overlap: int) -> list[Passage]:
    """Return passages as `split_text` does, but of whole sentences wherever one fits.

    Sentences are found in English, Japanese and many other languages. Neighbours share what whole
    sentences fit into `overlap`.
    """
    return _passages(_fill(_sentences(text), text, _SEPARATORS, size, overlap), text)


def _passages(spans: Iterable[Span], text: str) -> list[Passage]:
    stripped = (_strip(span, text) for span in spans)
    return [Passage(text[start:end], start) for start, end in stripped if start < end]


def _sentences(text: str) -> Iterator[Span]:
    """Yield the sentences of a text, found in windows: one call takes time by the square.

    A window begins where a sentence does. One that is longer than a window ends in a later one.
    """
    from sentencex import get_sentence_boundaries

    place, begun = 0, None
    while place < len(text):
        window = text[place : place + _WINDOW]
        is_last = place + len(window) == len(text)
        # the rules for English know its abbreviations, and the full stops of all other languages
        found = get_sentence_boundaries("en", window)
        whole = found if is_last else found[:-1]
        for sentence in whole:
            start = place + sentence["start_index"] if begun is None else begun
            yield start, place + sentence["end_index"]
            begun = None
        if not whole and begun is None:
            begun = place
        place += found[-1]["start_index"] if whole and not is_last else len(window)


def _split(
    span: Span, text: str, separators: tuple[str, ...], size: int, overlap: int
) -> Iterator[Span]:
    separator, finer = _coarsest(span, text, separators)
    if separator:
        return _fill(_pieces(span, text, separator), text, finer, size, overlap)
    return _cut(span, size, overlap)


def _fill(
    pieces: Iterable[Span], text: str, finer: tuple[str, ...], size: int, overlap: int
) -> Iterator[Span]:
    """Join neighbouring pieces up to `size`; cut those that are too long at finer separators.

    Each span starts within `overlap` of the last end. Of the pieces, those of one span are held.
    """
    joined: deque[Span] = deque()
    for piece in pieces:
        start, end = piece
        if end - start >= size:
            yield from _whole(joined)
            joined.clear()
            yield from _split(piece, text, finer, size, overlap)
            continue
        if joined and end - joined[0][0] > size:
            yield from _whole(joined)
            last_end = joined[-1][1]
            while joined and (last_end - joined[0][0] > overlap or end - joined[0][0] > size):
                joined.popleft()
        joined.append(piece)
    yield from _whole(joined)


def _whole(joined: deque[Span]) -> Iterator[Span]:
    if joined:
        yield joined[0][0], joined[-1][1]


def _cut(span: Span, size: int, overlap: int) -> Iterator[Span]:
    """Cut a span that has no separator anywhere."""
    start, end = span
    yield start, min(start + size, end)
    while start + size < end:
        start += size - overlap
        yield start, min(start + size, end)


def _coarsest(span: Span, text: str, separators: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    for position, separator in enumerate(separators):
        if text.find(separator, *span) >= 0:
            return separator, separators[position + 1 :]
    return "", ()


def _pieces(span: Span, text: str, separator: str) -> Iterator[Span]:
    """Cut a span before each separator (after it, if it is no white space)."""
    start, end = span
    keep_before = bool(separator.strip())
    found = text.find(separator, start, end)
    while found >= 0:
        after = found + len(separator)
        cut = after if keep_before else found
        if cut > start:
            yield start, cut
            start = cut
        found = text.find(separator, after, end)
    if start < end:
        yield start, end


def _strip(span: Span, text: str) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
