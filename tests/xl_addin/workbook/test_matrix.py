from lxml import etree

from tests.xl_addin.workbook.samples import loaded, matrix, sheet_root
from xl_addin.sheets.matrix import MATRIX
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.markup import q

FIXED = list(MATRIX.headers)


def written(path, *contents):
    port = FileBook.open(path)
    for content in contents:
        port.write_table(content)
    port.save()
    return loaded(path)


def headers(sheet):
    return [column.name for column in sheet.tables["tblMatrix"].tableColumns]


def row_values(sheet, number, first=1):
    return [cell.value for cell in sheet[number]][first - 1 :]


def scales(path):
    rules = sheet_root(path, "Matrix").iter(q("conditionalFormatting"))
    return [rule.get("sqref") for rule in rules]


def test_points_of_view_come_as_columns_with_formats_widths_and_rows_above(book):
    workbook = written(book, matrix(["P1", "P2"]))
    sheet = workbook["Matrix"]
    assert headers(sheet) == [*FIXED, "P1", "P2", "P1 z", "P2 z"]
    assert row_values(sheet, 5) == headers(sheet)
    assert row_values(sheet, 3, 10) == [f"text of {name}" for name in headers(sheet)[9:]]
    assert row_values(sheet, 4, 5) == ["Weight now", *[None] * 6, "=1", "=1"]
    assert workbook.defined_names["Weights"].attr_text == "'Matrix'!$L$4:$M$4"
    assert sheet["J7"].number_format == "0.000"
    assert sheet["J7"].style == "Output"
    assert sheet["J5"].style == "Accent1"
    assert sheet["J3"].alignment.textRotation == 90
    assert sheet.column_dimensions["J"].width == 9
    assert scales(book) == ["J6:K8", "L6:M8"]


def test_columns_of_points_of_view_come_and_go_with_each_run(book):
    written(book, matrix(["P1", "P2", "P3"], rows=5))
    sheet = written(book, matrix(["P2", "P9"], rows=2))["Matrix"]
    assert headers(sheet) == [*FIXED, "P2", "P9", "P2 z", "P9 z"]
    assert sheet.tables["tblMatrix"].ref == "A5:M7"
    assert scales(book) == ["J6:K7", "L6:M7"]
    assert max(cell.column for row in sheet.iter_rows() for cell in row if cell.value) == 13
    sheet = written(book, matrix([], rows=0))["Matrix"]
    assert headers(sheet) == FIXED
    assert scales(book) == []


def test_a_second_equal_run_changes_nothing_on_the_sheet(book):
    written(book, matrix(["P1", "P2"]))
    before = sheet_root(book, "Matrix")
    written(book, matrix(["P1", "P2"]), matrix(["P1", "P2"]))
    assert etree.tostring(sheet_root(book, "Matrix")) == etree.tostring(before)
