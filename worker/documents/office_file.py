"""Office files, looked at before they are unpacked: one may be none, be locked, or be a trap."""

from __future__ import annotations

from io import BytesIO
from zipfile import BadZipFile, ZipFile

from worker.documents import refusals

#: What files of an older Office begin with, and those of today when they are encrypted.
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")

#: Bytes after unpacking. Zip files of a few kilobytes can hold gigabytes of zeros.
_MAX_UNPACKED = 1_000_000_000
_HEAD = 1024  # bytes of a part in which a document type would be declared


def check_office_file(data: bytes, source: str, kind: str) -> None:
    """Refuse a file that is none of today's Office files, or a trap.

    :param kind: what it should be, as in "Word document".
    :raises DocumentError: if it is encrypted, of an older Office, no Office file, unpacks to too
        much, or refers to files outside.
    """
    if data.startswith(OLD_OFFICE):
        if _ENCRYPTED_PART in data:
            raise refusals.encrypted(source)
        raise refusals.something_else(source, kind, "a file of an older Office")
    try:
        with ZipFile(BytesIO(data)) as package:
            if sum(part.file_size for part in package.infolist()) > _MAX_UNPACKED:
                raise refusals.trap(source, "It would take more than 1 GB.")
            if any(_declares_entities(package, name) for name in package.namelist()):
                raise refusals.trap(source, "It declares entities, which Office forbids.")
    except BadZipFile as error:
        raise refusals.damaged(source, kind, str(error)) from error


def _declares_entities(package: ZipFile, name: str) -> bool:
    """Say whether a part begins with a document type: Office writes none, and forbids them."""
    if not name.endswith((".xml", ".rels")):
        return False
    with package.open(name) as part:
        return b"<!DOCTYPE" in part.read(_HEAD).replace(b"\x00", b"")
