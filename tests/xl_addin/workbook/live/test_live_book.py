"""What the live port alone promises, on the stand-ins for Excel (see their own modules).

Some tests look into what xlwings' remote engine recorded, or stand at one of its own limits: these
run on that engine alone, and what only Excel for Windows has is in `test_live_on_windows`.
"""

import builtins
import re
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.excel.com.application import Application
from tests.xl_addin.workbook.benches import StandInBench, WindowsBench
from tests.xl_addin.workbook.live.test_busy import REJECTED, com_error
from tests.xl_addin.workbook.samples import address, cells, column, ranked_rows, write_ranked
from tests.xl_addin.workbook.stand_in_excel import remote_engine
from tests.xl_addin.workbook.test_port import matrix
from worker.errors import PackageMissingError, WorkbookError, WorkbookLockedError
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.areas import Area
from xl_addin.workbook.live import busy
from xl_addin.workbook.live.live_book import LiveBook
from xl_addin.workbook.live.live_sheet import LiveSheet
from xl_addin.workbook.port import Formula, Picture, TableContent


@pytest.fixture(params=["remote", "windows"])
def bench(request, monkeypatch):
    if request.param == "remote":
        with remote_engine(monkeypatch) as xlwings:
            yield StandInBench(xlwings)
    else:
        windows = request.getfixturevalue("windows")
        request.getfixturevalue("windows_xlwings")
        yield WindowsBench(Application(windows))


ON_REMOTE = pytest.mark.parametrize("bench", ["remote"], indirect=True)


@pytest.fixture
def port(bench, book):
    return bench.open(book)


def edited(bench, port, change):
    """Let the user change the Ranked sheet."""
    return bench.edit(port, lambda workbook: change(workbook["Ranked"]))


def noting(text):
    """Let the user write a note on the first passage."""
    return lambda sheet: setattr(sheet[address(RANKED, "Note")], "value", text)


# Far rows


def test_a_table_far_longer_than_its_content_is_read_piece_by_piece_and_written_by_its_content(
    bench, book, monkeypatch
):
    monkeypatch.setattr("xl_addin.workbook.live.live_sheet._ROWS_AT_A_TIME", 20)
    raw, asked = LiveSheet.raw, []

    def remember(sheet, area):
        asked.append(len(area.rows))
        return raw(sheet, area)

    monkeypatch.setattr(LiveSheet, "raw", remember)

    def stretch(workbook):
        workbook["Ranked"].tables[
            "tblRanked"
        ].ref = f"A5:{address(RANKED, RANKED.headers[-1], 500)}"
        workbook["Ranked"][address(RANKED, "Move", 500)].number_format = "0.0"

    write_ranked(port := bench.open(book), ranked_rows("a", "b"))
    port = bench.edit(port, stretch)
    assert column(port, RANKED, "ChunkID") == ["a", "b"]
    write_ranked(port, ranked_rows("b", "a", "c"))
    assert column(port, RANKED, "ChunkID") == ["b", "a", "c"]
    assert max(asked) == 20
    assert len(bench.look(port)["Ranked"].tables["tblRanked"].ref) < len("A5:P500")


# Blocks


def test_five_thousand_rows_are_an_array_on_either_side_of_the_users_columns(bench, port):
    rows = ranked_rows(*(f"c{n}" for n in range(5_000)))
    write_ranked(port, rows)
    assert len(RANKED.columns) >= 16
    assert bench.writes(port) == 2
    assert len(column(port, RANKED, "ChunkID")) == 5_000


def test_five_thousand_rows_with_notes_in_another_order_are_one_array_too(bench, port):
    chunks = [f"c{n}" for n in range(5_000)]
    write_ranked(port, ranked_rows(*chunks))

    bench.forget(port)
    sheet = bench.model(port).workbook["Ranked"]
    for chunk, cell in zip(chunks, cells(sheet, RANKED, "Note", len(chunks)), strict=True):
        cell.value = f"note on {chunk}"
    write_ranked(port, ranked_rows(*reversed(chunks)))
    assert bench.writes(port) == 1
    notes = column(port, RANKED, "Note")
    assert notes == [f"note on {chunk}" for chunk in reversed(chunks)]


def test_a_table_that_shrinks_is_emptied_in_one_call_more(bench, port):
    write_ranked(port, ranked_rows(*"abcdefgh"))
    bench.forget(port)
    write_ranked(port, ranked_rows("x"))
    assert bench.writes(port) == 2


