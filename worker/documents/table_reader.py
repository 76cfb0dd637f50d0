"""Workbooks and delimited text: each row as a line that says its headers."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

from worker.documents.document import Document, document_of_lines, document_of_pages
from worker.documents.encodings import decode
from worker.documents.shown_values import shown

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

_DELIMITERS = ",;\t|"
_SAMPLE = 20_000  # characters from which the delimiter is guessed


def read_delimited(data: bytes, source: str) -> Document:
    """Return the rows of a .csv or .tsv file as lines; the delimiter is guessed.

    :raises DocumentError: if it is no text.
    """
    text = decode(data, source).text
    rows = csv.reader(StringIO(text, newline=""), _dialect(text[:_SAMPLE]))
    return document_of_lines(source, row_lines(rows))


def read_workbook(data: bytes, source: str) -> Document:
    """Return the rows of a workbook's sheets as lines, a page for each sheet, under its name."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that are not about text
        book = load_workbook(BytesIO(data), read_only=True, data_only=True)
        pages = (_sheet_lines(sheet) for sheet in book.worksheets)
        return document_of_pages(source, pages, between="\n\n")


def row_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield "header: value; header: value" for each row below the header.

    The header is the first row with two filled cells; what stands above it is a title.
    """
    header: list[str] = []
    below = False
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        filled = [cell for cell in cells if cell]
        if header and filled:
            below = True
            yield _line(header, cells)
        elif len(filled) > 1:
            header = cells
        else:
            yield from filled
    if header and not below:
        yield "; ".join(filter(None, header))


def _line(header: Sequence[str], cells: Sequence[str]) -> str:
    names = [*header, *[""] * (len(cells) - len(header))]
    named = zip(names, cells, strict=False)
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in named if cell)


def _dialect(sample: str) -> type[csv.Dialect]:
    try:
        return csv.Sniffer().sniff(sample, _DELIMITERS)
    except csv.Error:  # one column, or rows too uneven for a guess
        return csv.excel


def _sheet_lines(sheet: ReadOnlyWorksheet) -> Iterator[str]:
    sheet.reset_dimensions()  # some programs write wrong ones
    yield sheet.title
    yield from row_lines(
        [shown(cell.value, cell.number_format or "") for cell in row] for row in sheet.rows
    )
