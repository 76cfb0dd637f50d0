"""Readers by file type: one table says what reads which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from worker.documents import refusals
from worker.documents.document import Document
from worker.documents.html_reader import read_html
from worker.documents.office_file import OLD_OFFICE, check_office_file
from worker.documents.pdf_reader import read_pdf
from worker.documents.slide_reader import read_slides
from worker.documents.table_reader import read_delimited, read_workbook
from worker.documents.text_reader import read_text
from worker.documents.word_reader import read_word
from worker.errors import DocumentError

#: Raised when a reader gives another text for the same file: everything is then read again.
READER_VERSION = 2


@dataclass(frozen=True)
class Format:
    """How files of one type are read."""

    name: str
    read: Callable[[bytes, str], Document]


_TEXT = Format("text", read_text)
_HTML = Format("web page", read_html)
_TABLE = Format("table of text", read_delimited)
_WORKBOOK = Format("Excel workbook", read_workbook)

FORMATS = {
    ".txt": _TEXT,
    ".md": _TEXT,
    ".html": _HTML,
    ".htm": _HTML,
    ".pdf": Format("PDF", read_pdf),
    ".docx": Format("Word document", read_word),
    ".pptx": Format("PowerPoint presentation", read_slides),
    ".xlsx": _WORKBOOK,
    ".xlsm": _WORKBOOK,
    ".csv": _TABLE,
    ".tsv": _TABLE,
}

_OFFICE = (".docx", ".pptx", ".xlsx", ".xlsm")
_PDF = "a PDF"
_SIGNATURES = {
    b"%PDF-": _PDF,
    b"PK\x03\x04": "an Office file or a zip archive",
    OLD_OFFICE: "a file of an older Office",
}


def format_of(source: str) -> Format:
    """Return how a file of this name is read; its ending must be one of `FORMATS`."""
    return FORMATS[PurePosixPath(source).suffix.lower()]


def read_bytes(path: Path, source: str) -> bytes:
    """Return what a file holds.

    :raises DocumentError: if it cannot be opened, or is too large.
    """
    try:
        if path.stat().st_size > refusals.MAX_BYTES:
            raise refusals.too_large(source)
        return path.read_bytes()
    except OSError as error:
        raise refusals.not_opened(source, error) from error


def read_document(data: bytes, source: str) -> Document:
    """Return the text of a file that holds these bytes.

    :raises DocumentError: if it is damaged, encrypted, of another type than its name says, or
        holds no words, or too many.
    """
    if not data.strip():
        raise refusals.empty(source)
    form = format_of(source)
    _check_signature(data, source, form)
    try:
        document = form.read(data, source)
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # each library has its own kinds
        cause = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise refusals.damaged(source, form.name, cause) from error
    if not document.text.strip():
        raise refusals.empty(source)
    if len(document.text) > refusals.MAX_CHARACTERS:
        raise refusals.too_long(source)
    return document


def _check_signature(data: bytes, source: str, form: Format) -> None:
    """Refuse a file that shows at its beginning that it is something else."""
    if PurePosixPath(source).suffix.lower() in _OFFICE:
        check_office_file(data, source, form.name)
        return
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature) and (form, kind) != (FORMATS[".pdf"], _PDF):
            raise refusals.something_else(source, form.name, kind)
