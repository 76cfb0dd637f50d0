"""A whole table as texts: columns by header, rows numbered as in its file."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pandas as pd

from worker.documents import refusals
from worker.documents.tables.delimited_text import delimited
from worker.documents.text.encodings import decode
from worker.errors import DocumentError

_WORKBOOKS = (".xlsx", ".xlsm")
_LISTED = 8  # sheets that are named


@dataclass(frozen=True)
class TextFrame:
    """A table of texts, empty where nothing stands.

    `read_as` says how its file was understood, `lost` what of it could not be read, in sentences.
    """

    frame: pd.DataFrame
    read_as: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def read_frame(path: Path, sheet: str = "") -> TextFrame:
    """Return the table in a file of delimited text, or on a sheet of a workbook.

    The first row in which something stands names the columns.

    :param sheet: its name; empty for the first one.
    :raises DocumentError: if the file or sheet is not there, cannot be read, or is empty.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refusals.not_opened(str(path), error) from error
    if path.suffix.lower() in _WORKBOOKS:
        return _framed(_sheet_rows(data, path.name, sheet), path.name)
    decoded = decode(data, path.name)
    table = delimited(decoded.text)
    rows = ([cell.strip() for cell in row] for row in table.rows())
    read_as = (*decoded.read_as, *filter(None, [table.said]))
    return _framed(rows, path.name, read_as, decoded.lost)


def _framed(
    rows: Iterable[Sequence[str]],
    source: str,
    read_as: tuple[str, ...] = (),
    lost: tuple[str, ...] = (),
) -> TextFrame:
    numbered = ((number, row) for number, row in enumerate(rows, start=1) if any(row))
    _, header = next(numbered, (0, ()))
    if not header:
        raise DocumentError(
            f"The table {source} is empty.",
            "No row of it holds anything.",
            "Name a file, or a sheet, whose first row has the columns' names.",
        )
    numbers, cells, longer = [], [], []
    for number, row in numbered:
        numbers.append(number)
        cells.append([*row[: len(header)], *[""] * (len(header) - len(row))])
        if any(row[len(header) :]):
            longer.append(number)
    frame = pd.DataFrame(cells, columns=list(header), index=numbers, dtype=str)
    named = [place for place, name in enumerate(header) if name and name not in header[:place]]
    return TextFrame(frame.iloc[:, named], read_as, (*lost, *_beyond(longer)))


def _beyond(rows: Sequence[int]) -> Iterator[str]:
    if rows:
        yield (
            f"Rows with more cells than the header: {len(rows):,}, the first is row {rows[0]}; "
            "what stands beyond is left out."
        )


def _sheet_rows(data: bytes, source: str, sheet: str) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that are not about cells
            book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
            names = [page.title for page in book.worksheets]
            chosen = next((name for name in names if name.casefold() == sheet.casefold()), "")
            if sheet and not chosen:
                raise _no_sheet(source, sheet, names)
            for row in book[chosen or names[0]].iter_rows(values_only=True):
                yield [_text(cell) for cell in row]
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # one kind for each way in which a workbook can be wrong
        raise DocumentError(
            f"The workbook {source} cannot be read.",
            f"{type(error).__name__}: {str(error)[:200]}.",
            "Save it in Excel as an .xlsx file, or its table as CSV, and run again.",
        ) from error


def _text(cell: object) -> str:
    """Return a cell as people would type it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()


def _no_sheet(source: str, sheet: str, names: Sequence[str]) -> DocumentError:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return DocumentError(
        f"There is no table '{sheet}'.",
        f"It is no file, and the sheets of {source}, as it was last saved, are: "
        f"{', '.join(names[:_LISTED])}{more}.",
        "Name a file, or a sheet; save the workbook first if the sheet is new.",
    )
