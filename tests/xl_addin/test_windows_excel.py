"""The stand-in for Excel itself: what it does as the public reference says, what it refuses."""

import datetime as dt
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.filters import FilterColumn, Filters
from openpyxl.worksheet.table import Table

from tests.excel.com.application import Application
from tests.excel.com.com_types import CELL_ERRORS, com_error, com_time
from tests.excel.com.windows import Windows
from tests.excel.faults import UnknownToStandInError, faults
from tests.excel.model.languages import ENGLISH, GERMAN, JAPANESE
from tests.excel.model.typed import ErrorValue, Refused, read_entry


@pytest.fixture
def sheet(tmp_path):
    """A sheet with a table in B2:D4, cells beside it, and what refers to them."""
    workbook = openpyxl.Workbook()
    cells = workbook.active
    cells.title = "it's here"
    for row in (
        ["", "a", "b", "c", "beside"],
        ["", 1, 2, 3, "=B3+D3"],
        ["", 4, 5, 6, "=SUM(B4:D4)"],
    ):
        cells.append(row)
    cells.insert_rows(1)
    cells["A7"], cells["A8"] = "=$E3*F$4", "=F9"
    table = Table(displayName="T", ref="B2:D4", autoFilter=openpyxl.worksheet.filters.AutoFilter())
    table.autoFilter.ref = "B2:D4"
    cells.add_table(table)
    cells.conditional_formatting.add(
        "D3:D4",
        ColorScaleRule(start_type="min", start_color="FF0000", end_type="max", end_color="00FF00"),
    )
    choice = DataValidation(type="list", formula1='"x,y"', sqref="D3:D4")
    cells.data_validations.append(choice)
    workbook.defined_names["Third"] = DefinedName("Third", attr_text="'it''s here'!$D$3:$D$4")
    workbook.save(tmp_path / "a.xlsx")
    return Application(Windows())._open(tmp_path / "a.xlsx").Worksheets(1)


@pytest.fixture
def _known():
    """What is asked for here on purpose is no fault."""
    yield
    faults.clear()


def table(sheet):
    return sheet.ListObjects("t")


# Values


def test_one_cell_comes_bare_and_a_block_as_rows(sheet):
    assert sheet.Range("B3").Value == 1.0
    assert sheet.Range("B2:C3").Value == (("a", "b"), (1.0, 2.0))
    assert sheet.Range("B3:B4").Value == ((1.0,), (4.0,))
    assert sheet.Range("Z99").Value is None
    assert sheet.Range("B2:C2").Formula == (("a", "b"),)


def test_errors_are_numbers_dates_are_times_and_money_is_decimal(sheet):
    for name in ENGLISH.errors:
        sheet.Range("H1").Value = name
        assert sheet.Range("H1").Value == CELL_ERRORS[name]
    sheet.Range("H2").Value = com_time(dt.datetime(2026, 1, 2, 12))
    assert sheet.Range("H2").Value == com_time(dt.datetime(2026, 1, 2, 12))
    assert sheet.Range("H2").Value2 == 46024.5
    sheet.Range("H3").Value = Decimal("12.5")
    assert (sheet.Range("H3").Value, sheet.Range("H3").Value2) == (Decimal("12.5"), 12.5)


def test_a_block_of_another_shape_a_naive_date_and_a_long_integer_are_refused(sheet):
    for value in ([[1.0, 2.0]], [[1.0], [2.0], [3.0]], dt.datetime(2026, 1, 2), 1 << 40):
        with pytest.raises(com_error):
            sheet.Range("H1:H2").Value = value


def test_the_formula_of_a_long_text_cannot_be_read_and_a_long_formula_not_be_written(sheet):
    sheet.Range("H1").Value = "x" * 8_222
    with pytest.raises(com_error, match="Formula property"):
        _ = sheet.Range("H1").Formula
    sheet.Range("H1").Value = "x" * 8_221
    assert sheet.Range("H1").Formula == "x" * 8_221
    for text in ("x" * 8_193, "=" + "1+" * 4_096 + "1"):
        with pytest.raises(com_error):
            sheet.Range("H2").Formula = text
    with pytest.raises(com_error):
        sheet.Range("H2").Value = "x" * 32_768


