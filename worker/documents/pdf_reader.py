"""PDF files, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from worker.documents import refusals
from worker.documents.document import Document, document_of_pages

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

#: How a hyphen that only stands there because a line ended comes out of the library.
_LINE_END_HYPHEN = re.compile("[\x02\ufffe\xad](?:\r?\n)?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\uffff]")


def read_pdf(data: bytes, source: str) -> Document:
    """Return the text of a PDF with its pages; those that are pictures alone are lost.

    :raises DocumentError: if it is encrypted, damaged, or holds pictures alone.
    """
    from pypdfium2 import PdfDocument, PdfiumError
    from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

    try:
        pdf = PdfDocument(data)
    except PdfiumError as error:
        if error.err_code == FPDF_ERR_PASSWORD:
            raise refusals.encrypted(source) from error
        if error.err_code == FPDF_ERR_SECURITY:
            raise refusals.unknown(source, "PDF", "a way of encryption") from error
        raise refusals.damaged(source, "PDF", str(error)) from error
    scanned: list[int] = []
    document = document_of_pages(source, _pages(pdf, scanned), between="\n")
    if scanned and not document.text.strip():
        raise refusals.pictures_alone(source, len(scanned))
    return replace(document, lost=(_scanned(len(scanned)),) if scanned else ())


def _pages(pdf: PdfDocument, scanned: list[int]) -> Iterator[list[str]]:
    """Yield each page's text; write down the numbers of scanned pages."""
    for number, page in enumerate(pdf, start=1):
        text = _clean(page.get_textpage().get_text_range())
        if not text and _has_picture(page):
            scanned.append(number)
        yield [text]
        page.close()


def _scanned(count: int) -> str:
    pages = "1 page is a picture" if count == 1 else f"{count} pages are pictures"
    return (
        f"{pages} without text, as a scanner makes them; run text recognition (OCR) on the file "
        "to have them read."
    )


def _clean(text: str) -> str:
    text = _LINE_END_HYPHEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).strip()


def _has_picture(page: PdfPage) -> bool:
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    return any(True for _ in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE]))
