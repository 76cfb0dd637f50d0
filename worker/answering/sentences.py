"""The sentences of an answer, as places in its text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sentencex import get_sentence_boundaries

Span = tuple[int, int]

#: Characters that are looked at together: one look takes time by the square.
_WINDOW = 4_000

#: Code between fences, or a line; one that goes on in small letters has not ended.
_LINES = re.compile(
    r"(?P<code>^```.*?(?:^```|\Z))|(?:[^\n]|\n(?=[a-z]))+", re.DOTALL | re.MULTILINE
)
_LIST_NUMBER = re.compile(r"\s*\d{1,2}[.)]\s*")
_NO_BEGINNING = ("[", "［", "【", ",", ";")
_KANA = re.compile(r"[ぁ-ゟ]")


def sentence_spans(text: str) -> list[Span]:
    """Return where each sentence begins and ends, without outer white space and without code.

    A line is a sentence of its own, or several.
    """
    lines = [match.span() for match in _LINES.finditer(text) if match["code"] is None]
    found = (span for line in lines for span in _joined(text, _in_line(text, line)))
    return [span for span in (_stripped(text, span) for span in found) if span[0] < span[1]]


def _in_line(text: str, line: Span) -> Iterator[Span]:
    start, end = line
    for first in range(start, end, _WINDOW):
        window = text[first : min(end, first + _WINDOW)]
        # the rules for English know its abbreviations, and the full stops of all other languages
        for found in get_sentence_boundaries("en", window):
            yield first + found["start_index"], first + found["end_index"]


def _joined(text: str, spans: Iterator[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and _goes_on(text[slice(*joined[-1])], text[start:end].lstrip()):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _goes_on(before: str, after: str) -> bool:
    """Say whether two pieces are one sentence, as in 1. One thing, or in 「…。」と言う.

    A citation is no beginning: it belongs to what stands before it.
    """
    if _LIST_NUMBER.fullmatch(before) or after[:1].islower() or after.startswith(_NO_BEGINNING):
        return True
    return before.endswith(("」", "』")) and bool(_KANA.match(after))


def _stripped(text: str, span: Span) -> Span:
    piece = text[slice(*span)]
    return span[1] - len(piece.lstrip()), span[0] + len(piece.rstrip())
