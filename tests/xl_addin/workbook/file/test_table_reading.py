"""What was written into a closed file is read back so that it can be written again."""

from __future__ import annotations

from pathlib import Path

from tests.xl_addin.workbook.samples import loaded, matrix, png, ranked_rows, write_ranked
from xl_addin.sheets.heatmap import HEATMAP
from xl_addin.sheets.matrix import MATRIX, matrix_columns
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import Formula, Picture

IDS = ["P1", "it's #2 [x]"]


def test_values_formulas_rows_above_and_names_come_back(book: Path):
    written = matrix(IDS)
    port = FileBook.open(book)
    port.write_table(written)
    columns = written.columns
    found = port.table_content(MATRIX, columns)
    assert found.columns == columns
    for row, expected in zip(found.rows, written.rows, strict=True):
        assert {**row, **expected} == row
    assert found.rows[0]["What-if"] == Formula("=SUM(Weights)")
    for above, expected in zip(found.above, written.above, strict=True):
        assert {**above.values, **expected.values} == above.values
        assert above.names == expected.names


def test_what_is_written_again_is_read_the_same(book: Path):
    port = FileBook.open(book)
    port.write_table(matrix(IDS))
    first = port.table_content(MATRIX, matrix(IDS).columns)
    port.write_table(matrix(["P7"]))
    port.write_table(first)
    assert port.table_content(MATRIX, matrix(IDS).columns) == first


def test_text_that_looks_like_a_formula_stays_text(book: Path):
    port = FileBook.open(book)
    write_ranked(port, ranked_rows("c1", text="=1+1"))
    assert port.table_content(RANKED).rows[0]["Chunk"] == "=1+1"


def test_cells_of_the_users_over_a_table_are_not_taken_for_its_own(book: Path):
    port = FileBook.open(book)
    write_ranked(port, ranked_rows("c1"))
    port.save()
    workbook = loaded(book)
    workbook[RANKED.sheet]["C3"] = "my note"
    workbook.save(book)
    assert not FileBook.open(book).table_content(RANKED).above


def test_columns_of_points_of_view_are_known_by_their_pairs():
    headers = [*MATRIX.headers, "P1", "mine", "Row mean", "P1 z"]
    found = [column.header for column in matrix_columns(headers)]
    assert found == [*MATRIX.headers, "P1", "Row mean", "P1 z"]
    assert matrix_columns(MATRIX.headers) == MATRIX.columns


def test_our_pictures_come_back_and_the_users_are_left(book: Path):
    port = FileBook.open(book)
    picture = Picture("bonsai heatmap Q1", png(), "what it shows", "Q1  Who?")
    port.put_pictures(HEATMAP.sheet, [picture])
    assert port.pictures(HEATMAP.sheet) == [picture]
    assert port.pictures(RANKED.sheet) == []
    assert port.pictures("no such sheet") == []


def test_a_sheet_without_pictures_stays_without_a_drawing(book: Path):
    port = FileBook.open(book)
    before = port.content()
    port.put_pictures(RANKED.sheet, [])
    assert port.content() == before
