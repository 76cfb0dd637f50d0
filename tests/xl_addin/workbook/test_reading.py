import datetime as dt
import re

import xlsxwriter

from tests.xl_addin.workbook.samples import parts, rewrite
from xl_addin.sheets.pov import POV
from xl_addin.workbook.file.file_book import FileBook


def table_book(path, headers, rows, name="tblPOV", at=(4, 2)):
    top, left = at
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as workbook:
        sheet = workbook.add_worksheet("My Sheet")
        columns = [{"header": header} for header in headers]
        last = top + max(1, len(rows)), left + len(headers) - 1
        sheet.add_table(top, left, *last, {"name": name, "columns": columns, "data": rows})
    return FileBook.open(path)


def test_dates_come_as_text_and_error_values_as_they_are(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as workbook:
        sheet = workbook.add_worksheet()
        date = workbook.add_format({"num_format": "yyyy-mm-dd"})
        columns = [{"header": header} for header in ("a", "b", "POV")]
        sheet.add_table("A1:C2", {"name": "tblPOV", "columns": columns})
        sheet.write_datetime("A2", dt.datetime(2026, 1, 2), date)
        sheet.write_formula("B2", "=NA()", None, "#N/A")
        sheet.write_string("C2", "_x0041_ stays")
    values = FileBook.open(tmp_path / "a.xlsx").read_table(POV).rows[0].values
    assert values == {"a": "2026-01-02", "b": "#N/A", "POV": "_x0041_ stays"}


def test_cells_without_references_are_read_and_written_at_their_place(tmp_path):
    table_book(tmp_path / "a.xlsx", POV.headers, [["P1", "one", 1, "yes"]], at=(0, 0))
    sheet = parts(tmp_path / "a.xlsx")["xl/worksheets/sheet1.xml"]
    bare = re.sub(rb'(<c|<row) r="[A-Z0-9]+"', rb"\1", sheet)
    assert bare != sheet
    rewrite(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": bare})
    assert FileBook.open(tmp_path / "a.xlsx").read_table(POV).rows[0].values["POV"] == "one"
