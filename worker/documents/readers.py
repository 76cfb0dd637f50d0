"""Readers by file type: one table says what reads which."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from worker.documents import file_kind, refusals
from worker.documents.document import Document
from worker.documents.office.office_file import checked_office_file
from worker.documents.office.slide_reader import read_slides
from worker.documents.office.word_reader import read_word
from worker.documents.office.workbook_reader import read_workbook
from worker.documents.pages.html_reader import read_html
from worker.documents.pages.pdf_reader import read_pdf
from worker.documents.tables.table_reader import read_delimited
from worker.documents.text.text_reader import read_text
from worker.errors import DocumentError

#: Raised when a reader gives another text for the same file: everything is then read again.
READER_VERSION = 3


@dataclass(frozen=True)
class Format:
    """How files of one type are read.

    `kind` is what such a file is by its content, or none if it is text of any sort.
    """

    name: str
    read: Callable[[bytes, str], Document]
    kind: str | None = None


_TEXT = Format("text", read_text)
_HTML = Format("web page", read_html)
_TABLE = Format("table of text", read_delimited)
_WORKBOOK = Format("Excel workbook", read_workbook, file_kind.WORKBOOK)

FORMATS = {
    ".txt": _TEXT,
    ".md": _TEXT,
    ".html": _HTML,
    ".htm": _HTML,
    ".pdf": Format("PDF", read_pdf, file_kind.PDF),
    ".docx": Format("Word document", read_word, file_kind.WORD),
    ".pptx": Format("PowerPoint presentation", read_slides, file_kind.PRESENTATION),
    ".xlsx": _WORKBOOK,
    ".xlsm": _WORKBOOK,
    ".csv": _TABLE,
    ".tsv": _TABLE,
}

_OFFICE = (file_kind.WORD, file_kind.PRESENTATION, file_kind.WORKBOOK)
_TEXTS = (None, file_kind.TEXT, file_kind.WEB_PAGE)
#: What XML, and with it every workbook, cannot hold: controls, halves of pairs, no characters.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def format_of(source: str) -> Format:
    """Return how a file of this name is read; its ending must be one of `FORMATS`."""
    return FORMATS[PurePosixPath(source).suffix.lower()]


def read_bytes(path: Path, source: str) -> bytes:
    """Return what a file holds.

    :raises DocumentError: if it cannot be opened, is too large, or is written to meanwhile.
    """
    try:
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            data = file.read(refusals.MAX_BYTES + 1)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise refusals.not_opened(source, error) from error
    if len(data) > refusals.MAX_BYTES:
        raise refusals.too_large(source)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise refusals.changes(source)
    return data


def read_document(data: bytes, source: str) -> Document:
    """Return the text of a file that holds these bytes.

    :raises DocumentError: if it is damaged, encrypted, of another type than its name says, holds
        no words, or too many, or what its reader does not know.
    """
    if not data.strip():
        raise refusals.empty(source)
    form = format_of(source)
    _check_kind(data, source, form)
    try:
        if form.kind in _OFFICE:
            data = checked_office_file(data, source)
        document = _valid(form.read(data, source))
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # each library has its own kinds
        raise refusals.of_error(source, form.name, error) from error
    if not document.text.strip():
        raise refusals.empty(source, document.lost)
    if len(document.text) > refusals.MAX_CHARACTERS:
        raise refusals.too_long(source)
    return document


def _check_kind(data: bytes, source: str, form: Format) -> None:
    """Refuse a file that shows by its content that it is something else."""
    kind = file_kind.kind_of(data)
    if kind == file_kind.ENCRYPTED and form.kind in _OFFICE:
        raise refusals.encrypted(source)
    if kind not in ((None, form.kind) if form.kind else _TEXTS):
        raise refusals.something_else(source, form.name, str(kind))


def _valid(document: Document) -> Document:
    """Return a document with a sign for each character that is none; offsets stay as they are."""
    shown = partial(_NO_TEXT.sub, "\ufffd")
    return replace(
        document,
        text=_NO_TEXT.sub(_stand_in, document.text),
        lost=tuple(map(shown, document.lost)),
        read_as=tuple(map(shown, document.read_as)),
    )


def _stand_in(found: re.Match[str]) -> str:
    """Return a line end for the end of a page or column, a space for a control, and else a sign."""
    if found[0] in "\v\f":
        return "\n"
    return " " if found[0] < " " else "\ufffd"
