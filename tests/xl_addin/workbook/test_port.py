"""What every port promises: the same tests on a closed file ('file') and on an open workbook.

That one is open in a stand-in for Excel, below xlwings' remote engine ('remote') and below its own
code for Windows ('windows'). The tests of real Excel (tests/excel) are these very functions with
another bench.
"""

import datetime as dt

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter

from tests.excel.com.application import Application
from tests.excel.mac.bench import excel_for_mac
from tests.xl_addin.conftest import FBQ_HEADERS, fbq_row
from tests.xl_addin.workbook.benches import FileBench, StandInBench, WindowsBench
from tests.xl_addin.workbook.samples import (
    address,
    area,
    cells,
    column,
    matrix,
    png,
    ranked_rows,
    write_ranked,
)
from tests.xl_addin.workbook.stand_in_excel import remote_engine
from worker.errors import ColumnError, InternalError, TableMissingError, WorkbookError
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.inputs import read_povs
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.columns import Column
from xl_addin.workbook.port import Formula, Picture, TableContent

FIXED = list(MATRIX.headers)


@pytest.fixture(params=["file", "remote", "windows", "mac"])
def bench(request, monkeypatch, tmp_path):
    if request.param == "file":
        yield FileBench()
    elif request.param == "remote":
        with remote_engine(monkeypatch) as xlwings:
            yield StandInBench(xlwings)
    elif request.param == "windows":
        windows = request.getfixturevalue("windows")
        request.getfixturevalue("windows_xlwings")
        yield WindowsBench(Application(windows))
    else:
        with excel_for_mac(monkeypatch, tmp_path / "home") as bench:
            yield bench


@pytest.fixture
def port(bench, book):
    """The template."""
    return bench.open(book)


def table_file(path, headers, rows, name="tblPOV", at=(4, 2)):
    top, left = at
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("My Sheet")
        columns = [{"header": header} for header in headers]
        last = top + max(1, len(rows)), left + len(headers) - 1
        sheet.add_table(top, left, *last, {"name": name, "columns": columns, "data": rows})
    return path


