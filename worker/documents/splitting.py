"""Splitting into passages with exact offsets: by characters, as the original did, or by sentences.

By characters, the text is cut at the coarsest separator it holds; pieces that are still too long
are cut at the next finer one; neighbouring pieces are then joined up to the chunk size, the last
pieces of a chunk opening the next one as overlap. Chunk texts equal those of LangChain's
RecursiveCharacterTextSplitter on text without 。, which serves as oracle in the tests. Ours works
on offsets instead of strings, because a library that looks for a chunk in its text afterwards
finds the wrong copy where sentences repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: From coarse to fine. The Japanese full stop stays with its sentence, the others open the next.
_SEPARATORS = ("\n\n", "\n", "。", " ", "")

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
    from sentencex import get_sentence_boundaries

    # the rules for English know its abbreviations, and the full stops of all other languages
    for sentence in get_sentence_boundaries("en", text):
        yield sentence["start_index"], sentence["end_index"]


def _split(
    span: Span, text: str, separators: tuple[str, ...], size: int, overlap: int
) -> Iterator[Span]:
    separator, finer = _coarsest(span, text, separators)
    return _fill(_pieces(span, text, separator), text, finer, size, overlap)


def _fill(
    pieces: Iterable[Span], text: str, finer: tuple[str, ...], size: int, overlap: int
) -> Iterator[Span]:
    """Join pieces that fit; cut those that do not at finer separators."""
    fitting: list[Span] = []
    for piece in pieces:
        if piece[1] - piece[0] < size:
            fitting.append(piece)
            continue
        yield from _join(fitting, size, overlap)
        fitting = []
        if finer:
            yield from _split(piece, text, finer, size, overlap)
        else:
            yield piece
    yield from _join(fitting, size, overlap)


def _coarsest(span: Span, text: str, separators: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    for position, separator in enumerate(separators):
        if text.find(separator, *span) >= 0:
            return separator, separators[position + 1 :]
    return "", ()


def _pieces(span: Span, text: str, separator: str) -> Iterator[Span]:
    """Cut a span before each separator (after it, if it is no white space)."""
    start, end = span
    if not separator:
        yield from ((position, position + 1) for position in range(start, end))
        return
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


def _join(pieces: list[Span], size: int, overlap: int) -> Iterator[Span]:
    """Join neighbouring pieces up to `size`; each span starts within `overlap` of the last end."""
    first = 0
    for position, (_, end) in enumerate(pieces):
        if position > first and end - pieces[first][0] > size:
            last_end = pieces[position - 1][1]
            yield pieces[first][0], last_end
            while first < position and (
                last_end - pieces[first][0] > overlap or end - pieces[first][0] > size
            ):
                first += 1
    if pieces[first:]:
        yield pieces[first][0], pieces[-1][1]


def _strip(span: Span, text: str) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