@ON_REMOTE
def test_columns_of_the_users_in_which_nothing_changes_are_not_touched(bench, port):
    write_ranked(port, ranked_rows("a", "b"))
    port = edited(bench, port, noting("mine"))
    book = port.excel.book()
    LiveBook(book).write_table(TableContent(RANKED, ranked_rows("a", "b", "c")))
    written = [a for a in book.impl.json()["actions"] if a["func"] == "setValues"]
    before, behind = RANKED.headers.index("Keep"), RANKED.headers.index("Note") + 1
    assert [(a["start_column"], a["column_count"]) for a in written] == [
        (0, before),
        (behind, len(RANKED.headers) - behind),
    ]


def test_the_matrix_is_written_in_five_arrays(bench, port):
    port.write_table(matrix([f"P{n:02}" for n in range(12)], rows=500))
    assert bench.writes(port) == 5, "texts and formulas apart: three above the table, two in it"


@ON_REMOTE
def test_no_text_goes_where_excel_takes_formulas(bench, port):
    def annotate(sheet):
        notes = ("=1+1", "x" * 9_000, "2 words")
        for note, cell in zip(notes, cells(sheet, RANKED, "Note", 3), strict=True):
            cell.value = note

    write_ranked(port, ranked_rows("a", "b", "c"))
    port = edited(bench, port, annotate)
    book = port.excel.book()
    rows = ranked_rows("c", "b", "a", text="y" * 9_000)
    LiveBook(book).write_table(TableContent(RANKED, rows))
    typed = {
        name: [v for a in actions if a["func"] == name for row in a["values"] for v in row]
        for actions in [book.impl.json()["actions"]]
        for name in ("setValues", "setFormula")
    }
    assert [value for value in typed["setFormula"] if isinstance(value, str) and value] == ["=1+1"]
    assert {"x" * 9_000, "y" * 9_000, "'2 words"} <= {*typed["setValues"]}


def test_a_table_that_holds_it_all_is_not_touched(bench, port):
    rows = [
        {"QID": "1", "Rank": 1, "SexyScore": True, "Chunk": "=no formula", "ChunkID": "a"},
        {"QID": "12 %", "Rank": 2.5, "SexyScore": None, "ChunkID": "b"},
        {"QID": "Q", "SexyScore": Formula("=C6*2"), "ChunkID": "c"},
    ]
    for content in (TableContent(RANKED, rows), matrix(["P1"])):
        port.write_table(content)
        bench.forget(port)
        port.write_table(content)
        assert bench.calls(port) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [(1, True), (1, "1"), (None, 0), ("a", "A"), (2, Formula("=1+1")), (Formula("=1+1"), "=1+1")],
)
def test_a_cell_that_only_looks_the_same_is_written(bench, port, before, after):
    write_ranked(port, [{"ChunkID": "a", "SexyScore": before}])
    bench.forget(port)
    write_ranked(port, [{"ChunkID": "a", "SexyScore": after}])
    assert bench.writes(port)


def test_without_pictures_excel_is_not_touched(bench, port):
    port.put_pictures("Heatmap", [])
    assert bench.calls(port) == []


# Excel's state


@ON_REMOTE
def test_computing_is_suspended_around_the_write_only_and_given_back(port):
    write_ranked(port, ranked_rows("a", "b"))
    calls = port.excel.calls
    assert [call for call in calls if call in ("Manual", "Automatic")] == ["Manual", "Automatic"]
    assert calls.index("Manual") < calls.index("setValues") < calls.index("Automatic")


@ON_REMOTE
def test_a_mode_in_which_excel_computes_nothing_anyway_is_left_alone(bench, port):
    port.excel.calculation = "Manual"
    write_ranked(port, ranked_rows("a", "b"))
    assert bench.writes(port) == 2
    assert not {"Manual", "Automatic"} & {*port.excel.calls}


@ON_REMOTE
def test_it_is_given_back_when_excel_refuses(port, monkeypatch):
    def refuse(self, cells):
        raise com_error(-2146827284, text="not now")

    monkeypatch.setattr("xlwings.pro._xlremote.Table.resize", refuse)
    with pytest.raises(WorkbookError, match="not now"):
        write_ranked(port, ranked_rows("a", "b"))
    assert port.excel.calls[-1] == "Automatic"


def test_what_is_refused_by_us_touches_nothing(bench, port):
    port = edited(bench, port, lambda sheet: sheet.cell(8, 1, "mine"))
    with pytest.raises(WorkbookError, match="A8"):
        write_ranked(port, ranked_rows(*"abc"))
    assert bench.calls(port) == []


# Busy


def rejecting(bench, monkeypatch, call, times):
    """Let Excel reject a call so many times before it takes it."""
    monkeypatch.setattr(busy, "FIRST_PAUSE", 0.001)
    bench.reject(call, times, monkeypatch)