def sheet_file(path, *sheets):
    """A workbook of plain sheets: name, first row, first column, rows."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, top, left, rows in sheets:
        sheet = workbook.create_sheet(name)
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                sheet.cell(top + i, left + j, value)
    workbook.save(path)
    return path


# Reading


def test_a_table_is_found_by_name_wherever_it_stands(bench, tmp_path):
    rows = [["P1", "one", 1.0, "yes"], [None, " ", None, ""], ["P2", "two", -0.5, None]]
    port = bench.open(table_file(tmp_path / "a.xlsx", POV.headers, rows))
    data = port.read_table(POV)
    assert port.name == "a.xlsx"
    assert port.has_table(POV)
    assert not port.has_table(FBQ)
    assert data.sheet == "My Sheet"
    assert data.headers == POV.headers
    assert [(row.number, row.values["POV"], row.values["Weight"]) for row in data.rows] == [
        (6, "one", 1),
        (8, "two", -0.5),
    ]


def test_columns_are_found_by_header_in_any_order_with_the_users_between(bench, tmp_path):
    headers = ["Mine", " POV ", "ID"]
    port = bench.open(table_file(tmp_path / "a.xlsx", headers, [["x", "text", "P1"]]))
    assert port.read_table(POV).rows[0].values == {"Mine": "x", "POV": "text", "ID": "P1"}


def test_dates_come_as_text_and_error_values_as_they_are(bench, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as workbook:
        sheet = workbook.add_worksheet()
        date = workbook.add_format({"num_format": "yyyy-mm-dd"})
        columns = [{"header": header} for header in ("a", "b", "POV")]
        sheet.add_table("A1:C2", {"name": "tblPOV", "columns": columns})
        sheet.write_datetime("A2", dt.datetime(2026, 1, 2), date)
        sheet.write_formula("B2", "=NA()", None, "#N/A")
        sheet.write_string("C2", "text")
    values = bench.open(tmp_path / "a.xlsx").read_table(POV).rows[0].values
    assert values == {
        "a": "2026-01-02",
        "b": "#N/A" if bench.names_errors else "#ERROR!",
        "POV": "text",
    }


def test_cells_without_words_are_no_points_of_view(bench, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as workbook:
        sheet = workbook.add_worksheet("List")
        sheet.write_column("A1", ["POV", "Kettles sing.", True, 12.5, None, "Oil flows."])
        sheet.write_formula("A5", "=1/0", None, "#DIV/0!")
        sheet.write_datetime("A7", dt.datetime(2026, 1, 2), workbook.add_format({"num_format": 14}))
    povs, problems = read_povs(bench.open(tmp_path / "a.xlsx"))
    assert [pov.text for pov in povs] == ["Kettles sing.", "Oil flows."]
    error = "#DIV/0!" if bench.names_errors else "#ERROR!"
    assert [problem.what for problem in problems] == [
        f"The cell holds {held}: a.xlsx, sheet List, row {row}, column POV."
        for row, held in {
            3: "the truth value TRUE",
            4: "the number 12.5",
            5: f"the error value {error}",
            7: "the date or time 2026-01-02",
        }.items()
    ]


def test_a_table_without_a_required_column_names_table_sheet_and_column(bench, tmp_path):
    port = bench.open(table_file(tmp_path / "a.xlsx", ["ID", "Text"], [["P1", "x"]]))
    with pytest.raises(ColumnError, match="tblPOV on sheet My Sheet has no column 'POV'"):
        port.read_table(POV)


def test_a_column_that_stands_there_twice_is_refused(bench, tmp_path, plain_book):
    port = bench.open(table_file(tmp_path / "a.xlsx", ["POV", "POV "], [["x", "y"]]))
    with pytest.raises(ColumnError, match="'POV' twice"):
        port.read_table(POV)
    port = bench.open(plain_book("b.xlsx", ["POV", "POV"], [["x", "y"]]))
    with pytest.raises(ColumnError, match="'POV' twice"):
        port.read_table(POV)


def test_a_table_that_hides_its_header_row_is_read_in_full(bench, tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as workbook:
        columns = [{"header": "ID"}, {"header": "POV"}]
        data = [["P1", "one"], ["P2", "two"]]
        shape = {"name": "tblPOV", "columns": columns, "data": data, "header_row": False}
        workbook.add_worksheet().add_table("B3:C4", shape)
    port = bench.open(tmp_path / "a.xlsx")
    assert column(port, POV, "POV") == ["one", "two"]


def test_a_plain_sheet_is_found_by_its_headers(bench, plain_book):
    path = plain_book("plain 日本.xlsx", FBQ_HEADERS, [fbq_row("one"), [], fbq_row("two")])
    rows = bench.open(path).read_table(FBQ).rows
    assert [(row.number, row.values["QInitial"], row.values["FBQ_B"]) for row in rows] == [
        (2, "one", 4),
        (4, "two", 4),
    ]


def test_a_table_that_lost_its_name_is_found_by_its_headers_too(bench, tmp_path):
    rows = [["P1", "one", 1, "yes"]]
    path = table_file(tmp_path / "a.xlsx", POV.headers, rows, name="Renamed")
    assert column(bench.open(path), POV, "POV") == ["one"]


@pytest.mark.parametrize(("row", "is_found"), [(10, True), (11, False)])
def test_headers_of_a_plain_sheet_may_stand_lower_but_not_below_row_ten(
    bench, tmp_path, row, is_found
):
    path = sheet_file(tmp_path / "a.xlsx", ("S", row, 3, [[" POV "], ["text"]]))
    port = bench.open(path)
    if is_found:
        found = port.read_table(POV).rows
        assert [(row.number, row.values) for row in found] == [(11, {"POV": "text"})]
    else:
        with pytest.raises(TableMissingError, match="no table tblPOV"):
            port.read_table(POV)


def test_two_plain_sheets_with_the_headers_are_refused_by_name(bench, tmp_path):
    path = sheet_file(tmp_path / "a.xlsx", ("Sheet", 1, 1, [["POV"]]), ("Second", 1, 1, [["POV"]]))
    with pytest.raises(TableMissingError, match="on two sheets: Sheet, Second"):
        bench.open(path).read_table(POV)


def test_a_table_in_which_nobody_writes_is_never_guessed(bench, plain_book):
    path = plain_book("a.xlsx", list(MATRIX.headers), [["Q1"]])
    port = bench.open(path)
    assert port.find_table(MATRIX) is None
    with pytest.raises(TableMissingError):
        port.read_table(MATRIX)


def test_results_with_columns_of_the_users_are_found_by_key_and_those(bench, plain_book):
    path = plain_book(
        "a.xlsx", ["ChunkID", "qid", "Ｎｏｔｅ", "keep"], [["c1", "Q1", "mine", "no"]]
    )
    row = bench.open(path).read_table(RANKED).rows[0]
    assert row.values == {"ChunkID": "c1", "QID": "Q1", "Note": "mine", "Keep": "no"}


@pytest.mark.parametrize("header", ["pov", "ＰＯＶ", " P O V ", "ｐov"])
def test_a_header_is_known_whatever_its_case_width_and_spaces(bench, tmp_path, plain_book, header):
    named = bench.open(table_file(tmp_path / "a.xlsx", ["ID", header], [["P1", "text"]]))
    plain = bench.open(plain_book("b.xlsx", ["id", header], [["P1", "text"]]))
    for port in (named, plain):
        assert port.read_table(POV).rows[0].values == {"ID": "P1", "POV": "text"}


def test_a_header_spelt_like_the_layouts_wins_and_two_others_are_refused(bench, plain_book):
    port = bench.open(plain_book("a.xlsx", ["ｐｏｖ", "POV"], [["mine", "text"]]))
    assert port.read_table(POV).rows[0].values == {"ｐｏｖ": "mine", "POV": "text"}
    port = bench.open(plain_book("b.xlsx", ["ｐｏｖ", "pov"], [["one", "two"]]))
    with pytest.raises(ColumnError, match="'POV' twice"):
        port.read_table(POV)


def test_a_sheet_of_the_tables_name_without_its_headers_is_named(bench, tmp_path):
    path = sheet_file(tmp_path / "a.xlsx", ("ranked", 1, 1, [["QID", "Note", "ChunkID"]]))
    with pytest.raises(TableMissingError, match="has a sheet ranked, but no table") as caught:
        bench.open(path).find_table(RANKED)
    assert caught.value.why.endswith("lack these headers: Keep.")


def test_a_column_that_a_person_spelt_anew_is_written_and_keeps_its_spelling(bench, port):
    write_ranked(port, ranked_rows("a", "b"))

    def respell(workbook):
        sheet = workbook["Ranked"]
        columns = sheet.tables["tblRanked"].tableColumns
        for header, spelt in {"ChunkID": "chunk id", "Note": "ＮＯＴＥ", "Rank": "rank"}.items():
            sheet[address(RANKED, header, -1)] = spelt
            next(each for each in columns if each.name == header).name = spelt
        sheet[address(RANKED, "Note", 1)] = "on b"

    port = bench.edit(port, respell)
    write_ranked(port, ranked_rows("b", "a"))
    rows = port.read_table(RANKED).rows
    assert [(row.values["ChunkID"], row.values["Rank"], row.values["Note"]) for row in rows] == [
        ("b", 1, "on b"),
        ("a", 2, None),
    ]
    sheet = bench.look(port)["Ranked"]
    assert sheet[address(RANKED, "ChunkID", -1)].value == "chunk id"
    assert sheet.max_column == len(RANKED.headers)


# Writing


def test_a_table_grows_shrinks_and_keeps_one_row(bench, port):
    for chunks in (["a"], list("abcdefgh"), ["x", "y"], []):
        write_ranked(port, ranked_rows(*chunks))
        assert column(port, RANKED, "ChunkID") == chunks
        sheet = bench.look(port)["Ranked"]
        place = area(RANKED, max(1, len(chunks)))
        assert sheet.tables["tblRanked"].ref == sheet.tables["tblRanked"].autoFilter.ref == place
        below = [cell.value for row in sheet.iter_rows(6 + len(chunks)) for cell in row]
        assert not any(below)


def test_new_rows_look_like_the_first_one(bench, port):
    write_ranked(port, ranked_rows(*"abc"))
    sheet = bench.look(port)["Ranked"]
    for header_cell in sheet[5]:
        looks = {
            (cell.number_format, cell.style, cell.fill.fgColor.rgb, cell.alignment.wrap_text)
            for cell in (sheet.cell(row, header_cell.column) for row in (6, 7, 8))
        }
        assert len(looks) == 1, header_cell.value
    assert sheet[address(RANKED, "SexyScore", 2)].number_format == "0.000"


def test_what_the_user_painted_stays_and_is_not_repeated(bench, port):
    def paint(workbook):
        first, second, _ = cells(workbook["Ranked"], RANKED, "Move", 3)
        first.fill = PatternFill("solid", "FFFF00")
        second.number_format = "0.0%"

    def looks(rows):
        moves = cells(bench.look(port)["Ranked"], RANKED, "Move", rows)
        return [(cell.fill.fgColor.rgb == "00FFFF00", cell.number_format) for cell in moves]

    write_ranked(port, ranked_rows(*"abcd"))
    port = bench.edit(port, paint)
    plain = (False, "0")
    for count in (6, 4, 5):
        write_ranked(port, ranked_rows(*"abcdef"[:count]))
        assert looks(count) == [(True, "0"), (False, "0.0%"), *[plain] * (count - 2)]


def test_the_table_is_found_after_rows_columns_and_names_were_changed(bench, tmp_path):
    headers = ["Chunk", "Mine", "ChunkID", "QID", "Rank", "SexyScore"]
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as workbook:
        workbook.add_worksheet("x")
        sheet = workbook.add_worksheet("Renamed 改名 it's")
        columns = [{"header": header} for header in headers]
        sheet.add_table(9, 4, 10, 9, {"name": "tblRanked", "columns": columns})
        sheet.write("B3", "stays")
    port = bench.open(tmp_path / "a.xlsx")
    content = TableContent(
        RANKED,
        ranked_rows("c1", "c2", text="chunk"),
        [Column(header) for header in ("QID", "Rank", "SexyScore", "Chunk", "ChunkID", "Extra")],
    )
    port.write_table(content)
    sheet = bench.look(port)["Renamed 改名 it's"]
    assert sheet["B3"].value == "stays"
    assert [cell.value for cell in sheet[10]][4:11] == [*headers, "Extra"]
    assert [cell.value for cell in sheet[12]][4:11] == ["chunk", None, "c2", "Q1", 2, 7.5, None]
    table = sheet.tables["tblRanked"]
    assert table.ref == "E10:K12"
    assert [item.name for item in table.tableColumns] == [*headers, "Extra"]


def test_text_that_looks_like_a_formula_stays_text(bench, port):
    texts = ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "plain"]
    rows = [{"QID": "Q1", "ChunkID": str(i), "Chunk": text} for i, text in enumerate(texts)]
    write_ranked(port, rows)
    sheet = bench.look(port)["Ranked"]
    for number, text in enumerate(texts, start=6):
        cell = sheet[address(RANKED, "Chunk", number - 6)]
        assert (cell.value, cell.data_type) == (text, "s")
        assert cell.quotePrefix or text == "plain"
    assert column(port, RANKED, "Chunk") == texts


@pytest.mark.parametrize("text", ["0123", "1e5", "2026-01-02", "TRUE", "'quoted'", "#N/A", "12 %"])
def test_text_that_looks_like_something_else_stays_text(bench, port, text):
    write_ranked(port, ranked_rows("a", text=text))
    cell = bench.look(port)["Ranked"][address(RANKED, "Chunk")]
    assert (cell.value, cell.data_type) == (text, "s")
    assert column(port, RANKED, "Chunk") == [text]


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\x00b\x07c", "abc"),
        ("😀 emoji 日本語", "😀 emoji 日本語"),
        ("lone \udc00", "lone "),
        ("\uffff", None),
        ('<tag> & "quotes" ]]>', '<tag> & "quotes" ]]>'),
        (" blanks around \n", " blanks around \n"),
    ],
)
def test_any_text_comes_back_clean(bench, port, dirty, clean):
    write_ranked(port, ranked_rows("a", text=dirty))
    assert column(port, RANKED, "Chunk") == [clean]


def test_a_text_that_is_too_long_is_cut(bench, port):
    write_ranked(port, ranked_rows("a", text="word " * 8000))
    assert len(bench.look(port)["Ranked"][address(RANKED, "Chunk")].value) == 32_767


def test_numbers_and_truth_values_keep_their_kind(port):
    values = [1, 2.5, True, float("nan"), float("inf"), None, -1e-20, 3_000_000_000]
    rows = [{"ChunkID": str(i), "SexyScore": value} for i, value in enumerate(values)]
    write_ranked(port, rows)
    back = column(port, RANKED, "SexyScore")
    assert back == [1, 2.5, True, None, None, None, -1e-20, 3_000_000_000]
    assert back[2] is True


def test_a_header_that_no_column_has_is_refused(port):
    rows = [{"ChunkID": "a", "SexiScore": 1.0}, {"ChunkID": "b", "Note": "the user's"}]
    with pytest.raises(InternalError, match="tblRanked takes no values for SexiScore, Note"):
        write_ranked(port, rows)
    assert column(port, RANKED, "ChunkID") == []


def test_formulas_land_as_formulas(bench, port):
    write_ranked(port, [{"ChunkID": "a", "Rank": 1, "SexyScore": Formula("=SQRT(C6)*2")}])
    assert bench.look(port)["Ranked"][address(RANKED, "SexyScore")].value == "=SQRT(C6)*2"


def test_rows_hidden_by_a_filter_are_shown_and_the_filter_is_cleared(bench, port):
    def filter_rows(workbook):
        sheet = workbook["Ranked"]
        sheet.tables["tblRanked"].autoFilter.add_filter_column(2, ["1"])
        sheet.row_dimensions[7].hidden = True

    write_ranked(port, ranked_rows("a", "b"))
    port = bench.edit(port, filter_rows)
    write_ranked(port, ranked_rows("c", "d", "e"))
    sheet = bench.look(port)["Ranked"]
    assert not any(sheet.row_dimensions[row].hidden for row in (6, 7, 8))
    assert not sheet.tables["tblRanked"].autoFilter.filterColumn


@pytest.mark.parametrize("is_outline", [False, True])
def test_rows_that_no_filter_of_the_table_hid_stay_hidden(bench, port, is_outline):
    def hide(workbook):
        row = workbook["Ranked"].row_dimensions[7]
        row.hidden, row.outlineLevel = True, int(is_outline)

    write_ranked(port, ranked_rows("a", "b"))
    port = bench.edit(port, hide)
    write_ranked(port, ranked_rows("c", "d", "e"))
    sheet = bench.look(port)["Ranked"]
    assert [sheet.row_dimensions[row].hidden for row in (6, 7, 8)] == [False, True, False]
    assert column(port, RANKED, "ChunkID") == ["c", "d", "e"]


def test_rows_are_not_written_over_other_cells(bench, port):
    port = bench.edit(port, lambda workbook: workbook["Ranked"].cell(9, 3, "mine"))
    write_ranked(port, ranked_rows("a", "b", "c"))
    with pytest.raises(WorkbookError, match="cell C9 of sheet Ranked"):
        write_ranked(port, ranked_rows("a", "b", "c", "d"))
    assert column(port, RANKED, "ChunkID") == ["a", "b", "c"]


def test_rows_are_not_written_over_another_table(bench, port):
    def add(workbook):
        sheet = workbook["Ranked"]
        sheet["B20"], sheet["C20"] = "x", "y"
        sheet.add_table(openpyxl.worksheet.table.Table(displayName="Mine", ref="B20:C21"))

    with pytest.raises(WorkbookError, match="run into the table Mine"):
        write_ranked(bench.edit(port, add), ranked_rows(*map(str, range(20))))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda sheet: sheet.merge_cells("B6:C6"), "merged cells: B6:C6"),
        (lambda sheet: sheet.merge_cells("B6:C9"), "merged cells: B6:C9"),
        (lambda sheet: setattr(sheet.tables["tblRanked"], "totalsRowCount", 1), "totals row"),
        (lambda sheet: setattr(sheet.tables["tblRanked"], "headerRowCount", 0), "header row"),
    ],
)
def test_what_would_harm_the_table_is_refused_with_the_way_out(bench, port, change, message):
    port = bench.edit(port, lambda workbook: change(workbook["Ranked"]))
    with pytest.raises(WorkbookError, match=message) as caught:
        write_ranked(port, ranked_rows("a"))
    assert "run again" in caught.value.next_step


def test_merged_cells_above_a_table_are_refused_where_a_row_is_to_stand(bench, port):
    port = bench.edit(port, lambda workbook: workbook["Matrix"].merge_cells("F3:F4"))
    with pytest.raises(WorkbookError, match="merged cells: F3:F4"):
        port.write_table(matrix(["P1"]))
    assert headers(bench.look(port)["Matrix"]) == FIXED


def test_results_need_their_table(bench, tmp_path, plain_book):
    with pytest.raises(TableMissingError, match="tblRanked") as caught:
        write_ranked(bench.open(plain_book("a.xlsx", ["POV"], [])), ranked_rows("a"))
    assert "Table Name" in caught.value.next_step
    renamed = table_file(tmp_path / "b.xlsx", RANKED.headers, [], name="Mine")
    with pytest.raises(TableMissingError, match="tblRanked"):
        write_ranked(bench.open(renamed), ranked_rows("a"))
    bare = sheet_file(tmp_path / "c.xlsx", ("Ranked", 5, 1, [RANKED.headers]))
    with pytest.raises(TableMissingError, match="no table tblRanked") as caught:
        write_ranked(bench.open(bare), ranked_rows("a"))
    assert "Insert, Table" in caught.value.next_step


def test_a_deleted_column_comes_back_at_the_right_end(bench, tmp_path):
    headers = [header for header in RANKED.headers if header != "Move"]
    port = bench.open(table_file(tmp_path / "a.xlsx", headers, [], name="tblRanked"))
    write_ranked(port, ranked_rows("a"))
    assert port.read_table(RANKED).headers == (*headers, "Move")


def test_two_columns_that_differ_in_case_only_are_refused(port):
    columns = [Column("ID"), Column("id")]
    with pytest.raises(ColumnError, match="capitals"):
        port.write_table(TableContent(RANKED, [], columns))


def test_a_hidden_sheet_is_read_and_written_and_stays_hidden(bench, port):
    port = bench.edit(port, lambda workbook: setattr(workbook["Ranked"], "sheet_state", "hidden"))
    write_ranked(port, ranked_rows("a"))
    assert column(port, RANKED, "ChunkID") == ["a"]
    assert bench.look(port)["Ranked"].sheet_state == "hidden"


def test_values_are_read_anew_after_writing(port):
    write_ranked(port, ranked_rows("a"))
    assert column(port, RANKED, "ChunkID") == ["a"]
    write_ranked(port, ranked_rows("b"))
    assert column(port, RANKED, "ChunkID") == ["b"]


# The user's own columns


@pytest.fixture
def annotated(bench, port):
    """The template with three ranked passages, notes on the first two."""

    def annotate(workbook):
        sheet = workbook["Ranked"]
        sheet[address(RANKED, "Keep")] = "no"
        sheet[address(RANKED, "Note")], sheet[address(RANKED, "Note", 1)] = "note on a", "=1+1"

    write_ranked(port, ranked_rows("a", "b", "c"))
    return bench.edit(port, annotate)


def test_the_users_cells_follow_their_row(bench, annotated):
    lost = write_ranked(annotated, ranked_rows("new", "c", "b", "a"))
    sheet = bench.look(annotated)["Ranked"]
    assert lost == []
    keeps, notes = (cells(sheet, RANKED, header, 4) for header in ("Keep", "Note"))
    assert [cell.value for cell in keeps] == [None, None, None, "no"]
    assert [cell.value for cell in notes] == [None, None, "=1+1", "note on a"]


def test_what_the_user_wrote_on_a_vanished_row_is_reported(annotated):
    lost = write_ranked(annotated, ranked_rows("c"))
    assert [(row.number, row.values["ChunkID"], row.values["Note"]) for row in lost][:1] == [
        (6, "a", "note on a")
    ]
    assert dict(lost[0].values) == {"QID": "Q1", "ChunkID": "a", "Keep": "no", "Note": "note on a"}
    assert [row.number for row in lost] == [6, 7]


def test_rows_with_equal_keys_keep_their_cells_in_order(annotated):
    write_ranked(annotated, ranked_rows("a", "a", "b"))
    assert column(annotated, RANKED, "Note")[:2] == ["note on a", None]


def test_keys_that_are_numbers_are_the_same_as_text(bench, port):
    def annotate(workbook):
        workbook["Ranked"][address(RANKED, "Note")] = "mine"

    write_ranked(port, [{"QID": 1, "ChunkID": 7.0}])
    port = bench.edit(port, annotate)
    assert write_ranked(port, [{"QID": "1", "ChunkID": "7"}]) == []
    assert column(port, RANKED, "Note") == ["mine"]


def test_a_note_that_looks_like_a_formula_stays_the_text_it_is(bench, port):
    def annotate(workbook):
        cell = workbook["Ranked"][address(RANKED, "Note")]
        cell.value = "=1+1"
        cell.data_type, cell.quotePrefix = "s", True

    write_ranked(port, ranked_rows("a"))
    port = bench.edit(port, annotate)
    write_ranked(port, ranked_rows("b", "a"))
    cell = bench.look(port)["Ranked"][address(RANKED, "Note", 1)]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_dates_and_numbers_of_the_users_stay_what_they_are(bench, port):
    def annotate(workbook):
        sheet = workbook["Ranked"]
        day, part = cells(sheet, RANKED, "Note", 2)
        day.value, part.value = dt.datetime(2026, 1, 2), 0.5
        day.number_format = "yyyy-mm-dd"

    write_ranked(port, ranked_rows("a", "b"))
    port = bench.edit(port, annotate)
    write_ranked(port, ranked_rows("b", "a"))
    assert column(port, RANKED, "Note") == [0.5, "2026-01-02"]


@pytest.mark.parametrize(
    "error", ["#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!"]
)
def test_an_error_value_of_the_users_stays_one(bench, port, error):
    def annotate(workbook):
        cell, text = cells(workbook["Ranked"], RANKED, "Note", 2)
        cell.value, text.value = error, "# my heading"
        assert cell.data_type == "e"

    write_ranked(port, ranked_rows("a", "b"))
    port = bench.edit(port, annotate)
    write_ranked(port, ranked_rows("b", "a", "c"))
    notes = cells(bench.look(port)["Ranked"], RANKED, "Note", 3)
    assert [cell.value for cell in notes] == ["# my heading", error, None]
    assert notes[1].data_type == "e"
    seen = error if bench.names_errors else "#ERROR!"
    assert column(port, RANKED, "Note") == ["# my heading", seen, None]


def test_without_the_key_column_nothing_is_written(bench, annotated):
    def rename(workbook):
        sheet = workbook["Ranked"]
        sheet[address(RANKED, "ChunkID", -1)] = "Other"
        columns = sheet.tables["tblRanked"].tableColumns
        columns[RANKED.headers.index("ChunkID")].name = "Other"

    port = bench.edit(annotated, rename)
    with pytest.raises(ColumnError, match="no column 'ChunkID' any more"):
        write_ranked(port, ranked_rows("a"))


def book_with_formulas(path):
    """A ranked table with a column of the user's in the middle that Excel fills down."""
    headers = ["QID", "ChunkID", "Double", "SexyScore", "Rank", "Chunk"]
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        columns = [{"header": header} for header in headers]
        columns[2]["formula"] = "=tblRanked[[#This Row],[SexyScore]]*2"
        data = [["Q1", key, None, n, n, "x"] for n, key in enumerate("abcd")]
        sheet.add_table("A1:F5", {"name": "tblRanked", "columns": columns, "data": data})
        sheet.write_formula("C3", "=D3*100+$A$1")
    return path


