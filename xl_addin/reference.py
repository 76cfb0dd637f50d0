"""The pages of docs/ that the code tells of itself: python -m xl_addin.reference writes them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xl_addin.jobs import EXCEL_JOBS, SHEETS
from xl_addin.jobs.base import Sheet
from xl_addin.sheets.setting_values import Given
from xl_addin.sheets.settings import SETTING_ROWS, SETTINGS
from xl_addin.sheets.settings.setting import Setting
from xl_addin.workbook.columns import Column, Kind, Table

#: The folder of a source checkout that holds the pages.
DOCS = Path(__file__).resolve().parent.parent / "docs"

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
    return _page(
        "Settings",
        f"The rows of the sheet {SETTINGS.sheet}. {SETTINGS.note} An option on the command line, "
        "where there is one, stands over the sheet.",
        *_table(headers, rows),
    )


def sheets_page() -> str:
    """Return the page of all sheets, from left to right."""
    return _page(
        "Sheets",
        "The sheets of a workbook, from left to right. Tables are found by name and columns by "
        "header, so you may move, sort, filter and add columns. What is written by you is never "
        "overwritten; it follows the row it belongs to.",
        *(line for sheet in SHEETS for line in _sheet(sheet)),
    )


PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "sheets.md": sheets_page,
}


def main() -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8", newline="\n")
        sys.stdout.write(f"{DOCS / name}\n")


def _page(title: str, *parts: str) -> str:
    made = "<!-- Made by: python -m xl_addin.reference -->"
    return "\n".join((made, f"# {title}", "", *parts)).rstrip("\n") + "\n"


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield from ("", f"## {sheet.sheet}")
    if sheet.note:
        yield from ("", sheet.note)
    if isinstance(sheet, Table):
        yield from ("", _about_table(sheet))
        headers = ("column", "holds", "written by", "more")
        yield from _table(headers, map(_column, sheet.columns))
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
    return f"`{row.flag}` ({', '.join(commands)})" if commands else ""


def _usual(value: Given) -> str:
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return shown and f"`{shown}`"


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield from ("", _line(headers), "|---" * len(headers) + "|")
    yield from map(_line, rows)


def _line(cells: Sequence[str]) -> str:
    return "|" + "|".join(f" {_escaped(cell)} " if cell else " " for cell in cells) + "|"


def _escaped(cell: str) -> str:
    return cell.replace("|", r"\|").replace("*", r"\*")


if __name__ == "__main__":
    main()
