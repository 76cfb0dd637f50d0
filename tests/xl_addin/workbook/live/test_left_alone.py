"""What the live port leaves alone, over xlwings' own code for Windows (a stand-in for Excel)."""

import openpyxl
import pytest
from openpyxl.formatting.rule import ColorScaleRule

from tests.excel.com.application import AUTOMATIC, MANUAL, SEMIAUTOMATIC, Application
from tests.xl_addin.workbook.benches import WindowsBench
from tests.xl_addin.workbook.samples import cells, column, matrix, ranked_rows, write_ranked
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.port import Formula

CHANGES = {
    "FormatCondition.Delete",
    "FormatConditions.AddColorScale",
    "ListColumns.Add",
    "ListObject.Resize",
    "Names.Add",
    "Range.AutoFill",
    "Range.AutoFilter",
    "Range.AutoFit",
    "Range.ClearContents",
    "Range.ClearFormats",
}


@pytest.fixture
def excel(windows, windows_xlwings):
    return Application(windows)


@pytest.fixture
def bench(excel):
    return WindowsBench(excel)


@pytest.fixture
def port(bench, book):
    return bench.open(book)


@pytest.fixture
def changes(excel):
    """Return the calls since the last time that are more than questions."""

    def told():
        made = [*excel._calls]
        excel._calls.clear()
        return [name for name in made if name.endswith("=") or name in CHANGES]

    return told


def scales(bench, port, sheet):
    """The colour scales of a sheet: where they lie, and their last colour."""
    rules = bench.look(port)[sheet].conditional_formatting
    return [
        (str(item.sqref), rule.colorScale.color[-1].rgb)
        for item in rules
        for rule in item.rules
        if rule.type == "colorScale"
    ]


# Nothing to write


def test_what_stands_there_already_is_not_written_and_undo_stays(excel, port, changes):
    rows = [
        {"QID": "Q1", "Rank": 1, "SexyScore": 0.5, "Chunk": "=no formula", "ChunkID": "a"},
        {"QID": "#N/A", "Rank": 2, "SexyScore": Formula("=C6*2"), "ChunkID": "b"},
    ]
    write_ranked(port, rows)
    assert "Range.Formula=" in changes()
    excel._copy()
    write_ranked(port, rows)
    assert changes() == []
    assert excel.CutCopyMode
    port.put_pictures("Heatmap", [])
    assert changes() == []


@pytest.mark.parametrize("mode", [AUTOMATIC, SEMIAUTOMATIC, MANUAL])
def test_the_way_excel_computes_is_given_back(excel, port, mode):
    excel.Calculation = mode
    excel._calls.clear()
    write_ranked(port, ranked_rows("a"))
    calls = [call for call in excel._calls if call.startswith("Application.Calculation=")]
    assert len(calls) == (0 if mode == MANUAL else 2)
    assert excel.Calculation == mode


def test_a_cell_that_changes_takes_no_more_than_its_block(port, changes):
    write_ranked(port, ranked_rows("a", "b"))
    port.write_table(matrix(["P1", "P2"]))
    changes()
    write_ranked(port, ranked_rows("a", "c"))
    switches = ["Application.ScreenUpdating=", "Application.Calculation="]
    assert changes() == [*switches, "Range.Value=", "Range.AutoFit", *reversed(switches)]


def test_five_thousand_rows_take_a_handful_of_calls(excel, port):
    write_ranked(port, ranked_rows(*map(str, range(100))))
    excel._calls.clear()
    write_ranked(port, ranked_rows(*map(str, range(5_000))))
    few = len(excel._calls)
    assert few < 600
    assert len(column(port, RANKED, "ChunkID")) == 5_000


# Rows that are hidden


