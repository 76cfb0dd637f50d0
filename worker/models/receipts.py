"""Checked files: a receipt beside each spares reading a gigabyte at every load.

It says which SHA-256 the file had, and what size and time of change it had then. While these two
are as they were, the file is taken for the same.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from worker.small_files import replace_file

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Receipt:
    """What a file was when it was checked, and where it came from, in words; empty if unknown."""

    size: int
    mtime_ns: int
    sha256: str
    source: str = ""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits.

    :raises OSError: if it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def is_whole(path: Path, sha256: str) -> bool:
    """Say whether a file has this SHA-256, by its receipt where nothing changed since."""
    receipt = receipt_of(path)
    if receipt and path.is_file() and _is_as_it_was(path, receipt):
        return receipt.sha256 == sha256
    return checked(path, sha256)


def checked(path: Path, sha256: str) -> bool:
    """Say whether a file has this SHA-256, by all its bytes; give it a receipt, or take it away."""
    if not path.is_file():
        return False
    before = path.stat()
    if sha256_of(path) != sha256:
        with suppress(OSError):
            _place(path).unlink(missing_ok=True)
        return False
    earlier = receipt_of(path)
    source = earlier.source if earlier else ""
    _write(path, Receipt(before.st_size, before.st_mtime_ns, sha256, source))
    return True


def vouch_for(path: Path, sha256: str, source: str) -> None:
    """Give a receipt to a file whose bytes have just been checked.

    :param source: where it came from, in words.
    """
    now = path.stat()
    _write(path, Receipt(now.st_size, now.st_mtime_ns, sha256, source))


def receipt_of(path: Path) -> Receipt | None:
    """Return the receipt of a file, if there is one that can be read."""
    try:
        return Receipt(**json.loads(_place(path).read_bytes()))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def _is_as_it_was(path: Path, receipt: Receipt) -> bool:
    now = path.stat()
    return (now.st_size, now.st_mtime_ns) == (receipt.size, receipt.mtime_ns)


def _write(path: Path, receipt: Receipt) -> None:
    """Leave a receipt; in a folder that this user may only read there is none."""
    if receipt != receipt_of(path) and os.access(path.parent, os.W_OK):
        with suppress(OSError):
            replace_file(_place(path), json.dumps(asdict(receipt)).encode())


def _place(path: Path) -> Path:
    return path.with_name(f"{path.name}.receipt")
