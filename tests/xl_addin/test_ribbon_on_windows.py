"""Clicks and ticks through xlwings' own code for Windows, on a stand-in for what is below it."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.excel.com.application import SEMIAUTOMATIC, Application
from tests.excel.com.com_types import MISSING_ARGUMENT, CDispatch, call_rejected, cell_is_edited
from tests.excel.com.macros import call_function, run_python
from tests.excel.com.range import Range
from tests.excel.com.windows import Windows
from tests.excel.model.languages import ENGLISH, GERMAN, Language
from tests.worker.pipeline.conftest import TEXTS
from tests.worker.queueing.quick_worker import QUICK
from tests.worker.queueing.worlds import eventually, quick_settings
from tests.xl_addin.desk.test_desk import ready, workers
from tests.xl_addin.workbook.samples import cells, loaded
from worker.errors import WorkbookLockedError
from worker.queueing.local.local_jobs import LocalJobs
from worker.queueing.local.worker_process import start_worker
from worker.queueing.scores.formula_scores import FormulaScores
from worker.settings import IN_PROCESS, Settings
from xl_addin import ribbon
from xl_addin.jobs.books import set_settings
from xl_addin.sheets.heatmap import heatmap_name
from xl_addin.sheets.job_sheet import JOBS
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.sources import SOURCES
from xl_addin.workbook.areas import Area
from xl_addin.workbook.columns import Table
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.live import busy
from xl_addin.workbook.live.live_book import LiveBook
from xl_addin.workbook.port import CellValue

TICK = "from xl_addin import ribbon; ribbon.tick()"


def press(action: str) -> str:
    """Return the command of a button."""
    return f"from xl_addin import ribbon; ribbon.run('{action}')"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = quick_settings(tmp_path / "home", IN_PROCESS)
    monkeypatch.setattr(ribbon, "load_settings", lambda: settings)
    monkeypatch.setattr(busy, "PATIENCE", 0.1)
    return settings


class Busy(CDispatch):
    """A workbook of an Excel that has a dialog open: it answers nothing."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name) if name.startswith("__") else call_rejected()


class Edited(CDispatch):
    """A workbook in which a cell is being edited."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name) if name.startswith("__") else cell_is_edited()


class LateBound(CDispatch):
    """A busy workbook where pywin32 has no classes of Excel's: it says that nothing is there."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"<unknown>.{name}")

    def _answer(self) -> None:
        raise call_rejected()


BUSY = pytest.mark.parametrize("workbook", [Busy(), Edited(), LateBound()])


@BUSY
def test_a_tick_of_a_busy_excel_passes_silently(
    windows_xlwings: ModuleType, settings: Settings, workbook: CDispatch
):
    run_python(windows_xlwings, workbook, TICK)


@BUSY
def test_a_click_in_a_busy_excel_fails_in_words(
    windows_xlwings: ModuleType, settings: Settings, workbook: CDispatch
):
    with pytest.raises(WorkbookLockedError, match="Press Enter or Esc in Excel"):
        run_python(windows_xlwings, workbook, press("index"))


class Desktop:
    """A person at an Excel in which a workbook is open: presses buttons, and lets time pass."""

    def __init__(self, xlwings: ModuleType, excel: Application, path: Path, **how: object) -> None:
        self.xlwings, self.excel = xlwings, excel
        self.workbook = excel._open(path, **how)
        excel._activate("Notes")
        excel._select(Range(excel._active, Area(2, 2, 3, 2)))

    def cell(self, sheet: str, row: int, column: int) -> Range:
        return self.workbook.Worksheets(sheet).Cells(row, column)

    def pictures(self, sheet: str) -> list[str]:
        return [shown.name for shown in self.workbook._model.sheet(sheet).pictures]

    @property
    def port(self) -> LiveBook:
        book = self.xlwings._xlwindows.Book(self.workbook)
        return LiveBook(self.xlwings.Book(impl=book))

    def rows(self, table: Table) -> list[dict[str, CellValue]]:
        return [dict(row.values) for row in self.port.read_table(table).rows]

    def press(self, action: str) -> None:
        run_python(self.xlwings, self.workbook, press(action))

    def tick(self) -> None:
        run_python(self.xlwings, self.workbook, TICK)

    def wait(self) -> dict[str, CellValue]:
        """Let the timer tick until the newest job has ended; return its row."""

        def has_ended() -> bool:
            self.tick()
            return self.rows(JOBS)[0]["State"] not in ("queued", "running")

        eventually(has_ended, otherwise=lambda: f"not finished: {self.rows(JOBS)}")
        return self.rows(JOBS)[0]


