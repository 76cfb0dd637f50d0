"""The pages of what is in a workbook: settings, sheets, worksheet functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xl_addin.jobs import EXCEL_JOBS, SHEETS
from xl_addin.jobs.base import Sheet
from xl_addin.reference.markdown import code, page, table
from xl_addin.sheets.setting_values import Given
from xl_addin.sheets.settings import SETTING_ROWS, SETTINGS
from xl_addin.sheets.settings.setting import Setting
from xl_addin.template.worksheet_functions import FUNCTIONS, WorksheetFunction
from xl_addin.workbook.columns import Column, Kind, Table

_KIND_WORDS: Mapping[Kind, str] = {
    "text": "text",
    "wrapped": "text, wrapped",
    "integer": "whole number",
    "score": "score",
    "similarity": "cosine",
    "seconds": "seconds",
    "weight": "weight",
    "any": "text or number",
}


def settings_page() -> str:
    """Return the page of all settings, in the order of the sheet."""
    headers = ("setting", "usual value", "takes", "option", "meaning")
    rows = [
        (row.name, _usual(row.default), row.reader.expected or "text", _option(row), row.meaning)
        for row in SETTING_ROWS
    ]
    return page(
        "Settings",
        f"The rows of the sheet {SETTINGS.sheet}. {SETTINGS.note} An option on the command line, "
        "where there is one, stands over the sheet.",
        *table(headers, rows),
    )


def sheets_page() -> str:
    """Return the page of all sheets, from left to right."""
    return page(
        "Sheets",
        "The sheets of a workbook, from left to right. Tables are found by name and columns by "
        "header, so you may move, sort, filter and add columns. What is written by you is never "
        "overwritten; it follows the row it belongs to.",
        *(line for sheet in SHEETS for line in _sheet(sheet)),
    )


def functions_page() -> str:
    """Return the page of all worksheet functions, as the function wizard shows them."""
    return page(
        "Worksheet functions",
        "In a workbook with macros (.xlsm), in Excel for Windows. A bad argument is `#VALUE!`; "
        "what is not available now is `#N/A`.",
        *(line for function in FUNCTIONS for line in _function(function)),
    )


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield from ("", f"## {sheet.sheet}")
    if sheet.note:
        yield from ("", sheet.note)
    if isinstance(sheet, Table):
        yield from ("", _about_table(sheet))
        headers = ("column", "holds", "written by", "more")
        yield from table(headers, map(_column, sheet.columns))
        if sheet.family:
            yield from ("", _about_family(sheet))


def _about_table(table: Table) -> str:
    known = f"; a row is known by its {' and '.join(table.key)}" if table.key else ""
    return f"Table `{table.name}` ({table.title}){known}."


def _about_family(table: Table) -> str:
    return (
        "Then come two columns for each point of view, headed by its ID: its cosines, and with "
        f"`{table.family}` behind the ID its contrast values. Between them *Row mean* is what of "
        "each row's mean is taken off."
    )


def _column(column: Column) -> tuple[str, ...]:
    writer = "you" if column.owner == "user" else "BONSAI"
    more = (
        " or ".join(column.choices),
        "needed" if column.required else "",
        "hidden" if column.hidden else "",
    )
    return column.header, _KIND_WORDS[column.kind], writer, "; ".join(filter(None, more))


def _option(row: Setting[Any]) -> str:
    commands = [job.kind.name for job in EXCEL_JOBS if row in job.flags]
    return f"{code(row.flag)} ({', '.join(commands)})" if commands else ""


def _usual(value: Given) -> str:
    return code(f"{value:g}" if isinstance(value, float) else str(value))


def _function(function: WorksheetFunction) -> Iterator[str]:
    names = [f"[{each.name}]" if each.optional else each.name for each in function.arguments]
    yield from ("", f"## {function.name}", "")
    yield from (code(f"={function.name}({', '.join(names)})"), "", function.help)
    yield from table(("argument", "is"), [(each.name, each.help) for each in function.arguments])