@pytest.mark.parametrize("is_filtered", [False, True])
def test_only_a_filter_of_the_table_is_taken_off(bench, port, changes, is_filtered):
    def hide(workbook):
        sheet = workbook["Ranked"]
        sheet.row_dimensions[7].hidden = True
        if is_filtered:
            sheet.tables["tblRanked"].autoFilter.add_filter_column(2, ["1"])

    write_ranked(port, ranked_rows("a", "b", "c"))
    port = bench.edit(port, hide)
    changes()
    write_ranked(port, ranked_rows("c", "d", "e"))
    assert changes().count("Range.AutoFilter") == is_filtered
    sheet = bench.look(port)["Ranked"]
    assert [sheet.row_dimensions[row].hidden for row in (6, 7, 8)] == [
        False, not is_filtered, False,
    ]  # fmt: skip


# Colour scales


def test_colour_scales_of_the_users_stay_in_our_columns(bench, port):
    def colour(workbook):
        theirs = ColorScaleRule(
            start_type="min", start_color="F8696B", end_type="max", end_color="63BE7B"
        )
        workbook["Matrix"].conditional_formatting.add("J6:J8", theirs)

    port.write_table(matrix(["P1", "P2"]))
    ours = scales(bench, port, "Matrix")
    assert [place for place, _ in ours] == ["J6:K8", "L6:M8"]
    port = bench.edit(port, colour)
    port.write_table(matrix(["P1", "P2"], rows=5))
    found = dict(scales(bench, port, "Matrix"))
    assert "0063BE7B" in found.values()
    assert {place for place, colour in found.items() if colour != "0063BE7B"} == {
        "J6:K10", "L6:M10",
    }  # fmt: skip


def test_our_colour_scales_are_not_made_twice_nor_again(bench, port, changes):
    port.write_table(matrix(["P1", "P2"]))
    changes()
    port.write_table(matrix(["P1", "P3"]))
    assert "FormatConditions.AddColorScale" in changes()
    content = matrix(["P1", "P3"])
    content.rows[0]["P1"] = 0.75
    port.write_table(content)
    assert "FormatConditions.AddColorScale" not in changes()
    assert [place for place, _ in scales(bench, port, "Matrix")] == ["J6:K8", "L6:M8"]


# Cells of the user's


def test_error_values_and_texts_that_read_like_them_stay_what_they_are(bench, port):
    def annotate(workbook):
        error, text = cells(workbook["Ranked"], RANKED, "Note", 2)
        error.value = "#N/A"
        text.value, text.data_type, text.quotePrefix = "#N/A", "s", True

    write_ranked(port, ranked_rows("a", "b"))
    port = bench.edit(port, annotate)
    write_ranked(port, ranked_rows("b", "a"))
    text, error = cells(bench.look(port)["Ranked"], RANKED, "Note", 2)
    assert [(cell.value, cell.data_type) for cell in (text, error)] == [
        ("#N/A", "s"),
        ("#N/A", "e"),
    ]


def test_long_texts_beside_formulas_are_taken(bench, port):
    def annotate(workbook):
        notes = cells(workbook["Ranked"], RANKED, "Note", 3)
        for note, value in zip(notes, ("=1+1", "x" * 9_000, 3), strict=True):
            note.value = value

    write_ranked(port, ranked_rows("a", "b", "c"))
    port = bench.edit(port, annotate)
    write_ranked(port, ranked_rows("c", "b", "a", text="y" * 9_000))
    notes = cells(bench.look(port)["Ranked"], RANKED, "Note", 3)
    assert [cell.value for cell in notes] == [3, "x" * 9_000, "=1+1"]
    assert column(port, RANKED, "Chunk") == ["y" * 9_000] * 3


def test_a_table_with_a_painted_blank_row_repeats_that_look(bench, port):
    def paint(workbook):
        (cell,) = cells(workbook["Ranked"], RANKED, "Note", 1)
        cell.fill = openpyxl.styles.PatternFill("solid", "FFFF00")

    port = bench.edit(port, paint)
    write_ranked(port, ranked_rows("a", "b"))
    notes = cells(bench.look(port)["Ranked"], RANKED, "Note", 2)
    assert [cell.fill.fgColor.rgb for cell in notes] == ["00FFFF00"] * 2
