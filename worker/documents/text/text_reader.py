"""Plain text and Markdown: the words as they stand."""

from __future__ import annotations

from worker.documents.document import Document
from worker.documents.text.encodings import decode


def read_text(data: bytes, source: str) -> Document:
    """Return the text of a file, whatever its encoding.

    :raises DocumentError: if it is no text.
    """
    decoded = decode(data, source)
    return Document(source, decoded.text, lost=decoded.lost, read_as=decoded.read_as)