def test_a_column_formula_is_filled_down_and_a_row_of_its_own_kind_follows(bench, tmp_path):
    port = bench.open(book_with_formulas(tmp_path / "a.xlsx"))
    lost = write_ranked(port, ranked_rows("b", "n1", "n2", "n3", "n4"))
    sheet = bench.look(port)["Sheet1"]
    filled = "=tblRanked[[#This Row],[SexyScore]]*2"
    assert [sheet.cell(row, 3).value for row in range(2, 7)] == ["=D2*100+$A$1", *[filled] * 4]
    assert [sheet.cell(row, 2).value for row in range(2, 7)] == ["b", "n1", "n2", "n3", "n4"]
    assert lost == []


# Columns that come and go


def headers(sheet):
    return [column.name for column in sheet.tables["tblMatrix"].tableColumns]


def row_values(sheet, number, first=1):
    values = [cell.value for cell in sheet[number]][first - 1 :]
    while values and values[-1] is None:
        values.pop()
    return values


def test_points_of_view_come_as_columns_with_formats_widths_and_rows_above(bench, port):
    port.write_table(matrix(["P1", "P2"]))
    workbook = bench.look(port)
    sheet = workbook["Matrix"]
    assert headers(sheet) == [*FIXED, "P1", "P2", "P1 z", "P2 z"]
    assert row_values(sheet, 5) == headers(sheet)
    assert row_values(sheet, 3, 10) == [f"text of {name}" for name in headers(sheet)[9:]]
    assert row_values(sheet, 4, 5) == ["Weight now", *[None] * 6, "=1", "=1"]
    assert row_values(sheet, 7) == ["Q1", None, "c1", "=SUM(Weights)", *[None] * 5, *[0.25] * 4]
    place = workbook.defined_names["Weights"].attr_text
    assert place.replace("'", "") == "Matrix!$L$4:$M$4"
    assert sheet["J7"].number_format == "0.000"
    assert sheet.column_dimensions["J"].width == pytest.approx(9, abs=0.8)


