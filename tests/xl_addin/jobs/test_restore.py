"""Restore: what runs have filled is what it was before the last write, closed and live."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import REPOSITORY
from tests.excel.com.application import Application
from tests.excel.mac.bench import excel_for_mac
from tests.xl_addin.samples import STAMP, answer, answered, asked
from tests.xl_addin.sheets.rankings import IDS, ranking
from tests.xl_addin.workbook.benches import LiveBench, StandInBench, WindowsBench
from tests.xl_addin.workbook.samples import loaded, matrix, parts, png
from tests.xl_addin.workbook.stand_in_excel import remote_engine
from worker.contract import (
    PointOfView,
    PovMatrix,
    QaPair,
    Question,
    RankRequest,
    RowReady,
    heatmap_blob,
)
from worker.errors import StoreError, WorkbookError, WorkbookLockedError
from worker.settings import load_settings
from xl_addin.jobs import BY_KIND
from xl_addin.jobs.base import Landing, new_run_id
from xl_addin.jobs.books import new_book, open_books, save_results, set_settings
from xl_addin.jobs.landing import land
from xl_addin.jobs.open_book import OpenBook
from xl_addin.jobs.restore import restore_file, restore_open
from xl_addin.jobs.run import Run
from xl_addin.jobs.snapshots import keep_open, keeping
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.heatmap import HEATMAP
from xl_addin.sheets.labels import LABELS
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.matrix import MATRIX, contrast_header
from xl_addin.sheets.qa import QA, qa_content
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.columns import Table
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.snapshots import Snapshots
from xl_addin.workbook.live.live_book import LiveBook
from xl_addin.workbook.port import CellValue, TableContent, WorkbookPort

_FILLED = (RANKED, MATRIX, ANSWERS, LAST_RUN)
_COLOURS = {"classic": "teal", "contrast": "red", "max": "blue"}


def home() -> Path:
    return load_settings().home


def land_run(book: WorkbookPort, mode: str, *, chunks: int = 5, said: str = "") -> Run:
    """Let a run land that ranked by this score, and answered if something is `said`."""
    request = RankRequest(
        run_id="r",
        collection="c",
        embedder="e",
        questions=(Question(qid="Q1", text="Who whistles?"),),
        povs=tuple(PointOfView(pov_id=name, text=f"Of {name}.") for name in IDS),
        score=mode,
    )
    found = ranking(mode)
    found = found.model_copy(
        update={"rows": found.rows[:chunks], "matrix": cut(found.matrix, chunks)}
    )
    run = answered([answer("Q1", "rag", said)]) if said else Run(stamp=STAMP)
    run.blobs[heatmap_blob("Q1")] = png(colour=_COLOURS[mode])
    run.take_event(RowReady(row=found))
    run.end(BY_KIND["rank"].kind.result.so_far(STAMP, run.all_rows))
    kind = "answer" if said else "rank"
    full = asked("Q1").model_copy(update={"ranking": request}) if said else request
    land(BY_KIND[kind], Landing(book, full, run))
    return run


def cut(found: PovMatrix, chunks: int) -> PovMatrix:
    return found.model_copy(
        update={name: getattr(found, name)[:chunks] for name in ("chunk_ids", "cosine", "contrast")}
    )


def run_on(path: Path, mode: str, **how: object) -> list[str]:
    """Land a run in a closed workbook and save it, as a command does; return what it notes."""
    books, notes = open_books(path, None, None), []
    land_run(books.results, mode, **how)
    save_results(books, keeping(home(), books.results, notes))
    return notes


def values(book: WorkbookPort, tables: tuple[Table, ...] = _FILLED) -> dict[str, list[dict]]:
    """The cells of tables; openpyxl, below the stand-ins, writes numbers with 16 digits."""
    return {
        table.name: [
            {header: plain(value) for header, value in row.values.items()}
            for row in book.read_table(table).rows
        ]
        for table in tables
    }


def plain(value: CellValue) -> CellValue:
    return round(value, 12) if isinstance(value, float) else value or None


def formulas(path: Path, sheet: str) -> dict[str, object]:
    """What stands in each cell of a sheet, and its number format."""
    page = loaded(path)[sheet]
    return {
        cell.coordinate: (cell.value, cell.number_format)
        for row in page.iter_rows()
        for cell in row
        if cell.value is not None
    }


def saved_by_somebody(path: Path, change: Callable[[openpyxl.Workbook], object]) -> None:
    """Let another program change the workbook and write all of it anew."""
    workbook = loaded(path)
    change(workbook)
    workbook.save(path)


def cell(workbook: openpyxl.Workbook, table: Table, header: str, row: int = 0):
    page = workbook[table.sheet]
    return page.cell(6 + row, table.headers.index(header) + 1)


# Closed, to the byte


def test_restoring_gives_the_file_of_before_and_once_more_that_of_after(book: Path):
    run_on(book, "classic")
    first = book.read_bytes()
    run_on(book, "contrast", chunks=3)
    second = book.read_bytes()
    assert restore_file(book, home()).exact
    assert book.read_bytes() == first
    assert restore_file(book, home()).exact
    assert book.read_bytes() == second
    assert restore_file(book, home()).exact
    assert book.read_bytes() == first


def test_the_first_run_can_be_taken_back_too(book: Path):
    empty = book.read_bytes()
    run_on(book, "classic")
    restore_file(book, home())
    assert book.read_bytes() == empty


CRASHES = {
    "while the snapshot is written": "worker.small_files.os.fsync = end",
    "before the snapshot is in its place": "worker.small_files.Path.replace = end",
    "while the workbook is written": (
        "known = os.fsync; calls = []\n"
        "worker.small_files.os.fsync = lambda f: known(f) if not calls and not calls.append(1) "
        "else end()"
    ),
    "before the workbook is in its place": (
        "known = Path.replace; calls = []\n"
        "Path.replace = lambda *a: known(*a) if not calls and not calls.append(1) else end()"
    ),
}
_CHILD = """
import os, sys
from pathlib import Path
import worker.small_files
from tests.xl_addin.jobs.test_restore import run_on
def end(*_): os._exit(9)
{crash}
run_on(Path(sys.argv[1]), "max", chunks=2)
"""


@pytest.mark.parametrize("crash", CRASHES)
def test_a_crash_in_the_middle_of_a_write_leaves_the_book_and_what_was_before(
    book: Path, crash: str
):
    run_on(book, "classic")
    first = book.read_bytes()
    run_on(book, "contrast", chunks=3)
    second = book.read_bytes()
    child = subprocess.run(
        [sys.executable, "-c", _CHILD.format(crash=CRASHES[crash]), str(book)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
    )
    assert child.returncode == 9, child.stderr
    assert book.read_bytes() == second, "the book is as it was"
    for state in (first, second, first):
        restore_file(book, home())
        assert book.read_bytes() == state
    assert not run_on(book, "max"), "and the next run goes on as usual"


# Closed, after somebody saved it


def test_inputs_edited_since_stay_and_outputs_come_back_with_formulas_and_formats(book: Path):
    run_on(book, "classic", said="The kettle.")
    before, matrix = values(FileBook.open(book)), formulas(book, MATRIX.sheet)
    ranked = formulas(book, RANKED.sheet)
    run_on(book, "contrast", chunks=3, said="Somebody else.")
    saved_by_somebody(book, lambda w: setattr(cell(w, FBQ, "QInitial"), "value", "Mine?"))
    restored = restore_file(book, home())
    assert not restored.exact
    assert not restored.notes
    assert values(FileBook.open(book)) == before
    assert formulas(book, MATRIX.sheet) == matrix
    assert formulas(book, RANKED.sheet) == ranked
    assert FileBook.open(book).read_table(FBQ).rows[0].values["QInitial"] == "Mine?"
    assert [picture.png for picture in FileBook.open(book).pictures(HEATMAP.sheet)] == [
        png(colour="teal")
    ]


def test_undoing_a_restore_gives_the_values_of_after_the_run(book: Path):
    run_on(book, "classic")
    run_on(book, "contrast", chunks=3)
    saved_by_somebody(book, lambda w: setattr(cell(w, FBQ, "QInitial"), "value", "Mine?"))
    after = book.read_bytes()
    restore_file(book, home())
    assert len(values(FileBook.open(book))[RANKED.name]) == 5
    assert restore_file(book, home()).exact, "nobody has saved it since the restore"
    assert book.read_bytes() == after


def test_live_weights_follow_their_names_in_the_restored_matrix(book: Path):
    run_on(book, "classic")
    names = {name: item.attr_text for name, item in loaded(book).defined_names.items()}
    run_on(book, "contrast", chunks=3)
    saved_by_somebody(book, lambda w: w.create_sheet("Mine"))
    restore_file(book, home())
    after = {name: item.attr_text for name, item in loaded(book).defined_names.items()}
    assert after == names


def test_labels_follow_their_passages_through_a_restore(book: Path):
    run_on(book, "classic")
    saved_by_somebody(book, lambda w: [
        setattr(cell(w, RANKED, "Keep", row), "value", "yes") for row in range(5)
    ])  # fmt: skip
    run_on(book, "contrast", chunks=3)

    def relabel(workbook: openpyxl.Workbook) -> None:
        for row in range(3):
            cell(workbook, RANKED, "Keep", row).value = "no" if row else None
            cell(workbook, RANKED, "Note", row).value = f"note {row}"

    saved_by_somebody(book, relabel)
    later = {row["ChunkID"]: row["Keep"] for row in values(FileBook.open(book))[RANKED.name]}
    assert not restore_file(book, home()).lost
    kept = {row["ChunkID"]: row["Keep"] for row in values(FileBook.open(book))[RANKED.name]}
    gone = {chunk: "yes" for chunk in kept if chunk not in later}
    assert len(gone) == 2
    assert kept == {**gone, **later}, "as they stand now, else as they stood then"
    notes = [row["Note"] for row in values(FileBook.open(book))[RANKED.name] if row["Note"]]
    assert sorted(notes) == ["note 0", "note 1", "note 2"]


def test_notes_on_passages_that_go_wait_on_labels(book: Path):
    run_on(book, "contrast", chunks=3)
    run_on(book, "classic")
    saved_by_somebody(book, lambda w: setattr(cell(w, RANKED, "Note", 4), "value", "mine"))
    assert restore_file(book, home()).lost == []
    (waiting,) = FileBook.open(book).read_table(LABELS).rows
    assert (waiting.values["Note"], waiting.values["Source"]) == ("mine", "kettle.txt")


def test_an_answer_edited_since_stays_and_the_restored_one_is_proposed(book: Path):
    run_on(book, "classic", said="The kettle.")
    run_on(book, "classic", said="Somebody else.")
    saved_by_somebody(book, lambda w: setattr(cell(w, ANSWERS, "Answer"), "value", "I know it."))
    restore_file(book, home())
    (row,) = values(FileBook.open(book))[ANSWERS.name]
    assert (row["Answer"], row["Proposed"]) == ("I know it.", "The kettle.")


def test_sheets_moved_sorted_and_renamed_since_are_found_by_their_tables(book: Path):
    run_on(book, "classic")
    before = values(FileBook.open(book))
    run_on(book, "contrast", chunks=3)

    def rearrange(workbook: openpyxl.Workbook) -> None:
        workbook[RANKED.sheet].title = "My passages"
        workbook.move_sheet("My passages", -4)

    saved_by_somebody(book, rearrange)
    restore_file(book, home())
    assert values(FileBook.open(book)) == before


def test_a_table_that_is_gone_is_named_and_the_others_come_back(book: Path):
    run_on(book, "classic")
    before = values(FileBook.open(book))[RANKED.name]
    run_on(book, "contrast", chunks=3)

    def remove(workbook: openpyxl.Workbook) -> None:
        del workbook[MATRIX.sheet]
        del workbook[HEATMAP.sheet]

    saved_by_somebody(book, remove)
    notes = restore_file(book, home()).notes
    assert [word for note in notes for word in note.split()[:1]] == ["tblMatrix", "The"]
    assert values(FileBook.open(book), (RANKED,))[RANKED.name] == before


def test_points_of_view_that_were_other_ones_come_back_as_columns(book: Path):
    run_on(book, "classic")
    headers = FileBook.open(book).read_table(MATRIX).headers
    books = open_books(book, None, None)
    books.results.write_table(matrix(["P1", "P2"]))
    save_results(books, keeping(home(), books.results, []))
    assert FileBook.open(book).read_table(MATRIX).headers != headers
    saved_by_somebody(book, lambda w: w.create_sheet("Mine"))
    restore_file(book, home())
    assert FileBook.open(book).read_table(MATRIX).headers == headers


def test_the_first_run_is_taken_back_too_and_the_next_one_has_room(book: Path):
    before = values(FileBook.open(book))
    run_on(book, "classic")
    saved_by_somebody(book, lambda w: w.create_sheet("Mine"))
    restore_file(book, home())
    assert values(FileBook.open(book)) == before
    assert contrast_header(IDS[0]) not in FileBook.open(book).read_table(MATRIX).headers
    assert not FileBook.open(book).pictures(HEATMAP.sheet)
    assert not run_on(book, "contrast")
    assert len(values(FileBook.open(book))[MATRIX.name]) == 5


def test_pairs_that_somebody_has_flipped_since_stay(book: Path):
    def pairs(*ids: str) -> TableContent:
        return qa_content([QaPair(pair_id=one, doc="d", question=f"{one}?", answer="So.",
                                  split="train", kept=True, passage="p", chunk_id="c")
                           for one in ids])  # fmt: skip

    for ids in (("a", "b"), ("b", "c")):
        books = open_books(book, None, None)
        books.results.write_table(pairs(*ids))
        save_results(books, keeping(home(), books.results, []))
    saved_by_somebody(book, lambda w: setattr(cell(w, QA, "Kept"), "value", "no"))
    restore_file(book, home())
    found = values(FileBook.open(book), (QA,))[QA.name]
    assert [(row["ID"], row["Kept"]) for row in found] == [("a", "yes"), ("b", "no")]


def test_what_libreoffice_saved_before_and_after_a_run_computes_as_it_did(office, book: Path):
    def save_there() -> dict[str, list[dict]]:
        copy = book.with_name("copy.xlsx")
        office.save_copy(str(book), str(copy))
        copy.replace(book)
        return values(FileBook.open(book), (RANKED, MATRIX))

    run_on(book, "classic")
    before = save_there()
    scores = {row["ChunkID"]: row["SexyScore"] for row in before[RANKED.name]}
    what_if = {row["ChunkID"]: row["What-if"] for row in before[MATRIX.name]}
    assert what_if == pytest.approx(scores)
    run_on(book, "contrast", chunks=3)
    assert save_there() != before
    assert not restore_file(book, home()).exact
    again = save_there()
    assert again[RANKED.name] == before[RANKED.name]
    what_if_again = {row["ChunkID"]: row["What-if"] for row in again[MATRIX.name]}
    assert what_if_again == pytest.approx(what_if, abs=1e-12)


# What stands in the way


def test_without_a_snapshot_there_is_nothing_to_restore(book: Path):
    with pytest.raises(WorkbookError, match="nothing to restore"):
        restore_file(book, home())


def test_a_setting_of_0_keeps_none(book: Path):
    setting = FileBook.open(book)
    set_settings(setting, {"Snapshots up to": 0})
    setting.save()
    assert not run_on(book, "classic")
    assert not (home() / "snapshots").exists()


def test_a_folder_that_cannot_be_written_never_stops_a_run_and_is_noted(book: Path):
    home().mkdir(parents=True)
    (home() / "snapshots").write_text("a file in its place")
    (note,) = run_on(book, "classic")
    assert note.startswith("This run cannot be taken back: ")
    assert len(values(FileBook.open(book))[RANKED.name]) == 5


def test_a_book_larger_than_the_setting_is_noted(book: Path, monkeypatch):
    monkeypatch.setattr("xl_addin.jobs.snapshots._MEGABYTE", 10)
    (note,) = run_on(book, "classic")
    assert "Snapshots up to" in note


def test_what_cannot_be_kept_is_not_replaced(book: Path, monkeypatch):
    run_on(book, "classic")
    run_on(book, "contrast")
    now = book.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("xl_addin.workbook.file.snapshots.replace_file", full)
    with pytest.raises(StoreError, match="Snapshots cannot be kept"):
        restore_file(book, home())
    assert book.read_bytes() == now


def test_a_book_that_is_open_elsewhere_is_left_alone(book: Path):
    run_on(book, "classic")
    run_on(book, "contrast")
    now, kept = book.read_bytes(), len(Snapshots(home(), book).all())
    (book.parent / f".~lock.{book.name}#").write_text("somebody")
    with pytest.raises(WorkbookLockedError):
        restore_file(book, home())
    assert book.read_bytes() == now
    assert len(Snapshots(home(), book).all()) == kept


def test_macros_and_ribbon_survive(tmp_path: Path):
    path = tmp_path / "with macros.xlsm"
    new_book(path)
    run_on(path, "classic")
    before = parts(path)
    run_on(path, "contrast")
    restore_file(path, home())
    assert parts(path) == before
    assert "xl/vbaProject.bin" in before


# Live


@pytest.fixture(params=["remote", "windows"])
def bench(request, monkeypatch) -> Iterator[LiveBench]:
    if request.param == "remote":
        with remote_engine(monkeypatch) as xlwings:
            yield StandInBench(xlwings)
    else:
        windows = request.getfixturevalue("windows")
        request.getfixturevalue("windows_xlwings")
        yield WindowsBench(Application(windows))


def land_live(port: OpenBook, mode: str, **how: object) -> list[str]:
    """Land a run in an open workbook, as the timer does."""
    notes: list[str] = []
    keep_open(home(), port, new_run_id(), notes)
    land_run(port, mode, **how)
    return notes


def pictures(bench: LiveBench, port) -> Mapping[str, bytes]:
    return {name: shown.png for name, shown in bench.pictures(port, HEATMAP.sheet).items()}


def test_a_live_book_gets_its_results_back_and_forth(bench: LiveBench, book: Path):
    port = bench.open(book)
    assert not land_live(port, "classic", said="The kettle.")
    before, shown = values(port), pictures(bench, port)
    above = above_matrix(bench, port)
    assert not land_live(port, "contrast", chunks=3, said="Somebody else.")
    after, shown_after = values(port), pictures(bench, port)
    assert before != after
    for state, picture in ((before, shown), (after, shown_after), (before, shown)):
        restored = restore_open(port, home())
        assert not restored.notes
        assert values(port) == state
        assert pictures(bench, port) == picture
    assert above_matrix(bench, port) == above


def above_matrix(bench: LiveBench, port) -> dict[str, object]:
    """Formulas of the matrix and of the rows over it."""
    page = bench.look(port)[MATRIX.sheet]
    return {c.coordinate: c.value for row in page.iter_rows(3, 10) for c in row if c.value}


def test_labels_of_a_live_book_follow_their_passages(bench: LiveBench, book: Path):
    port = bench.open(book)
    land_live(port, "classic")
    port = bench.edit(port, lambda w: [
        setattr(cell(w, RANKED, "Note", row), "value", f"note {row}") for row in range(5)
    ])  # fmt: skip
    before = {row["ChunkID"]: row["Note"] for row in values(port, (RANKED,))[RANKED.name]}
    land_live(port, "contrast", chunks=3)
    restore_open(port, home())
    after = {row["ChunkID"]: row["Note"] for row in values(port, (RANKED,))[RANKED.name]}
    assert after == before
    assert len([note for note in after.values() if note]) == 5


def test_a_live_book_may_be_restored_when_it_is_closed(bench: LiveBench, book: Path):
    port = bench.open(book)
    land_live(port, "classic")
    before = values(port)
    land_live(port, "contrast", chunks=3)
    port.save()
    restore_file(book, home())
    assert values(FileBook.open(book)) == before


def test_excel_for_mac_saves_no_copy_and_that_is_noted(book: Path, monkeypatch, tmp_path: Path):
    with excel_for_mac(monkeypatch, tmp_path / "mac") as mac:
        port = mac.open(book)
        (note,) = land_live(port, "classic")
        assert "Excel for Mac" in note
        with pytest.raises(WorkbookError, match="nothing to restore"):
            restore_open(port, home())


def test_a_book_that_was_never_saved_has_no_snapshots(windows, windows_xlwings, book: Path):
    bench = WindowsBench(Application(windows))
    port = bench.open(book)
    bench.workbook(port)._unsaved_name = "Book1"
    assert "never saved" in land_live(LiveBook.named("Book1"), "classic")[0]


def test_a_landing_that_is_tried_again_keeps_what_was_before_the_first_try(
    bench: LiveBench, book: Path
):
    port = bench.open(book)
    before = values(port)
    for _try in range(2):
        keep_open(home(), port, "a run", [])
        land_run(port, "classic")
    restore_open(port, home())
    assert values(port) == before
