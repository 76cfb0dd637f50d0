"""Quoted spans in an answer, and whether they stand in its contexts letter by letter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from worker.foreign_text import harmless

_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|「([^」]+)」|『([^』]+)』|«([^»]+)»")
_SPACE = re.compile(r"\s+")

#: Shorter spans are names and emphasis rather than quotations.
_LEAST_WORDS = 3
_LEAST_CHARACTERS = 8  # in scripts that put no spaces between words


def check_quotes(text: str, contexts: Sequence[str]) -> tuple[int, int]:
    """Return how many spans of a text are quoted, and how many of them stand in a context.

    A context counts as it stands in its document and as it stands in a prompt. White space counts
    as one space, and a mark at the end of a span may be the quoter's own.
    """
    quotes = [_folded(quote).rstrip(".,;:!?。、") for quote in _quotations(text)]
    sources = [_folded(read) for context in contexts for read in (context, harmless(context))]
    found = sum(any(quote in source for source in sources) for quote in quotes)
    return len(quotes), found


def _quotations(text: str) -> list[str]:
    spans = ["".join(match) for match in _QUOTED.findall(text)]
    return [span for span in spans if _is_quotation(span)]


def _is_quotation(span: str) -> bool:
    if span.isascii() or " " in span.strip():
        return len(span.split()) >= _LEAST_WORDS
    return len(span) >= _LEAST_CHARACTERS


def _folded(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()
