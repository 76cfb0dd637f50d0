"""The live port in good and bad situations, over xlwings' own code for Windows.

Below it is the stand-in for Excel (`tests/excel/com`). Tests of real Excel that need neither its
computing nor its own ways of filling tables run here, too.
"""

import datetime as dt
import shutil
import sys
from pathlib import Path

import pytest

from tests.excel.com.application import AUTOMATIC, MANUAL, Application
from tests.excel.com.com_types import CELL_ERRORS, call_rejected, cell_is_edited
from tests.excel.com.range import Range
from tests.excel.model.languages import GERMAN, JAPANESE
from tests.excel.test_live_excel import (  # noqa: F401
    scales,
    test_a_protected_sheet_is_refused,
    test_colour_scales_are_renewed_and_do_not_pile_up,
    test_five_thousand_rows_are_written,
)
from tests.xl_addin.workbook.benches import WindowsBench
from tests.xl_addin.workbook.samples import (
    address,
    cells,
    column,
    matrix,
    png,
    ranked_rows,
    write_ranked,
)
from worker.errors import TableMissingError, WorkbookError, WorkbookLockedError
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.areas import Area
from xl_addin.workbook.live import busy
from xl_addin.workbook.live.live_book import LiveBook
from xl_addin.workbook.port import Picture

LIVE = str(Path(busy.__file__).parent)
BUSY = [call_rejected, cell_is_edited]


@pytest.fixture
def excel(windows, windows_xlwings):
    return Application(windows)


@pytest.fixture
def bench(excel):
    return WindowsBench(excel)


@pytest.fixture
def port(bench, book):
    """The template."""
    return bench.open(book)


@pytest.fixture
def _impatient(monkeypatch):
    monkeypatch.setattr(busy, "PATIENCE", 0.02)
    monkeypatch.setattr(busy, "FIRST_PAUSE", 0.001)


def select(excel, sheet, area):
    """Let the user select cells."""
    excel._activate(sheet)
    excel._select(Range(excel._active, Area.parse(area)))


# Busy


class Calls:
    """Calls to Excel, each with the line of the product that made it; one of them it rejects."""

    def __init__(self, error, rejected=None):
        self.error, self.rejected, self.places = error, rejected, []

    def __call__(self, member):
        if self.rejected is not None:
            self.rejected -= 1
            return self.error() if self.rejected == -1 else None
        frame = sys._getframe()
        while not frame.f_code.co_filename.startswith(LIVE):
            frame = frame.f_back
        self.places.append((frame.f_code.co_filename, frame.f_lineno, member))
        return None

    def firsts(self):
        """Return the number of the first call from each line, for each member."""
        return [self.places.index(place) for place in dict.fromkeys(self.places)]


def fill(port):
    """Write all that a run writes: rows, columns, colours, names and pictures."""
    lost = write_ranked(port, ranked_rows("c", "b", "a"))
    port.write_table(matrix(["P1", "P2"]))
    port.put_pictures("Heatmap", [shown("Q1", "blue"), shown("Q2", "red")])
    return lost


def shown(name, colour):
    return Picture(f"bonsai {name}", png(colour=colour), f"alt of {name}", f"About {name}")


def seen(bench, port):
    """Return all cells, tables, names and pictures."""
    workbook = bench.model(port).workbook
    return (
        {
            (sheet.title, cell.coordinate): cell.value
            for sheet in workbook
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        },
        {table.name: table.ref for sheet in workbook for table in sheet.tables.values()},
        bench.model(port).names(),
        [vars(shown) for shown in bench.model(port).sheet("Heatmap").pictures],
        [len([*sheet.rules]) for sheet in bench.model(port).sheets()],
    )


@pytest.mark.parametrize("error", BUSY)
def test_whatever_call_excel_does_not_take_at_first_the_results_are_whole(
    bench, port, excel, book, monkeypatch, error
):
    def shorten(workbook):
        for sheet in [*workbook]:
            if sheet.title not in ("Ranked", "Matrix", "Heatmap"):
                del workbook[sheet.title]
        workbook["Ranked"][address(RANKED, "Note")] = "note on a"

    def begin():
        book.write_bytes(start)
        port = bench.open(book)
        port.put_pictures("Heatmap", [shown("Q1", "teal")])
        bench.model(port).sheet("Heatmap").pictures[0].left = 99.0
        return port

    monkeypatch.setattr(busy, "FIRST_PAUSE", 0.0)
    write_ranked(port, ranked_rows("a", "b"))
    port.write_table(matrix(["P0", "P1"], rows=2))
    bench.close(bench.edit(port, shorten))
    start = book.read_bytes()
    port = begin()
    excel._refuses = calls = Calls(error)
    assert fill(port) == []
    excel._be_ready()
    whole = seen(bench, port)
    assert len(calls.firsts()) > 100
    for number in calls.firsts():
        bench.close(port)
        port = begin()
        excel._refuses = Calls(error, number)
        assert fill(port) == [], calls.places[number]
        excel._be_ready()
        assert seen(bench, port) == whole, calls.places[number]