def test_columns_of_points_of_view_come_and_go_with_each_run(bench, port):
    port.write_table(matrix(["P1", "P2", "P3"], rows=5))
    port.write_table(matrix(["P2", "P9"], rows=2))
    sheet = bench.look(port)["Matrix"]
    assert headers(sheet) == [*FIXED, "P2", "P9", "P2 z", "P9 z"]
    assert row_values(sheet, 5) == headers(sheet)
    assert row_values(sheet, 7)[9:] == [0.25] * 4
    assert sheet.tables["tblMatrix"].ref == "A5:M7"
    assert max(cell.column for row in sheet.iter_rows() for cell in row if cell.value) == 13
    assert max(cell.row for row in sheet.iter_rows() for cell in row if cell.value) == 7
    port.write_table(matrix([], rows=0))
    assert headers(bench.look(port)["Matrix"]) == FIXED


def test_points_of_view_in_another_order_stand_in_that_order(bench, port):
    port.write_table(matrix(["P1", "P2"]))
    port.write_table(matrix(["P2", "P1"]))
    sheet = bench.look(port)["Matrix"]
    assert headers(sheet) == [*FIXED, "P2", "P1", "P2 z", "P1 z"]
    assert row_values(sheet, 5) == headers(sheet)
    assert row_values(sheet, 3, 10) == [f"text of {name}" for name in headers(sheet)[9:]]


