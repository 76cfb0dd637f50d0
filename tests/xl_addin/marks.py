"""Keep marks, as a person sets them on the Ranked sheet."""

from __future__ import annotations

from pathlib import Path

from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.columns import Column
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import TableContent


def mark(path: Path, *sources: str, as_: str = "yes") -> None:
    """Write Keep beside the passages of some files; of all, if none is named."""
    book = FileBook.open(path)
    found = [row.cells(RANKED.columns) for row in book.read_table(RANKED).rows]
    for row in found:
        if not sources or row["Source"] in sources:
            row["Keep"] = as_
    book.write_table(TableContent(RANKED, found, [Column(header) for header in RANKED.headers]))
    book.save()