@pytest.mark.parametrize("error", BUSY)
def test_whatever_call_excel_does_not_take_at_first_its_answers_are_right(
    bench, port, excel, monkeypatch, error
):
    def use():
        port.write_beside("'Jobs'!A20", [[0.5]])
        port.show_status("BONSAI")
        port.save()
        return port.path, port.name, port.selection(), port.read_table(FBQ).headers

    monkeypatch.setattr(busy, "FIRST_PAUSE", 0.0)
    select(excel, "FBQ", "A5:B6")
    jobs = bench.model(port).workbook["Jobs"]
    excel._refuses = calls = Calls(error)
    answers = use()
    for number in calls.firsts():
        jobs["B20"] = excel._state["StatusBar"] = None
        excel._refuses = Calls(error, number)
        assert use() == answers, calls.places[number]
        assert (jobs["B20"].value, excel._state["StatusBar"]) == (0.5, "BONSAI")


@pytest.mark.parametrize("become_busy", ["_edit_cell", "_open_dialog"])
@pytest.mark.usefixtures("_impatient")
def test_excel_that_is_busy_is_told_as_that_and_nothing_is_touched(bench, port, excel, become_busy):
    getattr(excel, become_busy)()
    for ask in (
        lambda: port.name,
        lambda: port.read_table(RANKED),
        lambda: write_ranked(port, ranked_rows("a")),
        lambda: port.put_pictures("Heatmap", []),
        lambda: port.selection(),
        lambda: port.write_beside("'Jobs'!A20", [[1.0]]),
        lambda: port.show_status("BONSAI"),
        lambda: port.save(),
    ):
        with pytest.raises(WorkbookLockedError, match="busy") as caught:
            ask()
        assert caught.value.retryable
    excel._be_ready()
    assert bench.calls(port) == []


def test_excel_computes_again_in_the_users_way_after_a_refusal(port, excel, monkeypatch):
    excel.Calculation = MANUAL
    excel.ScreenUpdating = True
    write_ranked(port, ranked_rows("a", "b"))
    assert (excel.Calculation, excel.ScreenUpdating) == (MANUAL, True)
    excel.Calculation = AUTOMATIC
    port.write_table(matrix(["P1"]))
    assert (excel.Calculation, excel.ScreenUpdating) == (AUTOMATIC, True)


# Two Excels, and workbooks of the same name


@pytest.fixture
def twins(windows, windows_xlwings, book, tmp_path):
    """Two Excels, each with a workbook of the same name open."""
    (tmp_path / "copy").mkdir()
    copy = tmp_path / "copy" / book.name
    shutil.copy(book, copy)
    first, second = Application(windows, pid=100), Application(windows, pid=200)
    first._open(book)
    second._open(copy)
    return first, second, copy


def test_results_go_to_the_workbook_that_asked_not_to_one_of_the_same_name(twins, book):
    first, second, copy = twins
    for path in (book, copy):
        port = LiveBook.named(str(path))
        assert port.path == path
        write_ranked(port, ranked_rows(path.parent.name))
    for excel, path in ((first, book), (second, copy)):
        sheet = excel._books[0]._model.workbook["Ranked"]
        assert sheet[address(RANKED, "ChunkID")].value == path.parent.name


@pytest.mark.usefixtures("_impatient")
def test_a_busy_excel_hides_no_workbook_of_another_one(twins, book):
    _, second, copy = twins
    second._edit_cell()
    assert LiveBook.named(str(book)).path == book
    with pytest.raises(WorkbookLockedError, match="busy"):
        LiveBook.named(str(copy))


def test_an_excel_without_a_workbook_is_passed_over(windows, windows_xlwings, book):
    with_book, _ = Application(windows, pid=100), Application(windows, pid=200)
    with_book._open(book)
    assert LiveBook.named(str(book).upper()).path == book
    with pytest.raises(WorkbookError, match="not open"):
        LiveBook.named("other.xlsx")


# Where the workbook lies


