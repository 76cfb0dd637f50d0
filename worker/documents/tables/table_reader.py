"""Delimited text: each row as a line that says its headers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from worker.documents.document import Document, document_of_lines
from worker.documents.tables.delimited_text import delimited
from worker.documents.tables.table_header import Row
from worker.documents.tables.table_text import TableText
from worker.documents.text.encodings import decode


def read_delimited(data: bytes, source: str) -> Document:
    """Return the rows of a .csv or .tsv file as lines.

    :raises DocumentError: if it is no text.
    """
    decoded = decode(data, source)
    table, lines = delimited(decoded.text), TableText()
    document = document_of_lines(source, lines.lines(_filled(table.rows())))
    read_as = (*decoded.read_as, *filter(None, [table.said]), *lines.read_as())
    return replace(document, lost=decoded.lost, read_as=read_as)


def _filled(rows: Iterable[list[str]]) -> Iterator[Row]:
    for number, fields in enumerate(rows, start=1):
        cells = {column: " ".join(cell.split()) for column, cell in enumerate(fields, start=1)}
        filled = {column: cell for column, cell in cells.items() if cell}
        if filled:
            yield Row(number, filled)
