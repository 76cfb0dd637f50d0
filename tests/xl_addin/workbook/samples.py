"""Real workbooks for the tests of the closed-file port, and looks into their packages."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import xlsxwriter
from lxml import etree
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image

from xl_addin.sheets.matrix import CONTRAST_SUFFIX, MATRIX
from xl_addin.sheets.ranked import RANKED
from xl_addin.template.table_sheet import HEADER_ROW
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.markup import q
from xl_addin.workbook.port import AboveRow, Formula, TableContent, Writable

RANKED_HEADERS = RANKED.headers
CUSTOM_UI = b'<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui"/>'
_RIBBON = (
    b'<Relationship Id="rIdRibbon" Target="customUI/customUI14.xml" '
    b'Type="http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"/>'
)


def png(width: int = 60, height: int = 40, colour: str = "teal", dpi: int | None = None) -> bytes:
    buffer = io.BytesIO()
    options = {"dpi": (dpi, dpi)} if dpi else {}
    Image.new("RGB", (width, height), colour).save(buffer, "PNG", **options)
    return buffer.getvalue()


def ranked_rows(*chunks: str, text: str = "some text") -> list[dict[str, Writable]]:
    """Rows as a run writes them, in this order."""
    return [
        {"QID": "Q1", "Rank": rank, "SexyScore": 9.5 - rank, "Chunk": text, "ChunkID": chunk}
        for rank, chunk in enumerate(chunks, start=1)
    ]


def write_ranked(book: FileBook, rows: Sequence[Mapping[str, Writable]]) -> Sequence[object]:
    return book.write_table(TableContent(RANKED, rows))


def address(table: Table, header: str, row: int = 0) -> str:
    """The cell of a column in a row, counted from 0, of a table in the template."""
    letter = get_column_letter(table.headers.index(header) + 1)
    return f"{letter}{HEADER_ROW + 2 + row}"


def cells(sheet: Worksheet, table: Table, header: str, rows: int) -> list[Cell]:
    """The first cells of a column of a table in the template."""
    return [sheet[address(table, header, row)] for row in range(rows)]


def area(table: Table, rows: int) -> str:
    """Where a table in the template is when it has so many rows."""
    return f"{address(table, table.headers[0], -1)}:{address(table, table.headers[-1], rows - 1)}"


def column(book: FileBook, table: Table, header: str) -> list[object]:
    return [row.values[header] for row in book.read_table(table).rows]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def loaded(path: Path) -> openpyxl.Workbook:
    """The workbook as openpyxl sees it; it warns of what it would lose on saving."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)


def sheet_root(path: Path, sheet: str) -> etree._Element:
    """The XML of a sheet, found by name."""
    book = loaded(path)
    return etree.fromstring(
        parts(path)[f"xl/worksheets/sheet{book.sheetnames.index(sheet) + 1}.xml"]
    )


def cell_type(path: Path, sheet: str, address: str) -> str | None:
    cells = {cell.get("r"): cell for cell in sheet_root(path, sheet).iter(q("c"))}
    return cells[address].get("t")


def rewrite(path: Path, changes: Mapping[str, bytes | None]) -> None:
    """Write a workbook anew with other parts; None takes a part out."""
    content = {**parts(path), **changes}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            if data is not None:
                archive.writestr(name, data)


def rich_book(path: Path) -> Path:
    """A workbook with a ranked table and everything that openpyxl would lose or change."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Ergebnisse 結果")
        sheet.write("A1", "note above")
        columns = [{"header": header} for header in RANKED_HEADERS]
        sheet.add_table(4, 0, 5, len(columns) - 1, {"name": "tblRanked", "columns": columns})
        sheet.data_validation("O6", {"validate": "list", "source": ["yes", "no"]})
        sheet.conditional_format(
            "G6", {"type": "cell", "criteria": ">", "value": 3, "format": workbook.add_format()}
        )
        _add_other_sheet(workbook)
        hidden = workbook.add_worksheet("hidden")
        hidden.write("A1", "secret")
        hidden.hide()
        workbook.define_name("Rate", "=hidden!$A$1")
    types = parts(path)["_rels/.rels"].replace(b"</Relationships>", _RIBBON + b"</Relationships>")
    rewrite(path, {"_rels/.rels": types, "customUI/customUI14.xml": CUSTOM_UI})
    return path


def _add_other_sheet(workbook: xlsxwriter.Workbook) -> None:
    other = workbook.add_worksheet("Other")
    other.write_row("A1", [1, 2, 3])
    other.write_formula("D1", "=SUM(A1:C1)", value=6)
    other.write_comment("A1", "a comment")
    other.add_sparkline("E1", {"range": "Other!A1:C1"})
    chart = workbook.add_chart({"type": "line"})
    chart.add_series({"values": "=Other!$A$1:$C$1"})
    other.insert_chart("G3", chart)
    other.insert_image("A20", "mine.png", {"image_data": io.BytesIO(png())})
    other.conditional_format("A1:C1", {"type": "data_bar", "data_bar_2010": True})


def contrast(ids: Sequence[str]) -> list[str]:
    """The headers of the contrast columns of these points of view."""
    return [name + CONTRAST_SUFFIX for name in ids]


def matrix(ids: Sequence[str], rows: int = 3) -> TableContent:
    """A matrix as a run writes it, with what stands above it."""
    columns = (
        *MATRIX.columns,
        *(Column(name, 9, "similarity", scale="sequential") for name in ids),
        *(Column(name, 9, "score", scale="diverging") for name in contrast(ids)),
    )
    values = [
        {
            "QID": "Q1",
            "ChunkID": f"c{n}",
            "What-if": Formula("=SUM(Weights)"),
            **dict.fromkeys([*ids, *contrast(ids)], 0.25 * n),
        }
        for n in range(rows)
    ]
    above = (
        AboveRow({name: f"text of {name}" for name in [*ids, *contrast(ids)]}),
        AboveRow(
            {"What-if rank": "Weight now", **{name: Formula("=1") for name in contrast(ids)}},
            {"Weights": contrast(ids)},
        ),
    )
    return TableContent(MATRIX, values, columns, above)