def test_a_second_equal_run_changes_no_cell(bench, port):
    def cells():
        sheet = bench.look(port)["Matrix"]
        return {
            cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value
        }

    port.write_table(matrix(["P1", "P2"]))
    before = cells()
    port.write_table(matrix(["P1", "P2"]))
    assert cells() == before


def test_a_column_of_the_users_moves_aside_with_values_and_width(bench, port):
    def add(workbook):
        sheet = workbook["Matrix"]
        table = sheet.tables["tblMatrix"]
        table.ref = table.autoFilter.ref = "A5:L8"
        table.tableColumns.append(openpyxl.worksheet.table.TableColumn(id=12, name="Mine"))
        sheet["L4"], sheet["L5"], sheet["L7"] = "my head", "Mine", "mine on c1"
        sheet.column_dimensions["L"].width = 33

    port.write_table(matrix(["P1"]))
    port = bench.edit(port, add)
    port.write_table(matrix(["P1", "P2"]))
    sheet = bench.look(port)["Matrix"]
    assert headers(sheet) == [*FIXED, "P1", "P2", "P1 z", "P2 z", "Mine"]
    assert row_values(sheet, 7)[-1] == "mine on c1"
    assert row_values(sheet, 4)[-1] == "my head"
    assert sheet.column_dimensions["N"].width == pytest.approx(33, abs=0.8)
    port.write_table(matrix(["P2"]))
    sheet = bench.look(port)["Matrix"]
    assert headers(sheet) == [*FIXED, "P2", "P2 z", "Mine"]
    assert row_values(sheet, 7)[-1] == "mine on c1"
    assert row_values(sheet, 4)[-1] == "my head"


