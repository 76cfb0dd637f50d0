"""Reading a table: by its name, else, in a plain workbook, by its headers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Protocol

from worker.errors import ColumnError, TableMissingError
from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Table
from xl_addin.workbook.port import CellValue, NotComputed, Row, TableData
from xl_addin.workbook.table.table_shape import CurrentTable

HEADER_ROWS = 10


class SheetValues(Protocol):
    """The values of a workbook, sheet by sheet."""

    @property
    def sheets(self) -> Sequence[str]:
        """Names of the sheets that have cells."""
        ...

    def rows(self, sheet: str, area: Area | None = None) -> Iterator[tuple[CellValue, ...]]:
        """Yield the rows of an area; of the whole sheet, from A1, where there is none."""
        ...


class TablePlace(Protocol):
    """A named table and the sheet it stands on."""

    @property
    def sheet(self) -> str:
        """The name of the sheet."""
        ...

    @property
    def table(self) -> CurrentTable:
        """The table."""
        ...


def read_named(values: SheetValues, place: TablePlace, table: Table) -> TableData:
    """Return a table that stands there under its name.

    :raises ColumnError: if a required column is missing, or one of the layout stands there twice.
    """
    current, area = place.table, place.table.area
    where = f"The table {table.name} on sheet {place.sheet}"
    _check_headers(current.headers, table, where)
    top, bottom = area.top + current.has_header_row, area.bottom - current.has_totals_row
    data = replace(area, top=top, bottom=bottom)
    rows = filled_rows(current.headers, values.rows(place.sheet, data), data.top)
    return TableData(place.sheet, tuple(current.headers), rows)


def read_plain(values: SheetValues, table: Table, book: str) -> TableData:
    """Return the one sheet that has the required headers of `table` in its first ten rows.

    :raises TableMissingError: if no sheet has them, or two have.
    :raises ColumnError: if a column of the layout stands there twice.
    """
    found = [
        (sheet, position, row)
        for sheet in (values.sheets if table.required else [])
        for position, row in enumerate(islice(values.rows(sheet), HEADER_ROWS), start=1)
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
    return TableData(sheet, named, filled_rows(headers, below, position + 1))


def filled_rows(
    headers: Sequence[str], blocks: Iterable[tuple[CellValue, ...]], first: int
) -> tuple[Row, ...]:
    """Return the rows in which something stands below a header.

    :param first: the number on the sheet of the first of `blocks`.
    """
    return tuple(
        Row(number, values)
        for number, block in enumerate(blocks, start=first)
        if any(map(_is_filled, block))
        if (values := {h: value for h, value in zip(headers, block, strict=False) if h})
        if any(map(_is_filled, values.values()))
    )


def _is_filled(value: CellValue) -> bool:
    return isinstance(value, NotComputed) or (value is not None and str(value).strip() != "")


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


def no_table_for_results(table: Table, book: str) -> TableMissingError:
    """Return the error for results that have no table to go to."""
    return TableMissingError(
        f"'{book}' has no table {table.name}.",
        "Results are written into the table of that name.",
        f"Give it its name back ({table.name}; Table Design, Table Name), plain cells after they "
        "were made a table (Insert, Table); or start from a fresh workbook: bonsai new FILE.xlsx",
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
