"""What files are by their content, and what is said of one under a wrong name."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from openpyxl import Workbook
from PIL import Image

from tests.worker.documents.office_files import changed, replacing, saved, slides, word
from worker.documents import file_kind
from worker.documents.file_kind import kind_of
from worker.documents.readers import read_document
from worker.errors import DocumentError

TYPES = "[Content_Types].xml"
XLSX_TYPE = "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def zipped(**parts: bytes) -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def picture(kind: str) -> bytes:
    data = BytesIO()
    Image.new("RGB", (2, 2)).save(data, kind)
    return data.getvalue()


def opendocument(kind: str) -> bytes:
    return zipped(mimetype=f"application/vnd.oasis.opendocument.{kind}".encode())


WORD = word(lambda document: document.add_paragraph("Ebb at noon."))
BOOK = saved(Workbook())
BINARY = changed(
    BOOK, {TYPES: replacing((XLSX_TYPE, "vnd.ms-excel.sheet.binary.macroEnabled.main"))}
)
TEMPLATE = changed(WORD, {TYPES: replacing(("document.main+xml", "template.main+xml"))})
MACROS = changed(
    WORD,
    {TYPES: replacing(
        ("vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
         "vnd.ms-word.document.macroEnabled.main+xml"))},
)  # fmt: skip


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (WORD, file_kind.WORD),
        (TEMPLATE, file_kind.WORD),
        (MACROS, file_kind.WORD),
        (BOOK, file_kind.WORKBOOK),
        (slides(), file_kind.PRESENTATION),
        (BINARY, "a binary Excel workbook (.xlsb)"),
        (opendocument("text"), "an OpenDocument text"),
        (zipped(readme=b"a"), file_kind.ZIP),
        (b"%PDF-1.7\n", file_kind.PDF),
        (b"\r\nstray\r\n%PDF-1.4\n", file_kind.PDF),
        (b"{\\rtf1 Ebb}", file_kind.RICH_TEXT),
        (picture("PNG"), "a picture (PNG)"),
        (picture("JPEG"), "a picture (JPEG)"),
        ("<!DOCTYPE html><p>潮".encode(), file_kind.WEB_PAGE),
        ("潮は引く".encode("cp932"), file_kind.TEXT),
        (b"MZ-700: a home computer", file_kind.TEXT),
        (b"\x00" * 200, None),
        (WORD[:300], None),
    ],
)
def test_a_file_is_known_by_its_content(data: bytes, kind: str | None):
    assert kind_of(data) == kind


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"{\\rtf1 Ebb at noon.}", "letter.docx", "rich text"),
        (b"{\\rtf1 Ebb at noon.}", "letter.txt", "rich text"),
        (b"<html><body>Please log in</body></html>", "report.pdf", "a web page"),
        (b"Name;Tide\nPier;5:10\n", "tides.xlsx", "plain text"),
        (opendocument("spreadsheet"), "tides.xlsx", "an OpenDocument spreadsheet"),
        (BINARY, "tides.xlsx", "a binary Excel workbook"),
        (WORD, "talk.pptx", "a Word document"),
        (picture("PNG"), "holiday.txt", "a picture"),
        (picture("JPEG"), "scan.pdf", "a picture"),
    ],
)
def test_a_file_under_a_wrong_name_is_called_what_it_is(data: bytes, name: str, kind: str):
    with pytest.raises(DocumentError) as caught:
        read_document(data, name)
    assert f"By its content it is {kind}" in caught.value.why
    assert "damaged" not in str(caught.value)


def test_a_type_that_no_part_has_does_not_say_what_a_file_is():
    """Some libraries list that of binary workbooks in every workbook that they write."""
    of_bin = (
        '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.'
        'macroEnabled.main"/><Default Extension="rels"'
    )
    for data, kind in ((BOOK, file_kind.WORKBOOK), (WORD, file_kind.WORD)):
        listed = changed(data, {TYPES: replacing(('<Default Extension="rels"', of_bin))})
        assert kind_of(listed) == kind


@pytest.mark.parametrize("data", [TEMPLATE, MACROS], ids=["template", "macros"])
def test_a_template_or_a_document_with_macros_is_read(data: bytes):
    assert read_document(data, "tides.docx").text.strip() == "Ebb at noon."
