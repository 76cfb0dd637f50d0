"""Reading a table: by its name, else, in a plain workbook, by its headers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Protocol

from worker.errors import ColumnError, TableMissingError
from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Table, header_key
from xl_addin.workbook.port import CellValue, NotComputed, Row, TableData
from xl_addin.workbook.table.table_shape import CurrentTable, own_area

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
    current, area = place.table, own_area(place.table)
    headers = table.as_listed(current.headers)
    _check_headers(headers, table, f"The table {table.name} on sheet {place.sheet}")
    top, bottom = area.top + current.has_header_row, area.bottom - current.has_totals_row
    data = replace(area, top=top, bottom=bottom)
    rows = filled_rows(headers, values.rows(place.sheet, data), data.top)
    shown = dict(zip(headers, current.headers, strict=True))
    return TableData(place.sheet, tuple(headers), rows, shown, data.top)


def find_plain(values: SheetValues, table: Table, book: str) -> TableData | None:
    """Return the one sheet that has the marks of `table` in its first ten rows.

    None if no sheet has, and none has the name that the table's own sheet would have: of an
    optional table, a sheet of that name may be anything of the user's.

    :raises TableMissingError: if two sheets have them, or the sheet of that name has not.
    :raises ColumnError: if a column of the layout stands there twice.
    """
    found = [
        (sheet, position, headers)
        for sheet in (values.sheets if table.marks else [])
        for position, headers in enumerate(_first_rows(values, sheet, table), start=1)
        if {*table.marks} <= {*headers}
    ]
    sheets = list(dict.fromkeys(sheet for sheet, _, _ in found))
    if len(sheets) > 1:
        raise _on_two_sheets(table, book, sheets)
    if not found:
        for sheet in values.sheets if table.marks and not table.optional else []:
            if header_key(sheet) == header_key(table.sheet):
                raise _lost_headers(table, book, sheet, [*_first_rows(values, sheet, table)])
        return None
    sheet, position, headers = found[0]
    _check_headers(headers, table, f"Sheet {sheet} of '{book}'")
    below = islice(values.rows(sheet), position, None)
    named = tuple(header for header in headers if header)
    return TableData(sheet, named, filled_rows(headers, below, position + 1))


def _first_rows(values: SheetValues, sheet: str, table: Table) -> Iterator[list[str]]:
    for row in islice(values.rows(sheet), HEADER_ROWS):
        texts = ["" if value is None else str(value).strip() for value in row]
        yield table.as_listed(texts)


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
                f"Give one column the header '{header}'.",
            )


def no_table_for_results(names: Sequence[str], book: str) -> TableMissingError:
    """Return the error for results that have no tables of these names to go to."""
    several = len(names) > 1
    return TableMissingError(
        f"'{book}' has no table{'s' * several} {', '.join(names)}.",
        "Results are written into tables of those names."
        if several
        else "Results are written into the table of that name.",
        "Give each its name back (Table Design, Table Name), plain cells after they were made a "
        "table (Insert, Table); or start from a fresh workbook: bonsai new FILE.xlsx",
    )


def table_missing(table: Table, book: str) -> TableMissingError:
    """Return the error for a table of which a workbook has neither the name nor the headers."""
    if not table.marks:
        return no_table_for_results([table.name], book)
    return TableMissingError(
        f"'{book}' has no table {table.name}.",
        "No table has that name, and no sheet has these headers in its first rows: "
        f"{', '.join(table.marks)}.",
        "Start from a fresh workbook (bonsai new FILE.xlsx), or give the columns those headers.",
    )


def _on_two_sheets(table: Table, book: str, sheets: Sequence[str]) -> TableMissingError:
    return TableMissingError(
        f"'{book}' has the columns of {table.name} on two sheets: {', '.join(sheets)}.",
        "It is not clear which of them counts.",
        "Keep one, or rename the headers of the other.",
    )


def _lost_headers(
    table: Table, book: str, sheet: str, rows: Sequence[Sequence[str]]
) -> TableMissingError:
    nearest = max(rows, key=lambda row: len({*table.marks} & {*row}), default=())
    lost = [header for header in table.marks if header not in nearest]
    return TableMissingError(
        f"'{book}' has a sheet {sheet}, but no table {table.name} that can be read from it.",
        f"It is no table of that name, and its first {HEADER_ROWS} rows lack these headers: "
        f"{', '.join(lost)}.",
        "Give the columns those headers, in one row; or rename the sheet if it is another one.",
    )
