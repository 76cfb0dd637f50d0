"""Cells of a closed workbook, edited as a person would in Excel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from xl_addin.workbook.columns import Table
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import CellValue, TableContent


def edit(path: Path, table: Table, row_id: CellValue, values: Mapping[str, CellValue]) -> None:
    """Set cells of the row whose first key column holds this id; a new id makes a new row."""
    book = FileBook.open(path)
    rows = [row.cells(table.columns) for row in book.read_table(table).rows]
    key = table.key[0]
    found = [row for row in rows if row[key] == row_id]
    if not found:
        rows.append(found_row := {**dict.fromkeys(table.headers), key: row_id})
        found = [found_row]
    found[0].update(values)
    write_rows(book, table, rows)
    book.save()


def write_rows(book: FileBook, table: Table, rows: list[dict[str, CellValue]]) -> None:
    """Write rows with all columns, the user's own among them."""
    columns = tuple(replace(column, owner="run") for column in table.columns)
    book.write_table(TableContent(table, rows, columns))
