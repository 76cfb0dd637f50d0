"""Why a file is not read: damaged is said of damaged files alone."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
import xlsxwriter
from openpyxl import Workbook

from tests.worker.documents.office_files import changed, saved, slides, word
from worker.documents import file_kind
from worker.documents.document import Document
from worker.documents.readers import FORMATS, Format, read_document
from worker.errors import DocumentError

WORD = word(lambda document: document.add_paragraph("Ebb at noon."))
MAIN = "word/document.xml"
ORDINARY = re.compile(
    rb"http://schemas\.openxmlformats\.org/"
    rb"(wordprocessingml|presentationml|spreadsheetml|drawingml|officeDocument)/2006/"
)


def refusal(data: bytes, name: str = "tides.docx") -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read_document(data, name)
    assert name in caught.value.what
    return caught.value


def strict(data: bytes) -> bytes:
    """An Office file under the names that "Strict Open XML" has."""

    def renamed(part: bytes) -> bytes:
        return ORDINARY.sub(rb"http://purl.oclc.org/ooxml/\1/", part)

    names = zipfile.ZipFile(BytesIO(data)).namelist()
    return changed(data, {name: renamed for name in names if name.endswith((".xml", ".rels"))})


def book() -> bytes:
    made = Workbook()
    made.active.append(["Pier", "Ebb"])
    made.active.append(["North", 12])
    return saved(made)


def with_flag(data: bytes, at_local: int, at_central: int, value: int) -> bytes:
    """A zip file with two bytes set in the head of each of its entries."""
    marked = bytearray(data)
    for signature, at in ((b"PK\x03\x04", at_local), (b"PK\x01\x02", at_central)):
        for found in re.finditer(re.escape(signature), data):
            marked[found.start() + at : found.start() + at + 2] = value.to_bytes(2, "little")
    return bytes(marked)


@pytest.mark.parametrize(
    ("data", "name", "text"),
    [
        (WORD, "tides.docx", "Ebb at noon."),
        (slides(lambda slide: None), "talk.pptx", "Slide 1"),
        (book(), "tides.xlsx", "Sheet\nPier: North; Ebb: 12"),
    ],
)
def test_the_strict_format_of_office_is_read(data: bytes, name: str, text: str):
    assert b"purl.oclc.org" in zipfile.ZipFile(BytesIO(strict(data))).read("_rels/.rels")
    assert read_document(strict(data), name).text.strip() == text


@pytest.mark.parametrize(
    "data",
    [
        WORD[: len(WORD) // 2],
        changed(WORD, {MAIN: lambda content: content[:-20]}),
        changed(WORD, {MAIN: None}),
        changed(WORD, {"_rels/.rels": b"none"}),
        WORD.replace(b"PK\x01\x02", b"PK\x00\x00"),
        b"\x00" * 5000,
        WORD[:2000] + WORD[2040:],
    ],
    ids=[
        "half",
        "broken part",
        "part missing",
        "no beginning",
        "no list of parts",
        "zeros",
        "piece missing",
    ],
)
def test_damaged_is_said_of_damaged_files(data: bytes):
    assert "It is damaged" in refusal(data).why


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"])
def test_a_part_in_an_encoding_that_is_none_is_damage(part: str):
    def declared(content: bytes) -> bytes:
        return b'<?xml version="1.0" encoding="quay-8"?>' + content[content.rindex(b"?>") + 2 :]

    data = BytesIO()
    with xlsxwriter.Workbook(data) as made:
        made.add_worksheet().write_row(0, 0, ["Pier", "Ebb"])
    assert "It is damaged" in refusal(changed(data.getvalue(), {part: declared}), "tides.xlsx").why


def test_a_library_that_quotes_the_file_is_cut_short():
    long = b"<w:r" + b":quay" * 3000 + b"/>"
    error = refusal(changed(WORD, {MAIN: lambda content: content.replace(b"<w:r>", long, 1)}))
    assert "damaged" in error.why
    assert ":quay:quay" in error.why
    assert len(str(error)) < 500


def test_a_zip_file_that_asks_for_a_password_is_encrypted():
    error = refusal(with_flag(WORD, 6, 8, 1))
    assert "is encrypted" in error.what
    assert "without the password" in error.next_step


def test_a_way_of_packing_that_is_not_known_is_no_damage():
    error = refusal(with_flag(WORD, 8, 10, 97))
    assert "not known here" in error.why
    assert "damaged" not in str(error)


@pytest.mark.parametrize(
    ("raised", "why", "advice"),
    [
        (ModuleNotFoundError("No module named 'lxml'"), "'lxml'", "Install BONSAI again"),
        (KeyError("hologram"), "not known here (KeyError: 'hologram')", "such as PDF"),
    ],
)
def test_what_a_library_raises_is_told_by_its_meaning(
    raised: Exception, why: str, advice: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(FORMATS, ".docx", Format("Word document", raising(raised), file_kind.WORD))
    error = refusal(WORD)
    assert why in error.why
    assert advice in error.next_step
    assert "damaged" not in str(error)


def raising(error: Exception) -> Callable[[bytes, str], Document]:
    """A reader that fails: it stands in for a library, to inject its failure."""

    def read(data: bytes, source: str) -> Document:
        raise error

    return read


@pytest.mark.parametrize(
    ("data", "name", "text"),
    [
        (b"one\x0ctwo\x0bthree\x08four", "pages.txt", "one\ntwo\nthree four"),
        ("潮\x1b[31m赤".encode(), "tide.md", "潮 [31m赤"),
        (b"name,tide\nNorth\x01Pier,5\n", "tides.csv", "name: North Pier; tide: 5"),
        (b"<p>low&#xD800;tide&#xFFFF;&#1;</p>", "tide.html", None),
    ],
)
def test_text_that_is_read_is_valid_in_every_store_and_sheet(data: bytes, name: str, text: str):
    found = read_document(data, name).text
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", found)
    assert text is None or found == text
