"""What lies on the pages of a PDF beside their text: form fields, comments, attached files."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from worker.documents.losses import EMBEDDED_FILE, MEDIUM, Losses

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfFormEnv, PdfPage


def annotation_lines(pdf: PdfDocument, page: PdfPage, losses: Losses) -> Iterator[str]:
    """Yield a line for each filled form field and each comment on a page.

    :param pdf: with its forms begun, if it has any.
    :param losses: takes attached files, films and sounds.
    """
    from pypdfium2 import raw

    media = (
        raw.FPDF_ANNOT_SOUND, raw.FPDF_ANNOT_MOVIE, raw.FPDF_ANNOT_SCREEN,
        raw.FPDF_ANNOT_RICHMEDIA, raw.FPDF_ANNOT_THREED,
    )  # fmt: skip
    without_words = (raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_LINK)
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        if kind == raw.FPDF_ANNOT_WIDGET:
            yield from _field(pdf.formenv, annotation)
        elif kind in media:
            losses.add(MEDIUM)
        elif kind == raw.FPDF_ANNOT_FILEATTACHMENT:
            losses.add(EMBEDDED_FILE, _entry(annotation, b"Contents"))
        elif kind not in without_words:
            yield from _comment(annotation, is_text=kind == raw.FPDF_ANNOT_FREETEXT)
        raw.FPDFPage_CloseAnnot(annotation)


def count_attachments(pdf: PdfDocument, losses: Losses) -> None:
    """Count the files that lie in a PDF."""
    for index in range(pdf.count_attachments()):
        losses.add(EMBEDDED_FILE, pdf.get_attachment(index).get_name())


def _field(forms: PdfFormEnv | None, annotation: object) -> Iterator[str]:
    """Yield "name: value" for a form field that holds something."""
    from pypdfium2 import raw

    if forms is None:
        return
    kind = raw.FPDFAnnot_GetFormFieldType(forms, annotation)
    if kind in (raw.FPDF_FORMFIELD_PUSHBUTTON, raw.FPDF_FORMFIELD_SIGNATURE):
        return
    name = _field_text(raw.FPDFAnnot_GetFormFieldAlternateName, forms, annotation) or _field_text(
        raw.FPDFAnnot_GetFormFieldName, forms, annotation
    )
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        ticked = raw.FPDFAnnot_IsChecked(forms, annotation)
        value = _field_text(raw.FPDFAnnot_GetFormFieldExportValue, forms, annotation)
        value = (value or "☒") if ticked else ""
    else:
        value = _field_text(raw.FPDFAnnot_GetFormFieldValue, forms, annotation)
    if value:
        yield f"{name}: {value}" if name else value


def _comment(annotation: object, is_text: bool) -> Iterator[str]:
    """Yield what a comment says; of a text that stands on the page, these words alone."""
    words, author = _entry(annotation, b"Contents"), _entry(annotation, b"T")
    if words:
        by = f" by {author}" if author else ""
        yield words if is_text else f"Comment{by}: {words}"


def _entry(annotation: object, key: bytes) -> str:
    from pypdfium2 import raw

    return _text(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, key, buffer, size))


def _field_text(read: Callable[..., int], forms: PdfFormEnv | None, annotation: object) -> str:
    return _text(lambda buffer, size: read(forms, annotation, buffer, size))


def _text(read: Callable[[object, int], int]) -> str:
    """Return a text of the library, which tells its size first and ends it with a zero."""
    from pypdfium2 import raw

    size = read(None, 0)
    buffer = ctypes.create_string_buffer(size)
    read(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return " ".join(buffer.raw[: max(size - 2, 0)].decode("utf-16-le", "replace").split())
