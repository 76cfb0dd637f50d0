"""Chunks of a document and their ids."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from worker.documents.document import Document
from worker.documents.splitting import split_sentences, split_text


@dataclass(frozen=True)
class Splitting:
    """How documents become chunks; sizes in characters.

    Documents of up to `whole` characters are one chunk, whatever the `size` of others.
    """

    size: int
    overlap: int
    splitter: Literal["recursive", "sentence"] = "recursive"
    whole: int = 0


@dataclass(frozen=True)
class Chunk:
    """One passage of a document, as it stands there: nothing is cleaned or changed."""

    chunk_id: str
    source: str
    page: int | None
    start: int
    text: str


def content_hash(text: str) -> str:
    """Return a short hash of a text: 64 bits as 16 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def split_document(document: Document, splitting: Splitting) -> list[Chunk]:
    """Return the chunks of a document in reading order, each with the page it begins on.

    An id depends on the file's name and the chunk's words alone, so it survives changes
    elsewhere in the file. A text that stands there again gets a number behind its id.
    """
    prefix = content_hash(document.source)[:6]
    copies: Counter[str] = Counter()
    chunks = []
    split = split_sentences if splitting.splitter == "sentence" else split_text
    is_whole = len(document.text) <= splitting.whole
    size = max(splitting.size, splitting.whole) if is_whole else splitting.size
    for passage in split(document.text, size=size, overlap=splitting.overlap):
        name = f"{prefix}-{content_hash(passage.text)[:12]}"
        copies[name] += 1
        chunk_id = name if copies[name] == 1 else f"{name}-{copies[name]}"
        page = document.page_at(passage.start)
        chunks.append(Chunk(chunk_id, document.source, page, passage.start, passage.text))
    return chunks
