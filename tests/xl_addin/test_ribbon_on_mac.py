"""Clicks and ticks through xlwings' own code for macOS, on a stand-in for what is below it.

There each is a process of its own, which is told the name of the workbook and no more.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.excel.mac.bench import MacBench, excel_for_mac
from tests.excel.mac.excel import NOT_RUNNING, TIMED_OUT
from tests.worker.pipeline.conftest import TEXTS
from tests.worker.queueing.quick_worker import QUICK
from tests.worker.queueing.worlds import eventually, quick_settings
from tests.xl_addin.desk.test_desk import ready, workers
from worker.errors import WorkbookError
from worker.queueing.local.local_jobs import LocalJobs
from worker.queueing.local.worker_process import start_worker
from worker.settings import IN_PROCESS, Settings
from xl_addin import ribbon
from xl_addin.sheets.heatmap import heatmap_name
from xl_addin.sheets.job_sheet import JOBS
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.sources import SOURCES
from xl_addin.workbook.columns import Table
from xl_addin.workbook.live import busy
from xl_addin.workbook.live.live_book import LiveBook
from xl_addin.workbook.port import CellValue


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = quick_settings(tmp_path / "home", IN_PROCESS)
    monkeypatch.setattr(ribbon, "load_settings", lambda: settings)
    return settings


@pytest.fixture
def bench(
    book: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MacBench]:
    """An Excel with the workbook that calls."""
    with excel_for_mac(monkeypatch, tmp_path / "mac") as bench:
        bench.open(ready(book))
        name = ["-c", f"--wb={book.name}", "--from_xl=1", "--app=/Applications/Microsoft Excel.app"]
        monkeypatch.setattr(sys, "argv", name)
        yield bench


@pytest.mark.parametrize("number", [TIMED_OUT, NOT_RUNNING])
def test_a_tick_of_an_excel_that_is_busy_or_gone_passes_silently(
    bench: MacBench, monkeypatch: pytest.MonkeyPatch, number: int
):
    monkeypatch.setattr(busy, "PATIENCE", 0.0)
    bench.excel.refuse("*", number, times=1000)
    ribbon.tick()
    assert bench.excel.boxes == []


@pytest.mark.parametrize(
    ("number", "words"), [(TIMED_OUT, "Press Enter or Esc"), (NOT_RUNNING, "not open any more")]
)
def test_a_click_that_finds_no_workbook_ends_in_words(
    bench: MacBench, monkeypatch: pytest.MonkeyPatch, number: int, words: str
):
    monkeypatch.setattr(busy, "PATIENCE", 0.0)
    bench.excel.refuse("*", number, times=1000)
    with pytest.raises(WorkbookError, match=words):  # the macros let these words be shown
        ribbon.run("index")


def test_a_click_that_goes_wrong_is_told_in_a_box(bench: MacBench):
    model = bench.excel.workbooks[0].model
    model.sheet("Jobs").cells.protection.sheet = True
    ribbon.run("index")
    assert len(bench.excel.boxes) == 1
    assert "Unprotect Jobs" in bench.excel.boxes[0]


def rows(table: Table) -> list[dict[str, CellValue]]:
    return [dict(row.values) for row in LiveBook.caller().read_table(table).rows]


def wait() -> dict[str, CellValue]:
    """Let the timer tick until the newest job has ended; return its row."""

    def has_ended() -> bool:
        ribbon.tick()
        return rows(JOBS)[0]["State"] not in ("queued", "running")

    eventually(has_ended, otherwise=lambda: f"not finished: {rows(JOBS)}")
    return rows(JOBS)[0]


@pytest.fixture
def jobs(processes: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Jobs are done by a real worker process."""
    monkeypatch.setenv("BONSAI_BROKER", settings.broker)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    start = partial(start_worker, command=("tests.worker.queueing.quick_worker", "local"))
    monkeypatch.setattr(ribbon, "LocalJobs", lambda settings: LocalJobs(settings, QUICK, start))
    yield
    for pid in workers(settings):
        os.kill(pid, signal.SIGKILL)


def test_index_and_rank_land(jobs: None, bench: MacBench):
    ribbon.run("index")
    assert rows(JOBS)[0]["State"] == "queued"
    assert "has begun" in bench.excel.read("status_bar")
    assert wait()["State"] == "done"
    assert len(rows(SOURCES)) == len(TEXTS)
    ribbon.run("rank")
    assert wait()["State"] == "done"
    ranked = rows(RANKED)
    assert len(ranked) == 8 * len(TEXTS)
    assert all(isinstance(row["SexyScore"], float) for row in ranked)
    pictures = bench.excel.workbooks[0].model.sheet("Heatmap").pictures
    qids = dict.fromkeys(row["QID"] for row in ranked)
    assert [each.name for each in pictures] == ["bonsai overview", *map(heatmap_name, qids)]
    assert bench.excel.boxes == []
