"""Text out of files, whatever their encoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer

from worker.errors import DocumentError

#: File types that can be read.
SUFFIXES = (".txt", ".md")

#: Tried in turn when a file is not UTF-8; each one fails on text of the others in practice.
_JAPANESE = ("cp932", "euc_jp")
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


@dataclass(frozen=True)
class Document:
    """A file that was read; `source` is its path below the folder, with forward slashes."""

    source: str
    text: str


def find_documents(folder: Path) -> list[Path]:
    """Return the readable files of a folder and its subfolders, in a stable order.

    Hidden files and Office's lock files are passed over.

    :raises DocumentError: if the folder is absent or holds no readable file.
    """
    if not folder.is_dir():
        raise DocumentError(
            f"The documents folder {folder} is not there.",
            "No folder of this name was found.",
            "Correct 'Documents folder' on the Settings sheet, or the option --documents.",
        )
    found = sorted(path for path in _files(folder) if path.suffix.lower() in SUFFIXES)
    if not found:
        raise DocumentError(
            f"The folder {folder} holds no documents.",
            f"Files that can be read end in {', '.join(SUFFIXES)}.",
            "Put documents into it, or choose another folder.",
        )
    return found


def read_document(path: Path, source: str) -> Document:
    """Return the text of one file.

    :raises DocumentError: if it cannot be opened, is no text, or holds no words.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(
            f"The file {source} cannot be opened.",
            f"{error.strerror or error}.",
            "Check the file and its permissions, then index again.",
        ) from error
    text = decode(data, source)
    if not text.strip():
        raise DocumentError(
            f"The file {source} is empty.",
            "It holds no words.",
            "Delete it or put text into it, then index again.",
        )
    return Document(source, text)


def decode(data: bytes, source: str) -> str:
    """Return bytes as text, its lines ended by line feeds alone.

    Order: byte order mark, UTF-8, UTF-16 without a mark, Japanese encodings, then a statistical
    guess.

    :raises DocumentError: if the bytes are no text in any of them.
    """
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\x00" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise DocumentError(
        f"The file {source} is not text.",
        "Its bytes fit no text encoding that is known here.",
        "Save it as UTF-8 text, then index again.",
    )


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _encodings(data: bytes) -> Iterator[str]:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            yield encoding
    yield "utf-8"
    if b"\x00" in data[:200]:
        yield "utf-16-le" if data[1:2] == b"\x00" else "utf-16-be"
        return
    if any(byte >= 0x80 for byte in data):
        yield from (encoding for encoding in _JAPANESE if _looks_japanese(data, encoding))
    if guess := charset_normalizer.from_bytes(data).best():
        yield guess.encoding


def _looks_japanese(data: bytes, encoding: str) -> bool:
    """Say whether decoding gives kana: Western text in a wrong Japanese encoding has none.

    Half-width katakana do not count: cp932 reads any accented Western letter as one.
    """
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return any("぀" <= character <= "ヿ" for character in text)
