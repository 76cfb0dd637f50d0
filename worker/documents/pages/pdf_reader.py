"""PDF files, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from worker.documents import refusals
from worker.documents.document import Document, document_of_pages
from worker.documents.losses import Loss, Losses
from worker.documents.pages.pdf_annotations import annotation_lines, count_attachments

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

#: How a hyphen that only stands there because a line ended comes out of the library.
_LINE_END_HYPHEN = re.compile("[\x02\ufffe\xad](?:\r?\n)?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\uffff]")
#: Parts of a page's area: less is an ornament, more a page that was scanned and recognised.
_PICTURE_AREA = (0.05, 0.8)
_LETTERS = 200  # of a page that are asked whether they mean anything
#: Parts of them that do not: sound pages have a bullet or two of that kind.
_SOME, _MOST = 0.1, 0.5

_SCANNED = Loss(
    "1 page is a picture without text, as a scanner makes them; run text recognition (OCR) on the "
    "file to have it read.",
    "{count} pages are pictures without text, as a scanner makes them; run text recognition (OCR) "
    "on the file to have them read.",
)
_DRAWN = Loss("1 page is a drawing without text.", "{count} pages are drawings without text.")
_PICTURE = Loss("1 picture beside text is not read.", "{count} pictures beside text are not read.")
_MEANINGLESS = Loss(
    "1 page{names} is written in letters that the file gives no meaning; run text recognition "
    "(OCR) on the file to have it read.",
    "{count} pages{names} are written in letters that the file gives no meaning; run text "
    "recognition (OCR) on the file to have them read.",
)
_PARTLY_MEANINGLESS = Loss(
    "1 page{names} is partly written in letters that the file gives no meaning, and may be "
    "garbled; run text recognition (OCR) on the file to have it read.",
    "{count} pages{names} are partly written in letters that the file gives no meaning, and may "
    "be garbled; run text recognition (OCR) on the file to have them read.",
)
_DAMAGED = Loss(
    "1 page{names} is damaged and not read.", "{count} pages{names} are damaged and not read."
)
_FORM = Loss(
    "1 form of the kind XFA is not read; print it into a PDF to have it read.",
    "{count} forms of the kind XFA are not read; print them into a PDF to have them read.",
)


def read_pdf(data: bytes, source: str) -> Document:
    """Return the text of a PDF with its pages, fields of forms and comments at the end of each.

    :raises DocumentError: if it is encrypted, damaged, or holds pictures alone.
    """
    pdf, losses = _opened(data, source), Losses()
    _begin_forms(pdf, losses)
    count_attachments(pdf, losses)
    reader = _Pages(pdf, losses)
    document = document_of_pages(source, reader.lines(), between="\n")
    if reader.scanned and not document.text.strip():
        raise refusals.pictures_alone(source, reader.scanned)
    return replace(document, lost=losses.sentences())


def _opened(data: bytes, source: str) -> PdfDocument:
    from pypdfium2 import PdfDocument, PdfiumError
    from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

    try:
        return PdfDocument(data)
    except PdfiumError as error:
        if error.err_code == FPDF_ERR_PASSWORD:
            raise refusals.encrypted(source) from error
        if error.err_code == FPDF_ERR_SECURITY:
            raise refusals.unknown(source, "PDF", "a way of encryption") from error
        raise refusals.damaged(source, "PDF", str(error)) from error


def _begin_forms(pdf: PdfDocument, losses: Losses) -> None:
    """Have the fields of forms at hand, before any page is opened."""
    from pypdfium2 import raw

    kind = pdf.get_formtype()
    if kind in (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND):
        losses.add(_FORM)
    if kind != raw.FORMTYPE_NONE:
        pdf.init_forms()


@dataclass
class _Pages:
    pdf: PdfDocument
    losses: Losses
    scanned: int = field(default=0, init=False)

    def lines(self) -> Iterator[list[str]]:
        """Yield the lines of each page; a page that cannot be read has none, and is counted."""
        from pypdfium2 import PdfiumError

        for index in range(len(self.pdf)):
            try:
                page = self.pdf[index]
                lines = self._page(page, str(index + 1))
                page.close()
            except PdfiumError:
                self.losses.add(_DAMAGED, str(index + 1))
                lines = []
            yield lines

    def _page(self, page: PdfPage, number: str) -> list[str]:
        letters = page.get_textpage()
        text = _clean(letters.get_text_range())
        meaningless = _meaningless(letters)
        if meaningless > _MOST:
            self.losses.add(_MEANINGLESS, number)
            text = ""
        elif text:
            if meaningless > _SOME:
                self.losses.add(_PARTLY_MEANINGLESS, number)
            self._count_pictures(page)
        else:
            self._count_picture_page(page)
        return [text, *annotation_lines(self.pdf, page, self.losses)]

    def _count_pictures(self, page: PdfPage) -> None:
        from pypdfium2 import raw

        least, most = (part * page.get_width() * page.get_height() for part in _PICTURE_AREA)
        for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
            left, bottom, right, top = picture.get_bounds()
            if least < (right - left) * (top - bottom) < most:
                self.losses.add(_PICTURE)

    def _count_picture_page(self, page: PdfPage) -> None:
        from pypdfium2 import raw

        kinds = {each.type for each in page.get_objects()}
        if raw.FPDF_PAGEOBJ_IMAGE in kinds:
            self.scanned += 1
            self.losses.add(_SCANNED)
        elif raw.FPDF_PAGEOBJ_PATH in kinds or raw.FPDF_PAGEOBJ_SHADING in kinds:
            self.losses.add(_DRAWN)


def _meaningless(letters: PdfTextPage) -> float:
    """Return the part of a page's letters that have shapes alone, so that their text is made up."""
    from pypdfium2.raw import FPDFText_HasUnicodeMapError

    count = letters.count_chars()
    asked = range(0, count, max(1, count // _LETTERS))
    failed: int = sum(FPDFText_HasUnicodeMapError(letters, index) == 1 for index in asked)
    return failed / max(1, len(asked))


def _clean(text: str) -> str:
    text = _LINE_END_HYPHEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).strip()