@pytest.fixture
def _working(
    processes: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Jobs are done by a real worker process, which ends with the test."""
    monkeypatch.setenv("BONSAI_BROKER", settings.broker)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    start = partial(start_worker, command=("tests.worker.queueing.quick_worker", "local"))
    monkeypatch.setattr(ribbon, "LocalJobs", lambda settings: LocalJobs(settings, QUICK, start))
    yield
    for pid in workers(settings):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def desktop(_working: None, windows: Windows, windows_xlwings: ModuleType, book: Path) -> Desktop:
    """A fresh workbook in a stand-in for Excel."""
    return Desktop(windows_xlwings, Application(windows), with_notes(ready(book)))


def with_notes(path: Path) -> Path:
    """Give a workbook a sheet of the user's with two texts."""
    workbook = loaded(path)
    notes = workbook.create_sheet("Notes")
    notes["B2"], notes["B3"] = "The kettle sings.", "Tankers change their flags."
    workbook.save(path)
    return path


def test_index_rank_and_score_selection_land(desktop: Desktop, windows: Windows):
    desktop.press("index")
    assert desktop.rows(JOBS)[0]["State"] == "queued"
    assert "has begun" in desktop.excel.StatusBar
    assert desktop.wait()["State"] == "done"
    assert len(desktop.rows(SOURCES)) == len(TEXTS)
    desktop.press("rank")
    assert desktop.wait()["State"] == "done"
    ranked = desktop.rows(RANKED)
    assert len(ranked) == 8 * len(TEXTS)
    assert all(isinstance(row["SexyScore"], float) for row in ranked)
    qids = dict.fromkeys(row["QID"] for row in ranked)
    assert desktop.pictures("Heatmap") == ["bonsai overview", *map(heatmap_name, qids)]
    desktop.press("score_selection")
    assert desktop.wait()["State"] == "done"
    assert all(isinstance(desktop.cell("Notes", row, 3).Value, float) for row in (2, 3))
    assert windows.boxes == []


def test_formulas_of_the_same_workbook_answer_after_a_rank(
    desktop: Desktop, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    from xl_addin import functions

    monkeypatch.setattr(functions, "formula_scores", lambda: FormulaScores(settings))
    for action in ("index", "rank"):
        desktop.press(action)
        row = desktop.wait()
        assert row["State"] == "done", row["Message"]
    cell = desktop.cell("Notes", 2, 2)
    povs = desktop.workbook.Worksheets("POV").ListObjects("tblPOV").DataBodyRange
    call = partial(call_function, desktop.xlwings, desktop.workbook, cell)
    score = call("sexyscore", cell.Value, povs.Value, MISSING_ARGUMENT)
    assert isinstance(score, float)
    assert call("known_sexyscore", cell.Value, povs.Value, "contrast") == score
    assert call("sexyscore", cell, povs.Value, MISSING_ARGUMENT) == score, "ranges are read, too"


def test_what_has_changed_goes_into_the_book_that_asked(
    desktop: Desktop, windows: Windows, book: Path
):
    """Two Excels, each with a copy of the workbook under the same name."""
    (book.parent / "copy").mkdir()
    copy = shutil.copy(book, book.parent / "copy")
    other = Desktop(desktop.xlwings, Application(windows, pid=4712), Path(copy))
    desktop.press("index")
    assert desktop.wait()["State"] == "done"
    assert other.rows(JOBS) == []
    other.tick()
    assert other.rows(SOURCES) == []


ODD = {
    "German": ("my book.xlsx", GERMAN, {}),
    "quotes, blanks, Japanese": ("it's 私の 'book' [1].xlsx", ENGLISH, {}),
    "in a cloud folder": ("book.xlsx", ENGLISH, {"address": "https://d.docs.live.net/1/book.xlsx"}),
    "never saved": ("book.xlsx", ENGLISH, {"unsaved_name": "Book1"}),
}


@pytest.mark.parametrize(("name", "language", "how"), ODD.values(), ids=ODD)
@pytest.mark.usefixtures("_working")
def test_results_land_in_an_odd_workbook(
    windows: Windows, windows_xlwings: ModuleType, book: Path, name: str, language: Language, how
):
    path = with_notes(ready(book)).rename(book.parent / name)
    folder = FileBook.open(path)
    set_settings(folder, {"Documents folder": str(book.parent / "papers")})
    folder.save()
    desktop = Desktop(windows_xlwings, Application(windows, language=language), path, **how)
    for action in ("index", "rank", "score_selection"):
        desktop.press(action)
        row = desktop.wait()
        assert row["State"] == "done", row["Message"]
    assert len(desktop.rows(RANKED)) == 8 * len(TEXTS)
    assert windows.boxes == []


def test_a_protected_jobs_sheet_is_told_in_a_box(desktop: Desktop, windows: Windows):
    desktop.workbook._model.workbook["Jobs"].protection.sheet = True
    desktop.press("index")
    (text,) = windows.boxes
    assert "The sheet Jobs" in text
    assert "Unprotect" in text


def test_a_jobs_table_that_was_renamed_is_told_in_a_box(desktop: Desktop, windows: Windows):
    table = desktop.workbook._model.workbook["Jobs"].tables["tblJobs"]
    table.displayName = "MyJobs"
    desktop.press("index")
    assert ["tblJobs" in text for text in windows.boxes] == [True]


def test_ticks_without_news_leave_the_clipboard_and_undo_alone(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
):
    nobody = partial(LocalJobs, patience=QUICK, start=lambda _settings: None)
    monkeypatch.setattr(ribbon, "LocalJobs", nobody)
    desktop.press("index")
    desktop.tick()
    desktop.excel._copy()
    for _ in range(3):
        desktop.tick()
    assert desktop.excel.CutCopyMode == 1
    assert desktop.rows(JOBS)[0]["State"] == "queued"


def test_excel_is_left_as_it_was_found(desktop: Desktop):
    excel = desktop.excel
    excel.Calculation = SEMIAUTOMATIC
    for action in ("index", "rank"):
        desktop.press(action)
        row = desktop.wait()
        assert row["State"] == "done", row["Message"]
    assert (excel.Calculation, excel.ScreenUpdating) == (SEMIAUTOMATIC, True)
    assert (excel.Interactive, excel.EnableEvents, excel.DisplayAlerts) == (True, True, True)


def test_whatever_excel_rejects_at_first_results_land(
    desktop: Desktop, windows: Windows, monkeypatch: pytest.MonkeyPatch
):
    known: set[str] = set()

    def refuse(call: str) -> Exception | None:
        is_new = call not in known
        known.add(call)
        return call_rejected() if is_new else None

    monkeypatch.setattr(busy, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(busy, "PATIENCE", 60.0)
    desktop.excel._refuses = refuse
    for action in ("index", "rank", "score_selection", "rank"):
        known.clear()
        desktop.press(action)
        known.clear()
        row = desktop.wait()
        assert row["State"] == "done", row["Message"]
    assert windows.boxes == []
    assert len(desktop.rows(RANKED)) == 8 * len(TEXTS)


def test_a_note_survives_a_run_that_lands_after_a_cell_was_edited(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
):
    for action in ("index", "rank"):
        desktop.press(action)
        desktop.wait()
    first = desktop.rows(RANKED)[0]["ChunkID"]
    note = cells(desktop.workbook._model.workbook["Ranked"], RANKED, "Note", 1)[0]
    note.value = "mine"
    desktop.press("rank")
    monkeypatch.setattr(busy, "PATIENCE", 0.05)
    desktop.excel._edit_cell()
    for _ in range(3):
        desktop.tick()
    desktop.excel._be_ready()
    assert desktop.wait()["State"] == "done"
    assert [row["ChunkID"] for row in desktop.rows(RANKED) if row["Note"] == "mine"] == [first]


def protect(sheet: Any) -> None:
    sheet.protection.sheet = True


def rename(sheet: Any) -> None:
    table = sheet.tables.pop("tblRanked")
    table.name = table.displayName = "Mine"
    sheet.add_table(table)


@pytest.mark.parametrize(
    ("harm", "message"), [(protect, "Unprotect Ranked"), (rename, "tblRanked")]
)
def test_what_keeps_results_out_is_told_in_the_jobs_table(
    desktop: Desktop, harm: Callable[[Any], None], message: str
):
    desktop.press("index")
    desktop.wait()
    harm(desktop.workbook._model.workbook["Ranked"])
    desktop.press("rank")
    assert message in str(desktop.wait()["Message"])


@pytest.mark.parametrize(
    "where", [{"_address": "https://d.docs.live.net/0123/my book.xlsx"}, {"_unsaved_name": "Book1"}]
)
def test_documents_beside_a_workbook_that_has_no_folder_are_told_to_be_missing(
    desktop: Desktop, where: dict[str, str]
):
    vars(desktop.workbook).update(where)
    desktop.press("index")
    row = desktop.wait()
    assert row["State"] == "failed"
    assert "Correct 'Documents folder' on the Settings sheet" in str(row["Message"])
