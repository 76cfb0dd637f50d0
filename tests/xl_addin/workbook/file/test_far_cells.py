"""Tables and cells that reach down to the last row of a sheet, where next to nothing stands."""

import re
import tracemalloc

import openpyxl
import pytest

from tests.xl_addin.workbook.samples import column, parts, ranked_rows, rewrite, write_ranked
from worker.errors import WorkbookError
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.areas import LAST_ROW
from xl_addin.workbook.file.file_book import FileBook

_ENOUGH = 300_000_000  # bytes of memory; a million rows looked at one by one took 2.5 GB


def stretch_tables(path):
    """Let every table of a workbook end in the last row, as whole columns made a table do."""
    tables = {name: data for name, data in parts(path).items() if name.startswith("xl/tables/")}
    to_the_end = rb'ref="\g<1>%d"' % LAST_ROW
    rewrite(
        path,
        {
            n: re.sub(rb'ref="([A-Z]+\d+:[A-Z]+)\d+"', to_the_end, data)
            for n, data in tables.items()
        },
    )


@pytest.fixture
def little_memory():
    """What a test takes is measured from its start to its end."""
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < _ENOUGH


def test_a_table_to_the_last_row_is_read_and_written_by_its_content(book, little_memory):
    stretch_tables(book)
    opened = FileBook.open(book)
    assert len(opened.read_table(POV).rows) == 23
    write_ranked(opened, ranked_rows("a", "b"))
    opened.save()
    assert column(FileBook.open(book), RANKED, "ChunkID") == ["a", "b"]
    (table,) = (data for data in parts(book).values() if b'"tblRanked"' in data)
    assert re.search(rb'ref="A5:[A-Z]+7"', table)


def test_notes_far_apart_in_a_table_to_the_last_row_follow_their_passages(book, little_memory):
    write_ranked(opened := FileBook.open(book), ranked_rows("a", "b"))
    opened.save()
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["Ranked"]
    for header, value in {"QID": "Q1", "ChunkID": "far", "Note": "far below"}.items():
        sheet.cell(LAST_ROW, RANKED.headers.index(header) + 1, value)
    workbook.save(book)
    stretch_tables(book)
    write_ranked(opened := FileBook.open(book), ranked_rows("far", "a"))
    assert column(opened, RANKED, "Note") == ["far below", None]


def test_a_list_with_a_cell_in_the_last_row_is_read_by_its_content(tmp_path, little_memory):
    workbook = openpyxl.Workbook()
    workbook.active["A1"], workbook.active["A2"] = "POV", "Kettles sing."
    workbook.active.cell(LAST_ROW, 3, "typed by mistake")
    workbook.save(tmp_path / "a.xlsx")
    rows = FileBook.open(tmp_path / "a.xlsx").read_table(POV).rows
    assert [row.values["POV"] for row in rows] == ["Kettles sing."]


def test_a_table_that_claims_every_cell_of_a_sheet_has_those_below_its_headers(book, little_memory):
    claims = {
        name: re.sub(rb'ref="A5:[^"]*"', b'ref="A5:XFD1048576"', data)
        for name, data in parts(book).items()
        if name.startswith("xl/tables/")
    }
    rewrite(book, claims)
    opened = FileBook.open(book)
    assert len(opened.read_table(POV).rows) == 23
    write_ranked(opened, ranked_rows("a"))
    assert column(opened, RANKED, "ChunkID") == ["a"]


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5_000])
def test_a_row_with_a_number_that_no_row_can_have_is_refused_in_words(book, number):
    sheets = [name for name in parts(book) if name.startswith("xl/worksheets/sheet")]
    row = f'<row r="{number}"/></sheetData>'.encode()
    rewrite(book, {name: parts(book)[name].replace(b"</sheetData>", row) for name in sheets})
    with pytest.raises(WorkbookError, match="A row of the workbook says that it stands at '999"):
        FileBook.open(book).read_table(POV)