CALLS = ["resize", "add column", "fill", "write"]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_excel_rejects_is_made_again_and_nothing_twice(bench, port, monkeypatch, call):
    rejecting(bench, monkeypatch, call, 3)
    port.write_table(matrix(["P1", "P2"]))
    data = port.read_table(MATRIX)
    assert data.headers == (*MATRIX.headers, "P1", "P2", "P1 z", "P2 z")
    assert [row.values["P1"] for row in data.rows] == [0, 0.25, 0.5]


def test_excel_that_stays_busy_loses_no_note(bench, port, monkeypatch):
    write_ranked(port, ranked_rows("a", "b"))
    port = edited(bench, port, noting("note on a"))
    with monkeypatch.context() as while_busy:
        while_busy.setattr(busy, "PATIENCE", 0.02)
        rejecting(bench, while_busy, "resize", 1000)
        with pytest.raises(WorkbookLockedError) as caught:
            write_ranked(port, ranked_rows("c", "b", "a"))
    assert caught.value.retryable
    assert column(port, RANKED, "Note") == ["note on a", None]
    assert write_ranked(port, ranked_rows("c", "b", "a")) == []
    assert column(port, RANKED, "Note") == [None, None, "note on a"]


def test_what_has_begun_is_waited_for_longer(bench, port, monkeypatch):
    def annotate(sheet):
        note, formula = cells(sheet, RANKED, "Note", 2)
        note.value, formula.value = "note on a", "=1+1"

    write_ranked(port, ranked_rows("a", "b"))
    port = edited(bench, port, annotate)
    known, left = LiveSheet._type, [3]

    def type_slowly(sheet, piece):
        if not piece.is_computed and left[0]:
            left[0] -= 1
            raise com_error(REJECTED)
        known(sheet, piece)

    monkeypatch.setattr(LiveSheet, "_type", type_slowly)
    monkeypatch.setattr(busy, "PATIENCE", 0.0)
    monkeypatch.setattr(busy, "FIRST_PAUSE", 0.001)
    write_ranked(port, ranked_rows("b", "a"))
    assert left == [0]
    notes = cells(bench.look(port)["Ranked"], RANKED, "Note", 2)
    assert [cell.value for cell in notes] == ["=1+1", "note on a"]


# What may not be written


def test_a_protected_sheet_is_read_and_refused_by_name(bench, port):
    port = edited(bench, port, lambda sheet: setattr(sheet.protection, "sheet", True))
    assert column(port, RANKED, "ChunkID") == []
    with pytest.raises(WorkbookError, match="sheet Ranked of 'my book") as error:
        write_ranked(port, ranked_rows("a"))
    assert "Unprotect Ranked" in error.value.next_step
    with pytest.raises(WorkbookError, match="protected"):
        port.put_pictures("Ranked", [Picture("p", b"", "", "")])


@ON_REMOTE
def test_a_read_only_book_takes_results_and_says_how_to_keep_them(port):
    port.excel.read_only = True
    write_ranked(port, ranked_rows("a"))
    assert column(port, RANKED, "ChunkID") == ["a"]
    with pytest.raises(WorkbookLockedError, match="read only") as caught:
        port.save()
    assert "another name" in caught.value.next_step


@ON_REMOTE
def test_a_book_that_was_never_saved_is_not_saved_just_anywhere(port):
    book = port.excel.book()
    book.impl.api.Path = ""
    with pytest.raises(WorkbookError, match="no place on the disk"):
        LiveBook(book).save()


def test_a_table_beside_one_whose_columns_change_is_named(bench, port):
    def add(workbook):
        sheet = workbook["Matrix"]
        sheet["T5"], sheet["T6"] = "x", 1
        from openpyxl.worksheet.table import Table

        sheet.add_table(Table(displayName="Mine", ref="T5:T6"))

    port = bench.edit(port, add)
    with pytest.raises(WorkbookError, match="Excel cannot move Mine aside"):
        port.write_table(matrix(["P1"]))
    assert bench.calls(port) == []


def test_merged_cells_beside_a_table_whose_columns_change_are_named(bench, port):
    def add(workbook):
        workbook["Matrix"]["T6"] = "mine"
        workbook["Matrix"].merge_cells("T6:U9")

    port = bench.edit(port, add)
    with pytest.raises(WorkbookError, match="move T6:U9 aside, on sheet Matrix") as caught:
        port.write_table(matrix(["P1"]))
    assert "Unmerge" in caught.value.next_step
    assert bench.calls(port) == []
    write_ranked(port, ranked_rows("a"))


# Reading formulas