@pytest.mark.parametrize(
    "address",
    [
        "https://d.docs.live.net/0123456789abcdef/Docs/my book.xlsx",
        "https://firm-my.sharepoint.com/personal/me_firm_com/Documents/my book.xlsx",
        "https://firm.sharepoint.com/sites/Team/Shared Documents/my book.xlsx",
        "https://drive.example.org/my book.xlsx",
    ],
)
def test_a_workbook_in_a_cloud_folder_is_known_by_its_address(
    excel, book, address, monkeypatch, tmp_path
):
    monkeypatch.setenv("OneDrive", str(tmp_path / "nowhere"))
    excel._open(book, address=address)
    port = LiveBook.named(address)
    port = LiveBook.named(str(port.path))
    write_ranked(port, ranked_rows("a"))
    port.save()
    assert port.name == "my book.xlsx"
    assert column(port, RANKED, "ChunkID") == ["a"]


def test_a_workbook_that_was_never_saved_takes_results_and_says_what_to_do(excel, book):
    excel._open(book, unsaved_name="Book1")
    port = LiveBook.named("Book1")
    write_ranked(port, ranked_rows("a"))
    with pytest.raises(WorkbookError, match="'Book1' has no place on the disk") as caught:
        port.save()
    assert "Save As" in caught.value.next_step


def test_a_read_only_workbook_takes_results_and_says_what_to_do(bench, port):
    bench.model(port).is_read_only = True
    write_ranked(port, ranked_rows("a"))
    with pytest.raises(WorkbookLockedError, match="read only"):
        port.save()


def test_quotes_and_blanks_in_names_do_no_harm(bench, tmp_path, book):
    path = tmp_path / "it's my 'book' 日本 [1].xlsx"
    shutil.copy(book, path)

    def rename(workbook):
        workbook["Matrix"].title = "it's a 'matrix' 行列"

    port = bench.edit(bench.open(path), rename)
    port.write_table(matrix(["P1"]))
    port.write_table(matrix(["P1", "it's", "a [b] #c"]))
    assert port.path == path
    assert bench.model(port).names()["Weights"].startswith("='it''s a ''matrix'' 行列'!$")
    assert port.read_table(MATRIX).headers[5:8] == ("P1", "it's", "a [b] #c")


# What may not be written


def test_a_protected_structure_lets_results_in(bench, port):
    from openpyxl.workbook.protection import WorkbookProtection

    def protect(workbook):
        workbook.security = WorkbookProtection(lockStructure=True)

    port = bench.edit(port, protect)
    assert fill(port) == []
    assert column(port, RANKED, "ChunkID") == ["c", "b", "a"]


def test_a_sheet_that_is_protected_in_the_middle_is_told_in_excels_words(
    bench, port, excel, monkeypatch
):
    known = Range.AutoFill

    def protect_and_fill(self, *given, **named):
        bench.model(port).workbook["Ranked"].protection.sheet = True
        return known(self, *given, **named)

    monkeypatch.setattr(Range, "AutoFill", protect_and_fill)
    with pytest.raises(WorkbookError, match="protected sheet"):
        write_ranked(port, ranked_rows("a", "b"))
    assert excel.Calculation == AUTOMATIC


@pytest.mark.parametrize("name", ["Mine", None])
def test_a_table_that_was_renamed_or_deleted_is_named(bench, port, name):
    def change(workbook):
        table = workbook["Ranked"].tables.pop("tblRanked")
        if name:
            table.name = table.displayName = name
            workbook["Ranked"].add_table(table)

    port = bench.edit(port, change)
    with pytest.raises(TableMissingError, match="tblRanked"):
        write_ranked(port, ranked_rows("a"))
    assert bench.calls(port) == []


# The user's language


@pytest.mark.parametrize("language", [GERMAN, JAPANESE])
@pytest.mark.parametrize(
    "text",
    ["1,5", "1.234,56", "1.2.2026", "2. Jan", "3. März", "WAHR", "falsch", "#NV", "#WERT!", "12 %",
     "1/2", "２０２６年１月２日", "１２", "R8.1.2", "1月2日", "12:30", "(5)", "5 €", "¥500"],
)  # fmt: skip
def test_text_stays_text_in_every_language(windows, windows_xlwings, book, language, text):
    bench = WindowsBench(Application(windows, language=language))
    port = bench.open(book)
    write_ranked(port, ranked_rows("a", text=text))
    cell = bench.model(port).workbook["Ranked"][address(RANKED, "Chunk")]
    assert (cell.value, cell.data_type) == (text, "s")
    assert column(port, RANKED, "Chunk") == [text]


@pytest.mark.parametrize("language", [GERMAN, JAPANESE])
def test_numbers_and_formulas_are_the_same_in_every_language(
    windows, windows_xlwings, book, language
):
    bench = WindowsBench(Application(windows, language=language))
    port = bench.open(book)
    assert fill(port) == []
    assert column(port, RANKED, "SexyScore") == [8.5, 7.5, 6.5]
    assert bench.model(port).workbook["Matrix"]["D6"].value == "=SUM(Weights)"


