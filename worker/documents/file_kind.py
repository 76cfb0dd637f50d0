"""What a file is by its content, whatever its name says."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZipFile

ENCRYPTED = "an encrypted Office file"
OLD_OFFICE = "a file of an older Office"
PDF = "a PDF"
PRESENTATION = "a PowerPoint presentation"
RICH_TEXT = "rich text (RTF)"
TEXT = "plain text"
WEB_PAGE = "a web page"
WORD = "a Word document"
WORKBOOK = "an Excel workbook"
ZIP = "a zip archive"

#: What files of an older Office begin with, and those of today when they are encrypted.
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
_ZIP = b"PK\x03\x04"
_SIGNATURES = {
    b"{\\rtf": RICH_TEXT,
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF87a": "a picture (GIF)",
    b"GIF89a": "a picture (GIF)",
    b"II*\x00": "a picture (TIFF)",
    b"MM\x00*": "a picture (TIFF)",
    b"Rar!\x1a\x07": "an archive (RAR)",
    b"7z\xbc\xaf\x27\x1c": "an archive (7z)",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"SQLite format 3\x00": "a database (SQLite)",
    b"\x7fELF": "a program",
    b"MZ\x90\x00": "a program",
}
_PAGE = re.compile(rb"<(!doctype\s+html|html|head|body|meta|title)\b", re.IGNORECASE)
_TYPES = 1_000_000  # bytes in which an Office file says the types of its parts
_HEAD = 1024  # bytes in which a file says what it is

#: The type of the part that an Office file begins with.
_MAIN_TYPE = re.compile(
    rb"(word|excel|powerpoint|spreadsheet|presentation)[\w.]{0,80}\.main(\+xml)?"
)
_OPEN_DOCUMENT = {
    b"text": "an OpenDocument text",
    b"spreadsheet": "an OpenDocument spreadsheet",
    b"presentation": "an OpenDocument presentation",
}


def kind_of(data: bytes) -> str | None:
    """Return what a file is, with its article, as in "a PDF"; none if that is not to be seen.

    A damaged file may be what it was, or none.
    """
    if data.startswith(_OLD_OFFICE):
        return ENCRYPTED if _ENCRYPTED_PART in data else OLD_OFFICE
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            return kind
    if b"%PDF-" in data[:_HEAD]:
        return PDF
    if data.startswith(_ZIP):
        return _kind_of_zip(data)
    if _PAGE.search(data[:_HEAD].replace(b"\x00", b"")):
        return WEB_PAGE
    return TEXT if _is_text(data) else None


def _kind_of_zip(data: bytes) -> str | None:
    try:
        with ZipFile(BytesIO(data)) as package:
            names = set(package.namelist())
            if "[Content_Types].xml" in names:
                return _kind_of_office(_beginning(package, "[Content_Types].xml"))
            if "mimetype" in names:
                return _kind_of_mimetype(_beginning(package, "mimetype"))
            return "a file of Pages, Numbers or Keynote" if "Index/Document.iwa" in names else ZIP
    except Exception:  # damaged in one of many ways; whoever reads it says so
        return None


def _beginning(package: ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        return part.read(_TYPES)


def _kind_of_office(types: bytes) -> str | None:
    """Return what the types of the parts say, those of single parts first.

    Some programs list a type for every ending that they know, also where no part has it.
    """
    entries = sorted(types.split(b"<"), key=lambda entry: b"PartName" not in entry)
    main = next(filter(None, map(_MAIN_TYPE.search, entries)), None)
    if main is None:  # a drawing of Visio, a 3D model, or what a broken program wrote
        return None
    if main[1] in (b"excel", b"spreadsheet"):
        return WORKBOOK if main[2] else "a binary Excel workbook (.xlsb)"
    return WORD if main[1] == b"word" else PRESENTATION


def _kind_of_mimetype(name: bytes) -> str:
    if name.startswith(b"application/epub"):
        return "an e-book (EPUB)"
    return _OPEN_DOCUMENT.get(name.strip().rpartition(b".")[2], ZIP)


def _is_text(data: bytes) -> bool:
    """Say whether a file begins as text does, in UTF-8 or any older encoding."""
    return not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data[:_HEAD])