def test_new_columns_are_not_written_over_cells_beside_the_table(bench, port):
    beside = len(MATRIX.columns) + 1
    port = bench.edit(port, lambda workbook: workbook["Matrix"].cell(4, beside, "mine"))
    with pytest.raises(WorkbookError, match=f"cell {get_column_letter(beside)}4"):
        port.write_table(matrix(["P1"]))


def test_a_table_that_stands_too_high_for_its_rows_above_is_refused(bench, port):
    def lift(workbook):
        workbook["Matrix"].delete_rows(1, 3)
        table = workbook["Matrix"].tables["tblMatrix"]
        table.ref = table.autoFilter.ref = "A2:E3"

    with pytest.raises(WorkbookError, match="starts too high"):
        bench.edit(port, lift).write_table(matrix(["P1"]))


# Pictures


def picture(name, image=None, caption=""):
    return Picture(f"bonsai {name}", image or png(), f"alt of {name}", caption or f"About {name}")


def captions(bench, port):
    values = (cell.value for cell in bench.look(port)["Heatmap"]["A"])
    return [value for value in values if str(value).startswith("About")]


def test_pictures_have_captions_natural_size_and_alt_text(bench, port):
    red = png(100, 60, "red")
    port.put_pictures("Heatmap", [picture("Q1", red), picture("Q2", png(50, 30))])
    assert captions(bench, port) == ["About Q1", "About Q2"]
    shown = bench.pictures(port, "Heatmap")
    assert [(name, item.size, item.alt_text) for name, item in shown.items()] == [
        ("bonsai Q1", (100, 60), "alt of Q1"),
        ("bonsai Q2", (50, 30), "alt of Q2"),
    ]
    assert shown["bonsai Q1"].png == red