# Typing


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("12", ENGLISH, 12.0),
        ("-1e5", ENGLISH, -100_000.0),
        ("12 %", ENGLISH, 0.12),
        ("(5)", ENGLISH, -5.0),
        ("1,500", GERMAN, 1500.0),  # English comes first
        ("1,5", GERMAN, 1.5),
        ("1.234,56", GERMAN, 1234.56),
        ("true", ENGLISH, True),
        ("wahr", GERMAN, True),
        ("wahr", ENGLISH, "wahr"),
        ("#N/A", ENGLISH, ErrorValue("#N/A")),
        ("#NV", GERMAN, ErrorValue("#N/A")),
        ("2026-01-02", ENGLISH, dt.datetime(2026, 1, 2)),
        ("2.1.2026", GERMAN, dt.datetime(2026, 2, 1)),
        ("31.1.2026", GERMAN, dt.datetime(2026, 1, 31)),
        ("１２", JAPANESE, 12.0),
        ("plain words", ENGLISH, "plain words"),
        ("", ENGLISH, None),
        ("'=1+1", ENGLISH, "=1+1"),
    ],
)
def test_a_text_is_read_as_if_it_were_typed(text, language, value):
    entry = read_entry(text, language)
    assert (entry.value, entry.is_formula) == (value, False)
    assert entry.is_marked == text.startswith("'")


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-x", "@SUM(A1)", '=IF(A1>1,"a;b",{1;2})'])
def test_what_begins_like_a_formula_is_one(text):
    entry = read_entry(text)
    assert (entry.value, entry.is_formula) == (text if text[0] == "=" else f"={text}", True)


@pytest.mark.parametrize("text", ["=SUM(A1;B1)", "=SUM(A1", "=", '="open', "-- x (", "=1)"])
def test_a_formula_that_is_none_is_refused(text):
    with pytest.raises(Refused):
        read_entry(text, GERMAN)


# Tables


def test_a_column_that_comes_moves_its_neighbours_and_all_that_refers_to_them(sheet):
    column = table(sheet).ListColumns.Add(3)
    assert (column.Name, table(sheet).Range.Address) == ("Column1", "$B$2:$E$4")
    column.Name = "new"
    assert sheet.Range("B2:F2").Value == (("a", "b", "new", "c", "beside"),)
    assert sheet.Range("F3:F4").Formula == (("=B3+E3",), ("=SUM(B4:E4)",))
    assert sheet.Range("A7:A8").Formula == (("=$F3*G$4",), ("=F9",))
    assert sheet.Parent.Names("third").RefersTo == "='it''s here'!$E$3:$E$4"
    assert sheet.Range("E3").FormatConditions(1).AppliesTo.Address == "$E$3:$E$4"
    assert str(sheet._model.cells.data_validations.dataValidation[0].sqref) == "E3:E4"


def test_a_column_that_goes_leaves_errors_where_it_was_referred_to(sheet):
    table(sheet).ListColumns("c").Delete()
    assert sheet.Range("B2:D2").Value == (("a", "b", "beside"),)
    assert sheet.Range("D3:D4").Formula == (("=B3+#REF!",), ("=SUM(B4:C4)",))
    assert sheet.Range("D3").FormatConditions.Count == 0


@pytest.mark.parametrize("area", ["B1:D4", "B2:D2", "B6:D9", "B3:D5"])
def test_a_table_keeps_its_header_row_and_one_row_of_data(sheet, area):
    with pytest.raises(com_error, match="headers must remain"):
        table(sheet).Resize(sheet.Range(area))


