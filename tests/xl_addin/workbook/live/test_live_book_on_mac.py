"""The live port over xlwings' own code for macOS, on the stand-in for appscript.

What every port promises runs over it in `test_port`; here is what only macOS has: Apple events that
are not answered, a sandbox, and the name by which a workbook calls.
"""

import re
import shutil
import sys
import unicodedata
from copy import deepcopy
from pathlib import Path

import pytest

from tests.excel.faults import UnknownToStandInError, faults
from tests.excel.mac.bench import excel_for_mac
from tests.excel.mac.excel import CONNECTION_GONE, NOT_RUNNING
from tests.excel.mac.pictures import SANDBOX
from tests.excel.mac.reference import CommandError, k
from tests.excel.model.book import ModelBook
from tests.xl_addin.workbook.samples import address, cells, column, png, ranked_rows, write_ranked
from tests.xl_addin.workbook.test_port import matrix, picture
from worker.errors import WorkbookError, WorkbookLockedError
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.live import busy
from xl_addin.workbook.live.live_book import LiveBook


@pytest.fixture
def bench(monkeypatch, tmp_path):
    with excel_for_mac(monkeypatch, tmp_path / "home") as bench:
        yield bench


@pytest.fixture
def excel(bench):
    return bench.excel


@pytest.fixture
def port(bench, book):
    return bench.open(book)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Pauses are short, and patience ends soon."""
    monkeypatch.setattr(busy, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(busy, "PATIENCE", 0.02)


def state(excel):
    return [excel.read(name) for name in ("screen_updating", "display_alerts", "calculation")]


# Busy


def firsts(events, are_late):
    """Where each kind of event comes first; what only asks may be answered late as well."""
    kinds = {event: events.index(event) for event in events}
    asking = ("get", "count", "exists") if are_late else ()
    return sorted(n for event, n in kinds.items() if not event.startswith(asking or " "))


def write_all(port):
    """What a run writes: a table that grows, one with columns that come and go, and pictures."""
    write_ranked(port, ranked_rows("c", "b", "a"))
    port.write_table(matrix(["P2", "P1"], rows=4))
    port.put_pictures("Heatmap", [picture("Q2"), picture("Q3", png(100, 50))])


def prepared(bench, port):
    write_ranked(port, ranked_rows("a", "b"))
    port = bench.edit(port, lambda book: note(book["Ranked"], "note on a"))
    port.write_table(matrix(["P1"]))
    port.put_pictures("Heatmap", [picture("Q1"), picture("Q2", png(80, 40))])
    return port


def note(sheet, text):
    sheet[address(RANKED, "Note")] = text


def seen(bench, port):
    """All that was written, cells and pictures."""
    book = bench.look(port)
    values = {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    rules = {
        (sheet.title, str(area.sqref), rule.priority): [
            colour.rgb for colour in rule.colorScale.color
        ]
        for sheet in book
        for area in sheet.conditional_formatting
        for rule in area.rules
    }
    return values, rules, bench.pictures(port, "Heatmap"), state(bench.excel)


@pytest.mark.parametrize("is_late", [False, True], ids=["refused", "answered too late"])
def test_whichever_call_is_not_answered_the_same_is_written(
    bench, excel, port, is_late, monkeypatch, tmp_path
):
    monkeypatch.setattr(busy, "PATIENCE", 5.0)
    port = prepared(bench, port)
    workbook = bench.workbook(port)
    port.save()
    pictures = deepcopy(workbook.model.sheet("Heatmap").pictures)
    before = shutil.copy(workbook.model.path, tmp_path / "before.xlsx")
    excel.events.clear()
    write_all(port)
    events = [*excel.events]
    expected = seen(bench, port)
    assert len(events) > 300
    for number in firsts(events, is_late):
        shutil.copy(before, workbook.model.path)
        workbook.model = ModelBook(workbook.model.path)
        workbook.model.sheet("Heatmap").pictures = deepcopy(pictures)
        excel.refuse("*", after=number, times=1, is_late=is_late)
        write_all(port)
        excel.free()
        assert seen(bench, port) == expected, f"event {number}: {events[number]}"


def test_excel_that_stays_busy_keeps_notes_and_its_own_state(bench, excel, port):
    write_ranked(port, ranked_rows("a", "b"))
    port = bench.edit(port, lambda book: note(book["Ranked"], "note on a"))
    before = state(excel)
    excel.refuse("resize", times=1000)
    with pytest.raises(WorkbookLockedError, match="busy") as caught:
        write_ranked(port, ranked_rows("c", "b", "a"))
    assert caught.value.retryable
    excel.free()
    assert state(excel) == before
    assert column(port, RANKED, "Note") == ["note on a", None]
    assert write_ranked(port, ranked_rows("c", "b", "a")) == []
    assert column(port, RANKED, "Note") == [None, None, "note on a"]


@pytest.mark.parametrize("number", [NOT_RUNNING, CONNECTION_GONE])
def test_excel_that_was_quit_is_told_as_that(excel, port, number):
    excel.refuse("*", number, times=1000)
    for work in (lambda: write_ranked(port, []), lambda: port.path, port.save):
        with pytest.raises(WorkbookError, match="not open any more") as caught:
            work()
        assert not caught.value.retryable


def test_excels_words_are_told_without_the_call(excel, port):
    excel.refuse("resize", -50, times=1000)
    with pytest.raises(WorkbookError, match="It says: Apple event timed out") as caught:
        write_ranked(port, ranked_rows("a", "b"))
    assert "COMMAND" not in str(caught.value)
    assert "OSERROR" not in str(caught.value)


@pytest.mark.parametrize("place", [None, "https://d.docs.live.net/1234/Documents"])
def test_alerts_stay_on_when_excel_is_busy_while_the_path_is_asked(
    bench, excel, port, place, monkeypatch
):
    monkeypatch.setattr(busy, "PATIENCE", 5.0)
    workbook = bench.workbook(port)
    workbook.place = place or workbook.place
    excel.refuse("get properties", times=2)
    excel.refuse("get full_name", times=2)
    assert str(port.path) == str(Path(workbook.place) / "my book.xlsx")
    assert excel.read("display_alerts") is True


# Finding the workbook


def calls(monkeypatch, name):
    """Let the workbook of this name start the process, as its macros do."""
    arguments = ["-c", f"--wb={name}", "--from_xl=1", "--app=/Applications/Microsoft Excel.app"]
    monkeypatch.setattr(sys, "argv", arguments)


@pytest.mark.parametrize(
    "name", ["my book ü 日本.xlsm", "a=b.xlsm", "it's 'mine'.xlsx", "MINE.XLSX", "50 % (2).xlsx"]
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_workbook_that_calls_is_found_by_its_name(
    bench, book, tmp_path, monkeypatch, name, form
):
    bench.open(book)
    port = bench.open(shutil.copy(book, tmp_path / name))
    calls(monkeypatch, unicodedata.normalize(form, name))
    assert LiveBook.caller().path == port.path


def test_a_workbook_that_calls_and_is_gone_is_told_and_no_file_is_opened(bench, port, monkeypatch):
    calls(monkeypatch, "closed.xlsm")
    with pytest.raises(WorkbookError, match=r"closed\.xlsm is not open any more"):
        LiveBook.caller()
    assert len(bench.excel.workbooks) == 1


def test_two_workbooks_of_the_name_that_calls_are_told_apart_by_nobody(
    bench, port, book, tmp_path, monkeypatch
):
    (tmp_path / "copy").mkdir()
    bench.open(shutil.copy(book, tmp_path / "copy" / book.name))
    calls(monkeypatch, book.name)
    with pytest.raises(WorkbookError, match="open twice"):
        LiveBook.caller()


def test_an_open_workbook_is_found_by_its_path(bench, port, book):
    assert port.path == book
    assert LiveBook.named(str(book).upper()).name == book.name
    with pytest.raises(WorkbookError, match=r"other\.xlsx is not open"):
        LiveBook.named("/Users/me/other.xlsx")


def test_a_book_that_was_never_saved_is_not_saved_just_anywhere(bench, port):
    bench.workbook(port).place = ""
    assert port.path == Path("my book.xlsx")
    with pytest.raises(WorkbookError, match="no place on the disk"):
        port.save()


def test_a_read_only_book_says_how_to_keep_the_results(bench, port):
    bench.workbook(port).model.is_read_only = True
    with pytest.raises(WorkbookLockedError, match="read only"):
        port.save()


# Pictures


def test_a_picture_goes_through_excels_own_folder_and_stays_nowhere(port, tmp_path):
    port.put_pictures("Heatmap", [picture("Q1")])
    assert [*(tmp_path / "home" / SANDBOX).iterdir()] == []


@pytest.mark.parametrize("is_known", [False, True])
def test_a_folder_of_excels_that_may_not_be_written_to_is_told(
    bench, port, tmp_path, monkeypatch, is_known
):
    if is_known:
        port.put_pictures("Heatmap", [picture("Q1")])
    shutil.rmtree(tmp_path / "home" / SANDBOX)
    with pytest.raises(WorkbookError, match="cannot be handed over") as caught:
        port.put_pictures("Heatmap", [picture("Q1")])
    assert "Privacy" in caught.value.next_step


# Colour scales


def scales(bench, port, sheet):
    formats = bench.look(port)[sheet].conditional_formatting
    return sorted(
        str(area.sqref) for area in formats for rule in area.rules if rule.type == "colorScale"
    )


def test_colour_scales_are_renewed_and_do_not_pile_up(bench, port):
    for _ in range(3):
        write_ranked(port, ranked_rows("a", "b"))
        port.write_table(matrix(["P1", "P2"]))
    assert scales(bench, port, "Ranked") == ["E6:E7"]
    assert scales(bench, port, "Matrix") == ["J6:K8", "L6:M8"]


# Cells


def test_five_thousand_rows_are_written_in_few_calls(excel, port):
    excel.events.clear()
    write_ranked(port, ranked_rows(*(f"c{n}" for n in range(5_000))))
    assert excel.events.count("set value") == 1
    assert len(excel.events) < 300
    assert len(column(port, RANKED, "ChunkID")) == 5_000


def test_a_block_that_excel_cannot_give_is_read_in_pieces(bench, port):
    def annotate(book):
        notes = ("=1+1", "x" * 9_000, "=2+2")
        for text, cell in zip(notes, cells(book["Ranked"], RANKED, "Note", 3), strict=True):
            cell.value = text

    write_ranked(port, ranked_rows("a", "b", "c"))
    port = bench.edit(port, annotate)
    write_ranked(port, ranked_rows("c", "b", "a"))
    notes = cells(bench.look(port)["Ranked"], RANKED, "Note", 3)
    assert [cell.value for cell in notes] == ["=2+2", "x" * 9_000, "=1+1"]


def test_a_name_is_given_anew_only_where_it_moves(bench, excel, port):
    for ids, times in ((["P1", "P2"], 0), (["P1", "P2"], 0), (["P1"], 1)):
        excel.events.clear()
        port.write_table(matrix(ids))
        assert excel.events.count("set references") == times
    place = bench.look(port).defined_names["Weights"].attr_text
    assert place.replace("'", "") == "Matrix!$G$4"


def test_a_protected_sheet_is_refused_by_name(bench, port):
    port = bench.edit(port, lambda book: setattr(book["Ranked"].protection, "sheet", True))
    with pytest.raises(WorkbookError, match="sheet Ranked of 'my book"):
        write_ranked(port, ranked_rows("a"))


def test_selected_cells_are_read_and_scores_stand_beside_them(bench, port):
    sheet = bench.workbook(port).one("worksheets", 1)
    bench.excel.selection = sheet.one("cells", "A1:A1048576")
    place, values = port.selection()
    assert re.fullmatch(r"'Start'!A1:A\d+", place)
    assert len(values) < 100
    port.write_beside("'Jobs'!A20:A22", [[0.5], [None], [1.25]])
    jobs = bench.look(port)["Jobs"]
    assert [jobs.cell(row, 2).value for row in (20, 21, 22)] == [0.5, None, 1.25]


def test_status_and_boxes_are_shown(excel, port):
    port.show_status("BONSAI: ranking")
    assert excel.read("status_bar") == "BONSAI: ranking"
    port.show_status("")
    assert excel.read("status_bar") is False
    port.tell("Press the button again.")
    assert excel.boxes == ["BONSAI: Press the button again."]


def test_a_box_that_nobody_closes_is_not_shown_again(excel, port):
    excel.refuse("display_alert", times=1000)
    port.tell("Press the button again.")
    assert len(excel.boxes) == 1


# The stand-in itself


def test_what_excel_for_mac_has_no_word_for_is_an_error(bench, port):
    api = bench.xlwings.apps[bench.excel.process].books[0].api
    with pytest.raises(UnknownToStandInError, match="a word 'titel'"):
        _ = api.titel
    with pytest.raises(TypeError, match=r"Unknown keyword: k\.titel"):
        api.active_sheet.set(k.titel)
    with pytest.raises(UnknownToStandInError, match="how to read protect_windows of Workbook"):
        api.protect_windows.get()
    with pytest.raises(CommandError, match=str(-1728)):
        api.worksheets["Nowhere"].name.get()
    faults.clear()


def test_what_a_script_cannot_send_is_an_error(bench, port):
    cells = bench.xlwings.apps[bench.excel.process].books[0].api.worksheets[1].cells["A1"]
    for value in (2**31, {1, 2}, "\udc00"):
        with pytest.raises((TypeError, UnicodeEncodeError)):
            cells.value.set(value)
    with pytest.raises(UnknownToStandInError):
        cells.value.set([[None]])
    faults.clear()


def test_afterwards_this_is_no_mac_any_more(monkeypatch, tmp_path):
    before = sys.platform, sys.modules.get("xlwings")
    with excel_for_mac(monkeypatch, tmp_path / "other home") as bench:
        assert sys.platform == "darwin"
        assert bench.xlwings is sys.modules["xlwings"] is not before[1]
    assert (sys.platform, sys.modules.get("xlwings")) == before
    assert "appscript" not in sys.modules