@ON_REMOTE
def test_a_block_that_excel_cannot_give_is_read_in_pieces(bench, port, monkeypatch):
    def annotate(sheet):
        notes = ("=1+1", "x" * 9_000, "=2+2")
        for note, cell in zip(notes, cells(sheet, RANKED, "Note", 3), strict=True):
            cell.value = note

    write_ranked(port, ranked_rows("a", "b", "c"))
    port = edited(bench, port, annotate)
    known = type(port.excel).formulas

    def limited(excel, cells):
        block = known(excel, cells)
        if "x" * 8_222 in str(block):
            raise com_error(-2147352567, text="unspecified error")
        return block

    monkeypatch.setattr(type(port.excel), "formulas", limited)
    write_ranked(port, ranked_rows("c", "b", "a"))
    notes = cells(bench.look(port)["Ranked"], RANKED, "Note", 3)
    assert [cell.value for cell in notes] == ["=2+2", "x" * 9_000, "=1+1"]


# Selected cells and the status bar


def selected(port, address):
    book = port.excel.book()
    book.impl.api["book"]["selection"] = address
    return LiveBook(book)


@ON_REMOTE
def test_selected_cells_are_read_with_their_place(bench, port):
    port = edited(bench, port, lambda sheet: sheet.cell(30, 20, "deep"))
    book = port.excel.book()
    sheet = book.sheets["FBQ"]
    cells = LiveBook(book)
    book.impl.api["book"]["active_sheet_index"] = sheet.index - 1
    book.impl.api["book"]["selection"] = "A5:B6"
    place, values = cells.selection()
    assert place == "'FBQ'!A5:B6"
    assert values[0] == ("ID", "QInitial")


@ON_REMOTE
def test_all_selected_areas_are_told_with_the_sheet_in_front(port):
    assert selected(port, "A5:B6").selected() == ("Start", (Area.parse("A5:B6"),))


@ON_REMOTE
def test_a_whole_column_counts_as_far_as_it_has_cells(port):
    place, values = selected(port, "A1:A1048576").selection()
    assert len(values) < 100
    assert re.fullmatch(r"'Start'!A1:A\d+", place)


@ON_REMOTE
def test_scores_stand_beside_their_texts_as_numbers(port):
    book = port.excel.book()
    LiveBook(book).write_beside("'Jobs'!A20:A22", [[0.5], [None], [1.25]])
    port.excel.apply(book)
    sheet = port.excel.workbook["Jobs"]
    assert [sheet.cell(row, 2).value for row in (20, 21, 22)] == [0.5, None, 1.25]
    with pytest.raises(WorkbookError, match="Cell B20 is not empty"):
        LiveBook(port.excel.book()).write_beside("'Jobs'!A20:A22", [[1], [2], [3]])


@ON_REMOTE
def test_an_engine_without_a_status_bar_goes_on(port):
    LiveBook(port.excel.book()).show_status("BONSAI: ranking")


# Finding the workbook


@ON_REMOTE
def test_an_open_workbook_is_found_by_its_name(bench, port):
    book = port.excel.book()
    assert str(LiveBook(book).path) == "my book.xlsx"
    if sys.platform == "linux":
        bench.xlwings.engines["remote"].activate()
        assert LiveBook.named("MY BOOK.xlsx").name == "my book.xlsx"
        with pytest.raises(WorkbookError, match=r"other\.xlsx is not open"):
            LiveBook.named("other.xlsx")


def test_without_xlwings_the_pip_line_is_named(monkeypatch):
    known = builtins.__import__

    def refuse(name, *arguments, **named):
        if name == "xlwings":
            raise ModuleNotFoundError("No module named 'xlwings'")
        return known(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    for find in (LiveBook.caller, lambda: LiveBook.named("x")):
        with pytest.raises(PackageMissingError, match="xlwings") as caught:
            find()
        assert caught.value.next_step == "Run: pip install bonsai-xl"


def test_no_paid_part_of_xlwings_is_in_the_product():
    sources = [
        path
        for folder in ("xl_addin", "worker")
        for path in (REPOSITORY / folder).rglob("*")
        if path.suffix in (".py", ".bas", ".cls")
    ]
    paid = re.compile(
        r"xlwings\s*\.\s*(pro|server|reports)\b"
        r"|from\s+xlwings\s+import\s+[^\n]*\b(pro|server|reports)\b"
        r"|XLWINGS_LICENSE_KEY|runpython_embedded_code|['\"]noncommercial['\"]"
    )
    found = {str(path.relative_to(REPOSITORY)) for path in sources if paid.search(text(path))}
    assert len(sources) > 50
    assert found == set()
    assert paid.search("from xlwings import pro")
    assert paid.search("import xlwings.pro.reports")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_a_formula_of_ours_has_its_equals_sign_once(bench, port):
    write_ranked(port, [{"ChunkID": "a", "SexyScore": Formula("1+1")}])
    assert bench.look(port)["Ranked"][address(RANKED, "SexyScore")].value == "=1+1"
