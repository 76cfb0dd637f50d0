"""Values of cells on their way through COM."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from tests.excel.com.com_types import CELL_ERRORS, com_time
from tests.excel.model.sheet import ModelSheet
from tests.excel.model.typed import ErrorValue, Refused, Value, serial
from xl_addin.workbook.areas import Area

#: A text this long, or longer, makes Range.Formula fail (xlwings' issue 887).
TOO_LONG_FOR_FORMULA = 8_222

_CURRENCIES = ("$", "€", "£", "¥")


def block(rows: list[list[object]]) -> object:
    """Return cells as COM does: one alone without its shells."""
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    return tuple(tuple(row) for row in rows)


def value_of(sheet: ModelSheet, row: int, column: int) -> object:
    """Return what Range.Value tells of a cell."""
    value = sheet.value(row, column)
    if isinstance(value, dt.datetime):
        return com_time(value)
    if isinstance(value, float) and _is_currency(sheet.number_format(row, column)):
        return Decimal(str(round(value, 4)))
    return _plain(value)


def value2_of(sheet: ModelSheet, row: int, column: int) -> object:
    """Return what Range.Value2 tells: dates and amounts of money are numbers."""
    value = sheet.value(row, column)
    return serial(value) if isinstance(value, dt.datetime) else _plain(value)


def formula_of(sheet: ModelSheet, row: int, column: int) -> str:
    """Return what Range.Formula tells: a formula, or the constant in English.

    :raises Refused: if it is too long.
    """
    value = sheet.formula(row, column)
    text = _written(value)
    if len(text) >= TOO_LONG_FOR_FORMULA:
        raise Refused("Unable to get the Formula property of the Range class")
    return text


def spread(value: object, area: Area) -> list[list[object]]:
    """Return the value for each cell of an area: one for all of them, or a block of its shape.

    :raises Refused: if the block has another shape, or holds what no cell can.
    """
    if not isinstance(value, (list, tuple)):
        return [[_checked(value)] * len(area.columns)] * len(area.rows)
    rows = value if value and isinstance(value[0], (list, tuple)) else [value]
    if len(rows) != len(area.rows) or any(len(row) != len(area.columns) for row in rows):
        raise Refused("The stand-in for Excel takes blocks that fit their cells alone.")
    return [[_checked(item) for item in row] for row in rows]


def _checked(value: object) -> object:
    """Return a value that pywin32 can hand over and Excel takes."""
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise Refused("The stand-in for Excel takes no dates without a time zone.")
        return value.replace(tzinfo=None)
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    if not -(1 << 31) <= value < 1 << 31:
        raise Refused("Application-defined or object-defined error")
    return float(value)


def _plain(value: Value) -> object:
    return CELL_ERRORS[value.name] if isinstance(value, ErrorValue) else value


def _written(value: Value) -> str:
    if isinstance(value, ErrorValue):
        return value.name
    if isinstance(value, bool):
        return str(value).upper()
    number = serial(value) if isinstance(value, dt.datetime) else value
    if isinstance(number, float):
        return f"{number:.15g}"
    return "" if number is None else str(number)


def _is_currency(number_format: str) -> bool:
    return any(mark in number_format.replace("[$-", "") for mark in _CURRENCIES)


def same(values: Sequence[object]) -> object:
    """Return the value that all cells share; None where they differ, as Excel answers."""
    first = values[0]
    return first if all(value == first for value in values) else None
