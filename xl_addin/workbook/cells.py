"""Values of cells: clean text, finite numbers, and the height that text needs."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata

from xl_addin.workbook.port import CellValue
from xl_addin.workbook.text_lines import line_count, pieces_of_lines

MAX_UNITS = 32_767
MAX_LINE_FEEDS = 253
MAX_HEIGHT = 409.0
LINE_HEIGHT = 15.0
_WIDE_LINE_HEIGHT = 17.5

#: Error values that xlwings 0.37.8 does not know and hands over as numbers: those of XlCVError, as
#: they arrive from Windows.
NEWER_ERRORS = {
    -2146828288 + number: name
    for number, name in {
        2043: "#GETTING_DATA",
        2045: "#SPILL!",
        2046: "#CONNECT!",
        2047: "#BLOCKED!",
        2048: "#UNKNOWN!",
        2049: "#FIELD!",
        2050: "#CALC!",
    }.items()
}

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
# What is undone on reading: the underscore that keeps such a text as it is, and control characters.
_ESCAPED = re.compile(r"_x(005[Ff]|00[01][0-9A-Fa-f])_")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t")
_LONGEST_NUMBER = 64  # characters of a date that is written out, with room to spare


def clean_text(text: str) -> str:
    """Return `text` as a cell can hold it.

    Line ends become line feeds; control characters, lone surrogates and non-characters go; at
    most 32,767 UTF-16 units and 253 line feeds stay, and a cut ends with '…'.
    """
    text = _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = text.split("\n")
    if len(lines) > MAX_LINE_FEEDS + 1:
        text = _cut("\n".join(lines[: MAX_LINE_FEEDS + 1]), MAX_UNITS - 1)
    elif len(text.encode("utf-16-le")) > 2 * MAX_UNITS:
        text = _cut(text, MAX_UNITS - 1)
    return text


def _cut(text: str, units: int) -> str:
    # "ignore" drops the half of a surrogate pair that the cut may leave at the end.
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore") + "…"


def looks_like_formula(text: str) -> bool:
    """Say whether Excel would compute `text` if somebody typed it."""
    return text.startswith(_FORMULA_STARTS)


def typed_text(text: str) -> str:
    """Return `text` as it is handed to a running Excel, which reads it as if it were typed.

    An apostrophe, which does not show, keeps text that Excel would compute or turn into a number,
    a date, a truth or error value, in any language.
    """
    return f"'{text}" if _would_be_converted(text) else text


def _would_be_converted(text: str) -> bool:
    if looks_like_formula(text) or text.startswith("'"):
        return True
    word = text.strip()
    if len(word) > _LONGEST_NUMBER or "\n" in word:
        return False
    return word.isalpha() or word.startswith("#") or any(char.isdigit() for char in word)


def escape_text(text: str) -> str:
    """Return `text` as it stands in a file, where `_x0041_` would be read as a character."""
    return _ESCAPE.sub(r"_x005F_x\1_", text)


def unescape_text(text: str) -> str:
    """Return text as it stands in a file the way Excel shows it."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def plain_value(value: object) -> CellValue:
    """Return a value as read from a file: whole numbers as int, dates as ISO text."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, str):
        return unescape_text(value)
    return value if isinstance(value, (int, float)) or value is None else str(value)


def writable_value(value: CellValue) -> CellValue:
    """Return a value as it may be written; what is not a number, or infinite, becomes empty.

    An error value would switch off the colour scale of its whole column.
    """
    if isinstance(value, str):
        return clean_text(value) or None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def row_height(cells: list[tuple[str, float]]) -> float:
    """Return the height in points that a row needs for (text, column width) pairs.

    An estimate; Excel shows at most 409 points.
    """
    needed = (_line_height(text) * line_count(text, width) for text, width in cells)
    return min(max(needed, default=LINE_HEIGHT), MAX_HEIGHT)


def _line_height(text: str) -> float:
    """Return the height of a line, which is more in the East Asian font."""
    is_wide = any(unicodedata.east_asian_width(char) in "WF" for char in text)
    return _WIDE_LINE_HEIGHT if is_wide else LINE_HEIGHT


def text_pieces(text: str, width: float) -> list[str]:
    """Return `text` in pieces, each of which one row shows whole in a column of that width."""
    return pieces_of_lines(text, width, int(MAX_HEIGHT // _line_height(text)))


def shortened(text: str, length: int) -> str:
    """Return `text`, cut with an ellipsis if it has more than `length` characters."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