def test_a_known_picture_keeps_its_size_and_shows_the_new_image(bench, port):
    port.put_pictures("Heatmap", [picture("Q1", png(100, 60))])
    blue = png(500, 500, "blue")
    port.put_pictures("heatmap", [picture("Q1", blue, caption="About it anew")])
    shown = bench.pictures(port, "Heatmap") if captions(bench, port) else {}
    assert [(name, item.size) for name, item in shown.items()] == [("bonsai Q1", (100, 60))]
    assert shown["bonsai Q1"].png == blue
    assert captions(bench, port) == ["About it anew"]


def test_a_picture_that_is_no_longer_wanted_goes_with_its_caption(bench, port):
    port.put_pictures("Heatmap", [picture("Q1"), picture("Q2"), picture("Q3")])
    port.put_pictures("Heatmap", [picture("Q2")])
    assert captions(bench, port) == ["About Q2"]
    assert list(bench.pictures(port, "Heatmap")) == ["bonsai Q2"]
    port.put_pictures("Heatmap", [])
    assert captions(bench, port) == []
    assert bench.pictures(port, "Heatmap") == {}


def test_pictures_that_are_named_are_kept_beside_new_ones(bench, port):
    port.put_pictures("Heatmap", [picture("Q1"), picture("Q2"), picture("Q3")])
    port.put_pictures("Heatmap", [picture("Q3")], keep=["bonsai Q1"])
    assert captions(bench, port) == ["About Q1", "About Q3"]
    port.put_pictures("Heatmap", [], keep=["bonsai Q3"])
    assert captions(bench, port) == ["About Q3"]


def test_where_the_first_one_is_new_all_are_hung_in_their_order(bench, port):
    port.put_pictures("Heatmap", [picture("Q1"), picture("Q2")])
    port.put_pictures("Heatmap", [picture("all"), picture("Q1"), picture("Q2")])
    assert captions(bench, port) == ["About all", "About Q1", "About Q2"]


def test_a_picture_without_our_prefix_gets_it(bench, port):
    port.put_pictures("Heatmap", [Picture("plain", png(), "alt", "About")])
    assert captions(bench, port) == ["About"]
    assert list(bench.pictures(port, "Heatmap")) == ["bonsai plain"]


def test_a_missing_sheet_is_named_with_those_that_are_there(port):
    with pytest.raises(WorkbookError, match="no sheet 'Nowhere'") as caught:
        port.put_pictures("Nowhere", [])
    assert "Heatmap" in caught.value.why
