"""Chunks of a document and their ids."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass

from worker.documents.readers import Document
from worker.documents.splitting import split_text


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


def split_document(document: Document, *, size: int, overlap: int) -> list[Chunk]:
    """Return the chunks of a document in reading order.

    An id depends on the file's name and the chunk's words alone, so it survives changes
    elsewhere in the file. A text that stands there again gets a number behind its id.
    """
    prefix = content_hash(document.source)[:6]
    copies: Counter[str] = Counter()
    chunks = []
    for passage in split_text(document.text, size=size, overlap=overlap):
        name = f"{prefix}-{content_hash(passage.text)[:12]}"
        copies[name] += 1
        chunk_id = name if copies[name] == 1 else f"{name}-{copies[name]}"
        chunks.append(Chunk(chunk_id, document.source, None, passage.start, passage.text))
    return chunks
