"""Office files, looked at before they are unpacked: one may be a trap, or of the Strict format."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from worker.documents import refusals
from worker.documents.office_package import UNPACK_ERRORS

#: Bytes after unpacking. Zip files of a few kilobytes can hold gigabytes of zeros.
_MAX_UNPACKED = 1_000_000_000
_HEAD = 1024  # bytes of a part in which a document type would be declared
_XML = (".xml", ".rels")

#: "Strict Open XML" has the same words as the ordinary format, under other names.
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_ORDINARY = rb"http://schemas.openxmlformats.org/\1/2006/"


def checked_office_file(data: bytes, source: str) -> bytes:
    """Return an Office file in the ordinary format, whichever of the two it has.

    :raises DocumentError: if it is a trap: unpacks to too much, or refers to files outside.
    :raises zipfile.BadZipFile: if it is damaged.
    """
    with ZipFile(BytesIO(data)) as package:
        if sum(part.file_size for part in package.infolist()) > _MAX_UNPACKED:
            raise refusals.trap(source, "It would take more than 1 GB.")
        if any(_declares_entities(package, name) for name in package.namelist()):
            raise refusals.trap(source, "It declares entities, which Office forbids.")
        return _in_ordinary_form(package) if _is_strict(package) else data


def _declares_entities(package: ZipFile, name: str) -> bool:
    """Say whether a part begins with a document type: Office writes none, and forbids them."""
    if not name.endswith(_XML):
        return False
    return b"<!DOCTYPE" in _content(package, name, _HEAD).replace(b"\x00", b"")


def _is_strict(package: ZipFile) -> bool:
    """Say so if the relations that everything begins with have Strict names."""
    root = "_rels/.rels"
    return root in package.namelist() and bool(_STRICT.search(_content(package, root)))


def _in_ordinary_form(package: ZipFile) -> bytes:
    ordinary = BytesIO()
    with ZipFile(ordinary, "w", ZIP_DEFLATED) as copy:
        for name in package.namelist():
            part = _content(package, name)
            copy.writestr(name, _STRICT.sub(_ORDINARY, part) if name.endswith(_XML) else part)
    return ordinary.getvalue()


def _content(package: ZipFile, name: str, size: int = -1) -> bytes:
    """Return the first bytes of a part, or all; none if it is damaged, which its reader says."""
    try:
        with package.open(name) as part:
            return part.read(size)
    except UNPACK_ERRORS:
        return b""