# What Excel says of cells


def test_dates_and_money_of_the_users_follow_their_row_as_what_they_are(bench, port):
    def annotate(workbook):
        day, price, error = cells(workbook["Ranked"], RANKED, "Note", 3)
        day.value, day.number_format = dt.datetime(2026, 1, 2, 3, 4), "yyyy-mm-dd hh:mm"
        price.value, price.number_format = 12.5, "$#,##0.00"
        error.value = "#N/A"

    write_ranked(port, ranked_rows("a", "b", "c"))
    port = bench.edit(port, annotate)
    write_ranked(port, ranked_rows("c", "b", "a"))
    error, price, _ = cells(bench.look(port)["Ranked"], RANKED, "Note", 3)
    assert (error.value, error.data_type) == ("#N/A", "e")
    assert price.value == 12.5
    assert column(port, RANKED, "Note")[2] == "2026-01-02T03:04:00"


def test_long_texts_are_read_and_written_in_whole(bench, port):
    def annotate(workbook):
        long, short = cells(workbook["Ranked"], RANKED, "Note", 2)
        long.value, short.value = "x" * 30_000, "=1+1"

    write_ranked(port, ranked_rows("a", "b", text="y" * 9_000))
    port = bench.edit(port, annotate)
    write_ranked(port, ranked_rows("b", "a", text="z" * 32_767))
    assert column(port, RANKED, "Chunk") == ["z" * 32_767] * 2
    notes = cells(bench.look(port)["Ranked"], RANKED, "Note", 2)
    assert [cell.value for cell in notes] == ["=1+1", "x" * 30_000]


# Selected cells and the status bar


def test_selected_cells_are_read_with_their_place(port, excel):
    select(excel, "FBQ", "A5:B6")
    place, values = port.selection()
    assert place == "'FBQ'!A5:B6"
    assert values[0] == ("ID", "QInitial")


def test_a_whole_column_counts_as_far_as_it_has_cells(port, excel):
    select(excel, "FBQ", "B:B")
    place, values = port.selection()
    assert place.startswith("'FBQ'!B")
    assert len(values) < 100


def test_a_selected_picture_is_no_text(port, excel):
    port.put_pictures("Heatmap", [Picture("bonsai Q1", png(), "alt", "About")])
    excel._activate("Heatmap")
    excel._select(excel._active.Pictures().Item("bonsai Q1"))
    with pytest.raises(WorkbookError, match="No cells are selected"):
        port.selection()


def test_scores_stand_beside_their_texts_as_numbers(bench, port):
    port.write_beside("'Jobs'!A20:A22", [[0.5], [None], [1.25]])
    sheet = bench.model(port).workbook["Jobs"]
    assert [sheet.cell(row, 2).value for row in (20, 21, 22)] == [0.5, None, 1.25]
    with pytest.raises(WorkbookError, match="Cell B20 is not empty"):
        port.write_beside("'Jobs'!A20:A22", [[1.0], [2.0], [3.0]])


def test_the_status_bar_shows_a_line_and_is_given_back(port, excel):
    port.show_status("BONSAI: ranking")
    assert excel.StatusBar == "BONSAI: ranking"
    port.show_status("")
    assert excel.StatusBar is False


def test_a_picture_keeps_the_size_that_the_user_gave_it(bench, port, excel):
    port.put_pictures("Heatmap", [Picture("bonsai Q1", png(100, 60), "alt", "About")])
    shown = bench.model(port).sheet("Heatmap").pictures[0]
    shown.width, shown.height, shown.left, shown.top = 33.0, 20.0, 200.0, 300.0
    port.put_pictures("Heatmap", [Picture("bonsai Q1", png(500, 300, "blue"), "new", "About it")])
    shown = bench.model(port).sheet("Heatmap").pictures[0]
    assert (shown.width, shown.height) == pytest.approx((33.0, 20.0))
    assert (shown.left, shown.top) == (200.0, 300.0)
    assert (shown.png, shown.alt_text) == (png(500, 300, "blue"), "new")


@pytest.mark.parametrize("error", CELL_ERRORS)
def test_error_values_are_read_by_their_names(bench, port, error):
    sheet = bench.workbook(port)._model.workbook["POV"]
    table = Area.parse(sheet.tables["tblPOV"].ref)
    place = sheet.cell(table.top + 1, table.left + 1)
    place.value, place.data_type = error, "e"
    assert port.read_table(POV).rows[0].values["POV"] == error
