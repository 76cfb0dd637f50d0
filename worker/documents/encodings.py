"""Text out of bytes, whatever their encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator

import charset_normalizer

from worker.errors import DocumentError

#: Tried in turn when a file is not UTF-8; each one fails on text of the others in practice.
_ESCAPE = b"\x1b$"
_JAPANESE = ("cp932", "euc_jp")
#: What Western European text holds besides ASCII. Letters that stand in such text only when it is
#: really Central European or Turkish (š, ž, ð, ý, þ, ³, …) are left out on purpose.
_WESTERN_LETTERS = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüßœÿÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒŸ")
_WESTERN_SIGNS = frozenset("‘’‚“”„–—…«»‹›¡¿·•€£§°©®™\xa0")
#: Portuguese writes õ before e alone; elsewhere it is the Hungarian ő of another encoding.
_NOT_PORTUGUESE = re.compile("õ(?!e)", re.IGNORECASE)
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


def decode(data: bytes, source: str) -> str:
    """Return bytes as text, its lines ended by line feeds alone.

    Order: byte order mark, UTF-8, UTF-16 without a mark, Japanese encodings, Windows' Western
    encoding, then a statistical guess.

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


def _encodings(data: bytes) -> Iterator[str]:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            yield encoding
    if _ESCAPE in data:
        yield "iso2022_jp"  # plain ASCII to every other encoding
    yield "utf-8"
    if b"\x00" in data:
        yield from _utf_16(data)
        return
    if any(byte >= 0x80 for byte in data):
        yield from (encoding for encoding in _JAPANESE if _looks_japanese(data, encoding))
        if _looks_western(data):
            yield "cp1252"
    if guess := charset_normalizer.from_bytes(data).best():
        yield guess.encoding


def _utf_16(data: bytes) -> Iterator[str]:
    """Yield the byte order, if there is one: high bytes are 0x00 for Latin and 0x30 for kana.

    Other text with a stray zero byte has few of them on either side, and must not pass as Chinese.
    """
    first, second = (sum(byte in b"\x000" for byte in data[start::2]) for start in (0, 1))
    if max(first, second) > len(data) / 20:
        yield "utf-16-be" if first > second else "utf-16-le"


def _looks_japanese(data: bytes, encoding: str) -> bool:
    """Say whether decoding gives kana: Western text in a wrong Japanese encoding has none.

    Half-width katakana do not count: cp932 reads any accented Western letter as one.
    """
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return any("぀" <= character <= "ヿ" for character in text)


def _looks_western(data: bytes) -> bool:
    """Say whether this is mostly unaccented letters, the rest being those of Western Europe.

    A statistical guess needs more text than a short file holds: it reads "café" as Chinese.
    """
    text = data.decode("cp1252", "replace")
    accented = [character for character in text if character > "\x7f"]
    letters = sum(character in _WESTERN_LETTERS for character in accented)
    signs = sum(character in _WESTERN_SIGNS for character in accented)
    plain = sum(character.isalpha() for character in text if character <= "\x7f")
    hungarian = _NOT_PORTUGUESE.search(text)
    return letters + signs == len(accented) and letters < plain and not hungarian
