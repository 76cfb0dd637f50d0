"""Reading a table: by its name, else, in a plain workbook, by its headers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from worker.errors import ColumnError, TableMissingError
from xl_addin.workbook.layout import Table
from xl_addin.workbook.port import CellValue, Row, TableData
from xl_addin.workbook.values import Values
from xl_addin.workbook.workbook_part import PlacedTable

_HEADER_ROWS = 10


def read_named(values: Values, placed: PlacedTable, table: Table) -> TableData:
    """Return a table that stands there under its name.

    :raises ColumnError: if a required column is missing, or one of the layout stands there twice.
    """
    headers = placed.table.headers
    where = f"The table {table.name} on sheet {placed.sheet}"
    _check_headers(headers, table, where)
    rows = all_rows(values, placed)
    return TableData(placed.sheet, tuple(headers), _without_blank(rows))


def all_rows(values: Values, placed: PlacedTable) -> tuple[Row, ...]:
    """Return every row below the header of a table, blank ones too."""
    area = placed.table.area
    data = replace(area, top=area.top + 1, bottom=area.bottom - placed.table.has_totals_row)
    return _rows(placed.table.headers, values.rows(placed.sheet, data), data.top)


def read_plain(values: Values, table: Table, book: str) -> TableData:
    """Return the one sheet that has the required headers of `table` in its first ten rows.

    :raises TableMissingError: if no sheet has them, or two have.
    :raises ColumnError: if a column of the layout stands there twice.
    """
    found = [
        (sheet, position, row)
        for sheet in (values.sheets if table.required else [])
        for position, row in enumerate(islice(values.rows(sheet), _HEADER_ROWS), start=1)
        if set(table.required) <= set(_header_texts(row))
    ]
    sheets = list(dict.fromkeys(sheet for sheet, _, _ in found))
    if len(sheets) != 1:
        raise _missing(table, book, sheets)
    sheet, position, row = found[0]
    headers = _header_texts(row)
    _check_headers(headers, table, f"Sheet {sheet} of '{book}'")
    below = islice(values.rows(sheet), position, None)
    named = tuple(header for header in headers if header)
    return TableData(sheet, named, _without_blank(_rows(headers, below, position + 1)))


def _rows(
    headers: Sequence[str], blocks: Iterable[tuple[CellValue, ...]], first: int
) -> tuple[Row, ...]:
    return tuple(
        Row(
            number, {header: value for header, value in zip(headers, block, strict=False) if header}
        )
        for number, block in enumerate(blocks, start=first)
    )


def _without_blank(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(row for row in rows if any(_is_filled(value) for value in row.values.values()))


def _is_filled(value: CellValue) -> bool:
    return value is not None and str(value).strip() != ""


def _header_texts(row: Iterable[CellValue]) -> list[str]:
    return ["" if value is None else str(value).strip() for value in row]


def _check_headers(headers: Sequence[str], table: Table, where: str) -> None:
    for header in table.headers:
        if headers.count(header) > 1:
            raise ColumnError(
                f"{where} has the column '{header}' twice.",
                "It is not clear which of them counts.",
                "Rename one of them.",
            )
    for header in table.required:
        if header not in headers:
            raise ColumnError(
                f"{where} has no column '{header}'.",
                f"Its columns are: {', '.join(filter(None, headers))}.",
                f"Give one column the header '{header}', exactly so.",
            )


def _missing(table: Table, book: str, sheets: Sequence[str]) -> TableMissingError:
    if sheets:
        return TableMissingError(
            f"'{book}' has the columns of {table.name} on two sheets: {', '.join(sheets)}.",
            "It is not clear which of them counts.",
            "Keep one, or rename the headers of the other.",
        )
    why = "No table has that name"
    if table.required:
        why += f", and no sheet has these headers in its first rows: {', '.join(table.required)}"
    return TableMissingError(
        f"'{book}' has no table {table.name}.",
        f"{why}.",
        "Start from a fresh workbook (bonsai new FILE.xlsx), or give the columns those headers.",
    )
