"""The value of one cell in the XML of a sheet: its text, number, truth value or date."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from lxml.etree import _Element as Element
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from xl_addin.workbook.cells import plain_value
from xl_addin.workbook.file.markup import TRUE, children, q
from xl_addin.workbook.port import CellValue, NotComputed

_NO_DATE = "#VALUE!"


class CellValues:
    """Reads cells with the shared texts and the date formats of their workbook.

    A cell whose number is none is read as the text that stands there.
    """

    def __init__(
        self, texts: Sequence[str], formats: Mapping[int, str], *, from_1904: bool
    ) -> None:
        self._texts = texts
        self._dates = {index for index, code in formats.items() if is_date_format(code)}
        self._spans = {index for index, code in formats.items() if is_timedelta_format(code)}
        self._epoch = MAC_EPOCH if from_1904 else WINDOWS_EPOCH

    def value(self, cell: Element) -> CellValue:
        """Return what a cell shows, dates as ISO text; None where it is empty.

        Of a formula with an empty text Excel says that it is text; one without kind and value was
        never computed.
        """
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            text = cell.find(q("is"))
            return None if text is None else plain_value(text_of(text))
        content = cell.findtext(q("v"))
        if not content:
            is_waiting = kind != "str" and cell.find(q("f")) is not None
            return NotComputed() if is_waiting else None
        if kind == "n":
            return plain_value(self._number(content, cell.get("s")))
        if kind == "s":
            return plain_value(self._text(content))
        if kind == "b":
            return content.strip() in TRUE
        return plain_value(_date(content) if kind == "d" else content)

    def _number(self, content: str, style: str | None) -> object:
        number = _number(content)
        if number is None:
            return content
        index = int(style) if style and style.isdecimal() else 0
        if index not in self._dates:
            return number
        try:
            return from_excel(number, self._epoch, timedelta=index in self._spans)
        except (OverflowError, ValueError):
            return _NO_DATE

    def _text(self, content: str) -> str | None:
        index = _number(content)
        if not isinstance(index, int) or not 0 <= index < len(self._texts):
            return None
        return self._texts[index]


def text_of(item: Element) -> str:
    """Return the text of a shared or inline string, whatever its runs look like."""
    runs = [item, *children(item, "r")]
    return "".join(text.text or "" for run in runs for text in children(run, "t"))


def number_formats(styles: Element) -> dict[int, str]:
    """Return the number format of every cell format, by its index."""
    codes = dict(BUILTIN_FORMATS)
    for item in children(styles.find(q("numFmts")), "numFmt"):
        number = str(item.get("numFmtId"))
        if number.isdigit():
            codes[int(number)] = item.get("formatCode") or ""
    listed = children(styles.find(q("cellXfs")), "xf")
    numbers = [str(item.get("numFmtId")) for item in listed]
    return {
        index: codes.get(int(number), "") for index, number in enumerate(numbers)
        if number.isdigit()
    }  # fmt: skip


def _number(content: str) -> int | float | None:
    try:
        return int(content)
    except ValueError:
        pass
    try:
        number = float(content)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _date(content: str) -> object:
    try:
        return from_ISO8601(content)  # type: ignore[no-untyped-call]
    except ValueError:
        return content