def test_a_header_is_text_and_no_two_are_the_same(sheet):
    sheet.Range("C2").Value = "A"
    assert table(sheet).ListColumns(2).Name == "A2"
    sheet.Range("C2").Value = None
    assert table(sheet).ListColumns(2).Name == "Column1"


def test_a_filter_that_is_taken_off_shows_what_it_hid(sheet):
    cells = sheet._model.cells
    cells.tables["T"].autoFilter.filterColumn = [FilterColumn(0, filters=Filters(filter=["1"]))]
    cells.row_dimensions[4].hidden = cells.row_dimensions[7].hidden = True
    filters = table(sheet).AutoFilter
    assert [filters.Filters(field).On for field in (1, 2, 3)] == [True, False, False]
    assert filters.Filters(1).Criteria1 == ("=1",)
    table(sheet).Range.AutoFilter(Field=2)
    assert sheet.Range("A4").EntireRow.Hidden is True
    table(sheet).Range.AutoFilter(Field=1)
    assert sheet.Range("A4").EntireRow.Hidden is False
    assert sheet.Range("A7").EntireRow.Hidden is True
    assert sheet.Range("A6:A7").EntireRow.Hidden is None
    sheet.Range("A6:A7").Rows.AutoFit()
    assert sheet.Range("A6:A7").EntireRow.Hidden is False


# What it refuses


def test_a_protected_sheet_takes_no_change(sheet):
    sheet._model.cells.protection.sheet = True
    changes = (
        lambda: setattr(sheet.Range("A1"), "Value", 1.0),
        lambda: setattr(sheet.Range("A1").Font, "Bold", True),
        lambda: setattr(sheet.Range("A1"), "ColumnWidth", 9.0),
        lambda: sheet.Range("A1").ClearContents(),
        lambda: sheet.Range("A1").AutoFill(sheet.Range("A1:A2"), 3),
        lambda: table(sheet).Resize(sheet.Range("B2:D9")),
        lambda: table(sheet).ListColumns.Add(1),
        lambda: sheet.Range("D3").FormatConditions(1).Delete(),
        lambda: sheet.Range("D3").FormatConditions.AddColorScale(3),
        lambda: table(sheet).Range.AutoFilter(Field=1),
    )
    for change in changes:
        with pytest.raises(com_error, match="protected sheet"):
            change()
    assert sheet.Range("B3").Value == 1.0


@pytest.mark.parametrize("name", ["A1", "two words", "1st", "R1C1"])
def test_a_name_that_excel_would_not_take_is_refused(sheet, name):
    with pytest.raises(com_error):
        sheet.Parent.Names.Add(name, "='it''s here'!$A$1")


@pytest.mark.parametrize("place", ["=it's here!$A$1", "='nowhere'!$A$1", "=1", "Sheet1!A1"])
def test_a_name_for_what_is_not_there_is_refused(sheet, place):
    with pytest.raises(com_error):
        sheet.Parent.Names.Add("Mine", place)


@pytest.mark.usefixtures("_known")
def test_what_it_does_not_know_is_an_error(sheet):
    for ask in (
        lambda: sheet.Comments,
        lambda: sheet.Range("A1").Interior,
        lambda: sheet.Range("A1").AutoFill(sheet.Range("A1:A2"), 0),
        lambda: setattr(sheet.Range("A1"), "Style", "Good"),
        lambda: setattr(sheet, "Name", "other"),
        lambda: [*sheet.Range("A1")],
        lambda: table(sheet).Sort,
    ):
        with pytest.raises(UnknownToStandInError):
            ask()


def test_what_is_copied_can_be_pasted_until_something_changes(sheet):
    excel = sheet.Application
    excel._copy()
    _ = sheet.Range("A1").Value, excel.StatusBar
    excel.StatusBar = "a line"
    assert excel.CutCopyMode == 1
    sheet.Range("A1").Value = 1.0
    assert excel.CutCopyMode == 0
    excel._copy()
    excel.Calculation = -4135
    assert excel.CutCopyMode == 0
