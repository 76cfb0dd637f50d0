"""What stands in a cell that holds no words: an error, a truth value, a bare number, a date."""

from __future__ import annotations

import re
import unicodedata

from xl_addin.workbook.cells import NEWER_ERRORS
from xl_addin.workbook.columns import header_key
from xl_addin.workbook.port import CellValue

#: An error value of which nobody knows the name.
UNNAMED_ERROR = "#ERROR!"

#: Error values by the names that files and Excel's own objects give them, in every language.
ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", UNNAMED_ERROR}
    | set(NEWER_ERRORS.values())
)

_OFFICE_ERROR = re.compile(r"Err:\d{3}")  # LibreOffice's own
# Digits with their separators; one sign, such as that of a currency, may stand at either end.
_NUMBER = re.compile(r"[-+−(]*[^\w\s]?\s?\d[\d.,'’ ]*(?:[eE][-+]?\d+)?\s?[^\w\s]?\)?")
_DAY = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
_HOUR = r"(?:-?\d+ days?, )?\d{1,3}:\d{2}(?::\d{2}(?:\.\d+)?)?"
_DATE = re.compile(rf"(?:{_DAY})(?:[T ]{_HOUR})?|{_HOUR}")
_TRUTH = ("true", "false")
_TOTALS = frozenset({
    "total", "totals", "grandtotal", "subtotal", "sum", "summe", "gesamt", "合計", "総計", "小計",
    "総合計", "累計", "計",
})  # fmt: skip


def is_error(value: CellValue) -> bool:
    """Say whether a cell holds an error value."""
    return isinstance(value, str) and bool(value in ERRORS or _OFFICE_ERROR.fullmatch(value))


def wordless(value: CellValue) -> str:
    """Return what a cell holds instead of words, like 'the number 12'; nothing if it holds words.

    It does not matter whether Excel knows it as such, or it is text that says nothing else.
    """
    text = "" if value is None else unicodedata.normalize("NFKC", str(value)).strip()
    kinds = (
        (f"the error value {text}", is_error(text)),
        (f"the truth value {text.upper()}", text.casefold() in _TRUTH),
        (f"the date or time {text}", _DATE.fullmatch(text)),
        (f"the number {text}", _NUMBER.fullmatch(text)),
    )
    return next((kind for kind, holds in kinds if holds), "")


def is_total(text: str) -> bool:
    """Say whether a text says no more than that a row is the sum of those above it."""
    return header_key(text).strip(":") in _TOTALS
