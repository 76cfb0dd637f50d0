"""Text out of bytes, whatever their encoding."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from worker.documents.text.encoding_guess import likeliest
from worker.documents.text.encoding_labels import codec_of, shown
from worker.errors import DocumentError

#: The longer ones first: UTF-32 begins as UTF-16 does.
_BYTE_ORDER_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
#: What the encodings of old mail begin with, and Python's codecs for them.
_ESCAPES = {
    re.compile(rb"\x1b\$[@B(]|\x1b\([IJ]"): "iso2022_jp_ext",
    re.compile(rb"\x1b\$\)C"): "iso2022_kr",
}
#: Bytes that an encoding does not have come as surrogates, from Python's cp932 also as four
#: characters of private use. Where units are wide, or all bytes are ASCII, they come as U+FFFD.
_BAD = re.compile("[\udc80-\udcff\uf8f0-\uf8f3\x00]+")
_BAD_REPLACED = re.compile("[\ufffd\x00]+")
_WIDE = ("utf-16", "utf-32")
_OF_ASCII = "iso2022"
#: At most one place in so many characters beside ASCII may be bad. What is not UTF-8 gives hardly
#: a well-formed character of it for each bad one, let alone three.
_GOOD_FOR_ONE_BAD = 3
#: One character in so many may be a zero byte, or in a guess one that no text has: files that are
#: no text are full of them.
_TEXT_FOR_ONE_ZERO = 100
_TEXT_FOR_ONE_STRANGE = 20
_GUESSES = 3  # that are tried on the whole of a file
_PLACES = 3  # that are named


@dataclass(frozen=True)
class Decoded:
    """Text of a file, its lines ended by line feeds alone, each place that is no text a U+FFFD.

    `read_as` names the encoding, unless it is beyond doubt; `lost` says where the text is bad.
    """

    text: str
    read_as: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Reading:
    """Bytes as they read in one encoding; `said` is what there is to say of how it was found."""

    codec: str
    text: str
    said: str = ""

    @property
    def bad(self) -> re.Pattern[str]:
        """What finds the places at which the bytes do not fit the encoding."""
        return _BAD_REPLACED if _is_replaced(self.codec) else _BAD


def _is_replaced(codec: str) -> bool:
    return codec.startswith((*_WIDE, _OF_ASCII))


def decode(data: bytes, source: str, label: str = "") -> Decoded:
    """Return bytes as text.

    Order: byte order mark, the escape codes of old mail, UTF-8, what a label says, wide
    units without a mark, a guess. A few bad bytes are lost, and no more than they.

    :param label: what the file says of its encoding itself, as in "iso-8859-1".
    :raises DocumentError: if the bytes are no text in any of them.
    """
    for mark, codec in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark) and _is_plausible((marked := _read(data, codec)).text):
            return _decoded(marked)
    for reading in _readings(data, label):
        if _is_text(reading):
            return _decoded(reading)
    raise DocumentError(
        f"The file {source} is not text.",
        "Its bytes fit no text encoding that is known here.",
        "Save it as UTF-8 text, then run again.",
    )


def _readings(data: bytes, label: str) -> Iterator[_Reading]:
    """Yield what the bytes may say, in the order in which it is to be believed."""
    labelled = codec_of(label)
    otherwise = f"labelled {label}" if labelled not in (None, "utf-8") else ""
    for escape, codec in _ESCAPES.items():
        if data.isascii() and escape.search(data):
            yield _read(data, codec, "by its escape codes")
    yield _read(data, "utf-8", "" if data.isascii() else otherwise)
    if labelled and labelled != "utf-8":
        yield _read(data, labelled, "as labelled")
    guessed = f"guessed; labelled {label}" if label else "guessed"
    if b"\x00" in data:
        yield from (_read(data, codec, guessed) for codec in _wide_units(data))
    for codec in islice(likeliest(data), _GUESSES):
        yield _read(data, codec, guessed)


def _read(data: bytes, codec: str, said: str = "") -> _Reading:
    text = data.decode(codec, "replace" if _is_replaced(codec) else "surrogateescape")
    return _Reading(codec, text.removesuffix("\x1a"), said)  # DOS ended its files so


def _wide_units(data: bytes) -> Iterator[str]:
    """Yield the byte order, if there is one: high bytes are 0x00 for Latin and 0x30 for kana.

    Other text with stray zero bytes has few of them on either side, and must not pass as Chinese;
    what is no text has as many on both.
    """
    zeros = data.count(b"\x00")
    if zeros * 2 > len(data):
        yield "utf-32-le" if data[0] else "utf-32-be"
    if data.isascii() and zeros * 5 < len(data) * 2:
        return
    first, second = (sum(byte in b"\x000" for byte in data[start::2]) for start in (0, 1))
    if max(first, second) > max(len(data) / 20, 2 * min(first, second)):
        yield "utf-16-be" if first > second else "utf-16-le"


def _is_text(reading: _Reading) -> bool:
    """Say whether so little of a reading is bad that this is the encoding all the same.

    A character that was cut at the very end says nothing against it.
    """
    text, zeros = reading.text, reading.text.count("\x00")
    if zeros * _TEXT_FOR_ONE_ZERO > len(text):
        return False
    bad = [len(found[0]) for found in reading.bad.finditer(text) if "\x00" not in found[0]]
    plain = 0 if reading.codec.startswith(_WIDE) else len(text.encode("ascii", "ignore"))
    good = len(text) - plain - sum(bad)
    if bad and good and reading.bad.fullmatch(text[-1]):
        bad.pop()
    if len(bad) * _GOOD_FOR_ONE_BAD > good:
        return False
    return not reading.said.startswith("guessed") or _is_plausible(text)


def _is_plausible(text: str) -> bool:
    """Say whether next to nothing is a control, of private use, or not assigned at all.

    One such character says nothing: Japanese offices write rare names with some of their own.
    """
    strange = sum(
        count
        for character, count in Counter(text).items()
        if unicodedata.category(character) in ("Cc", "Co", "Cn") and not character.isspace()
    )
    return (strange - 1) * _TEXT_FOR_ONE_STRANGE <= len(text)


def _decoded(reading: _Reading) -> Decoded:
    name = shown(reading.codec)
    text = reading.bad.sub("\ufffd", reading.text)
    return Decoded(
        text.replace("\r\n", "\n").replace("\r", "\n"),
        (f"{name} ({reading.said})",) if reading.said else (),
        tuple(_losses(reading, name)),
    )


def _losses(reading: _Reading, name: str) -> Iterator[str]:
    """Yield a sentence that counts the bad places and names the first of them."""
    text = reading.text
    count = sum(1 for _ in reading.bad.finditer(text))
    if not count:
        return
    places = [_place(reading, found) for found in islice(reading.bad.finditer(text), _PLACES)]
    what = "1 character cannot" if count == 1 else f"{count} characters cannot"
    told = ", ".join(places)
    if count <= _PLACES:
        yield f"{what} be read, because the bytes there are no {name}: in {told}."
    else:
        yield f"{what} be read, because the bytes there are no {name}: the first of them in {told}."


def _place(reading: _Reading, found: re.Match[str]) -> str:
    """Return line and bytes of a place, both counted from 1; no bytes where codes stand between."""
    before = reading.text[: found.start()]
    line = len(re.findall("\r\n|\r|\n", before)) + 1
    if reading.codec.startswith(_OF_ASCII):
        return f"line {line}"
    encode = "ignore" if reading.bad is _BAD_REPLACED else "surrogateescape"
    byte = len(before.encode(reading.codec, encode)) + 1
    return f"line {line} (byte {byte} of the file)"
