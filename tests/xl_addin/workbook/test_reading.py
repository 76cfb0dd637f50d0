import datetime as dt
import re

import openpyxl
import pytest
import xlsxwriter

from tests.xl_addin.conftest import FBQ_HEADERS, fbq_row
from tests.xl_addin.workbook.samples import parts, rewrite
from worker.errors import ColumnError, TableMissingError
from xl_addin.workbook import layout
from xl_addin.workbook.file_book import FileBook


def table_book(path, headers, rows, name="tblPOV", at=(4, 2)):
    top, left = at
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as workbook:
        sheet = workbook.add_worksheet("My Sheet")
        columns = [{"header": header} for header in headers]
        last = top + max(1, len(rows)), left + len(headers) - 1
        sheet.add_table(top, left, *last, {"name": name, "columns": columns, "data": rows})
    return FileBook.open(path)


def test_a_table_is_found_by_name_wherever_it_stands(tmp_path):
    rows = [["P1", "one", 1.0, "yes"], [None, " ", None, ""], ["P2", "two", -0.5, None]]
    book = table_book(tmp_path / "a.xlsx", layout.POV.headers, rows)
    data = book.read_table(layout.POV)
    assert book.has_table(layout.POV)
    assert not book.has_table(layout.FBQ)
    assert data.sheet == "My Sheet"
    assert data.headers == layout.POV.headers
    assert [(row.number, row.values["POV"], row.values["Weight"]) for row in data.rows] == [
        (6, "one", 1),
        (8, "two", -0.5),
    ]


def test_columns_are_found_by_header_in_any_order_with_the_users_between(tmp_path):
    headers = ["Mine", " POV ", "ID"]
    book = table_book(tmp_path / "a.xlsx", headers, [["x", "text", "P1"]])
    assert book.read_table(layout.POV).rows[0].values == {"Mine": "x", "POV": "text", "ID": "P1"}


def test_dates_come_as_text_and_error_values_as_they_are(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as workbook:
        sheet = workbook.add_worksheet()
        date = workbook.add_format({"num_format": "yyyy-mm-dd"})
        columns = [{"header": header} for header in ("a", "b", "POV")]
        sheet.add_table("A1:C2", {"name": "tblPOV", "columns": columns})
        sheet.write_datetime("A2", dt.datetime(2026, 1, 2), date)
        sheet.write_formula("B2", "=NA()", None, "#N/A")
        sheet.write_string("C2", "_x0041_ stays")
    values = FileBook.open(tmp_path / "a.xlsx").read_table(layout.POV).rows[0].values
    assert values == {"a": "2026-01-02", "b": "#N/A", "POV": "_x0041_ stays"}


def test_a_table_without_a_required_column_names_table_sheet_and_column(tmp_path):
    book = table_book(tmp_path / "a.xlsx", ["ID", "Text"], [["P1", "x"]])
    with pytest.raises(ColumnError, match="tblPOV on sheet My Sheet has no column 'POV'"):
        book.read_table(layout.POV)


def test_a_column_that_stands_there_twice_is_refused(tmp_path, plain_book):
    book = table_book(tmp_path / "a.xlsx", ["POV", "POV "], [["x", "y"]])
    with pytest.raises(ColumnError, match="'POV' twice"):
        book.read_table(layout.POV)
    plain = plain_book("b.xlsx", ["POV", "POV"], [["x", "y"]])
    with pytest.raises(ColumnError, match="'POV' twice"):
        FileBook.open(plain).read_table(layout.POV)


def test_a_plain_sheet_is_found_by_its_headers(plain_book):
    path = plain_book("plain 日本.xlsx", FBQ_HEADERS, [fbq_row("one"), [], fbq_row("two")])
    rows = FileBook.open(path).read_table(layout.FBQ).rows
    assert [(row.number, row.values["QInitial"], row.values["FBQ_B"]) for row in rows] == [
        (2, "one", 4),
        (4, "two", 4),
    ]


def test_headers_of_a_plain_sheet_may_stand_lower_but_not_below_row_ten(tmp_path):
    for row, name in ((10, "ten.xlsx"), (11, "eleven.xlsx")):
        workbook = openpyxl.Workbook()
        workbook.active.cell(row, 3, " POV ")
        workbook.active.cell(row + 1, 3, "text")
        workbook.save(tmp_path / name)
    found = FileBook.open(tmp_path / "ten.xlsx").read_table(layout.POV).rows
    assert [(row.number, row.values) for row in found] == [(11, {"POV": "text"})]
    with pytest.raises(TableMissingError, match="no table tblPOV"):
        FileBook.open(tmp_path / "eleven.xlsx").read_table(layout.POV)


def test_two_plain_sheets_with_the_headers_are_refused_by_name(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["POV"])
    workbook.create_sheet("Second").append(["POV"])
    workbook.save(tmp_path / "a.xlsx")
    with pytest.raises(TableMissingError, match="on two sheets: Sheet, Second"):
        FileBook.open(tmp_path / "a.xlsx").read_table(layout.POV)


def test_a_table_of_results_is_never_guessed(plain_book):
    path = plain_book("a.xlsx", list(layout.RANKED.headers), [["Q1"]])
    with pytest.raises(TableMissingError):
        FileBook.open(path).read_table(layout.RANKED)


def test_cells_without_references_are_read_and_written_at_their_place(tmp_path):
    table_book(tmp_path / "a.xlsx", layout.POV.headers, [["P1", "one", 1, "yes"]], at=(0, 0))
    sheet = parts(tmp_path / "a.xlsx")["xl/worksheets/sheet1.xml"]
    bare = re.sub(rb'(<c|<row) r="[A-Z0-9]+"', rb"\1", sheet)
    assert bare != sheet
    rewrite(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": bare})
    assert FileBook.open(tmp_path / "a.xlsx").read_table(layout.POV).rows[0].values["POV"] == "one"
