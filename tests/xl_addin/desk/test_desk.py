"""Buttons and timer on a real workbook file, with a real worker process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.worker.pipeline.conftest import TEXTS
from tests.worker.queueing.worlds import World, eventually
from worker.errors import WorkbookLockedError
from worker.queueing.local.job_table import JobTable
from worker.queueing.local.local_jobs import LocalJobs
from worker.settings import Settings
from xl_addin.desk.desk import Desk
from xl_addin.jobs.books import set_settings
from xl_addin.sheets.job_sheet import JOBS
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.sources import SOURCES
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import CellValue, Row, TableContent

SELECTED = [["The kettle sings."], ["Tankers change their flags."]]


class OpenFile(FileBook):
    """A file in the place of a workbook open in Excel, which this machine does not have."""

    written: dict[str, object]

    def selection(self) -> tuple[str, list[list[CellValue]]]:
        return "Notes!B2:B3", SELECTED

    def write_beside(self, place: str, values: list[list[CellValue]]) -> None:
        self.written = {place: values}


@pytest.fixture
def jobs(
    settings: Settings, models: Path, processes: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalJobs]:
    """The jobs of an empty home; a worker that was started is ended."""
    monkeypatch.setenv("BONSAI_MODELS", str(models))
    jobs = LocalJobs(settings)
    yield jobs
    jobs.close()
    for pid in workers(settings):
        os.kill(pid, signal.SIGKILL)


def workers(settings: Settings) -> list[int]:
    """The worker processes of this test's home."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if b"local_worker" in command and str(settings.home).encode() in environment:
            found.append(int(folder.name))
    return found


def desk(path: Path, jobs: LocalJobs, settings: Settings, status: list[str]) -> Desk:
    return Desk(OpenFile.open(path), jobs, settings, status.append)


def ready(path: Path) -> Path:
    """Give a fresh workbook a small folder of documents and two questions."""
    folder = path.parent / "papers"
    folder.mkdir(exist_ok=True)
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    book = FileBook.open(path)
    set_settings(book, {"Documents folder": "papers", "Collection": "small", "Answer tokens": "8"})
    book.save()
    return path


def job_rows(of: Desk) -> list[dict[str, CellValue]]:
    return [dict(row.values) for row in of.book.read_table(JOBS).rows]


def wait(at: Desk, seconds: float = 90) -> dict[str, CellValue]:
    """Let the timer tick until no job is left, as Excel does; return the newest row."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        at.tick()
        rows = job_rows(at)
        if rows[0]["State"] not in ("queued", "running"):
            return rows[0]
        time.sleep(0.2)
    raise AssertionError(f"not finished: {job_rows(at)}")


def test_index_rank_and_score_selection_land_in_the_workbook(
    book: Path, jobs: LocalJobs, settings: Settings
):
    status: list[str] = []
    at = desk(ready(book), jobs, settings, status)
    at.press("index")
    assert job_rows(at)[0]["State"] == "queued"
    assert wait(at)["State"] == "done"
    assert len(at.book.read_table(SOURCES).rows) == len(TEXTS)
    stamp = {row.values["Item"]: row.values["Value"] for row in at.book.read_table(LAST_RUN).rows}
    assert stamp["Index version"]
    at.press("rank")
    assert wait(at)["State"] == "done"
    assert len(at.book.read_table(RANKED).rows) == 8 * len(TEXTS)
    at.press("score_selection")
    assert wait(at)["State"] == "done"
    (scores,) = at.book.written.values()
    assert [len(row) for row in scores] == [1, 1]
    assert len(workers(settings)) == 1, "one worker process did all three"
    assert any("has begun" in line for line in status)


def test_results_land_in_the_book_that_asked_even_when_it_was_closed_meanwhile(
    book: Path, jobs: LocalJobs, settings: Settings
):
    at = desk(ready(book), jobs, settings, [])
    at.press("index")
    at.book.save()
    run_id = str(job_rows(at)[0]["Job"])
    while jobs.finished(run_id) is None:
        time.sleep(0.2)
    reopened = desk(book, jobs, settings, [])
    reopened.tick()
    assert job_rows(reopened)[0]["State"] == "done"
    assert len(reopened.book.read_table(SOURCES).rows) == len(TEXTS)


def test_a_worker_that_is_killed_is_replaced_and_the_job_done(
    book: Path, jobs: LocalJobs, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("worker.queueing.local.job_table.HEARTBEAT_LIMIT", 2.0)
    at = desk(ready(book), jobs, settings, [])
    at.press("index")
    while not (found := workers(settings)):
        time.sleep(0.05)
    os.kill(found[0], signal.SIGKILL)
    time.sleep(2.5)
    assert wait(at)["State"] == "done"
    assert len(at.book.read_table(SOURCES).rows) == len(TEXTS)


def test_stop_ends_a_job_within_seconds(book: Path, jobs: LocalJobs, settings: Settings):
    at = desk(ready(book), jobs, settings, [])
    for number in range(400):
        (book.parent / "papers" / f"long {number}.txt").write_text("The harbour lay still. " * 200)
    at.press("index")
    while jobs.progress(str(job_rows(at)[0]["Job"])) is None:
        time.sleep(0.1)
    asked = time.monotonic()
    at.press("stop")
    assert wait(at)["State"] == "cancelled"
    assert time.monotonic() - asked < 15, "five seconds, with room for a busy machine"


def test_a_second_press_while_a_job_runs_is_refused(
    book: Path, jobs: LocalJobs, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(jobs, "ensure_worker", lambda: None)
    at = desk(ready(book), jobs, settings, [])
    at.press("index")
    at.press("index")
    first, second = job_rows(at)
    assert first["State"] == "failed"
    assert "running already" in str(first["Message"])
    assert second["State"] == "queued"


def test_an_error_stands_in_the_jobs_table_in_three_sentences(
    book: Path, jobs: LocalJobs, settings: Settings
):
    status: list[str] = []
    at = desk(book, jobs, settings, status)
    at.press("index")
    (row,) = job_rows(at)
    assert row["State"] == "failed"
    assert "No documents folder is set" in str(row["Message"])
    assert "No documents folder is set" in status[-1]


def test_a_job_of_another_machine_is_called_lost(book: Path, jobs: LocalJobs, settings: Settings):
    at = desk(book, jobs, settings, [])
    columns = {"Job": "elsewhere", "What": "rank", "State": "running"}
    at.book.write_table(TableContent(JOBS, [columns]))
    at.tick()
    assert job_rows(at)[0]["State"] == "lost"


def test_a_busy_excel_loses_nothing(
    book: Path, jobs: LocalJobs, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    status: list[str] = []
    at = desk(ready(book), jobs, settings, status)
    at.press("index")
    run_id = str(job_rows(at)[0]["Job"])
    while jobs.finished(run_id) is None:
        time.sleep(0.2)

    def busy(_content):
        raise WorkbookLockedError("Excel is busy.", "A cell is being edited.", "Press Enter.")

    with monkeypatch.context() as patched:
        patched.setattr(at.book, "write_table", busy)
        at.tick()
    assert "waiting until Excel is free" in status[-1]
    at.tick()
    assert job_rows(at)[0]["State"] == "done"


def test_waiting_jobs_can_be_stopped_before_they_begin(settings: Settings):
    table = JobTable(settings.jobs)
    table.submit("r1", "book", "", "{}")
    table.submit("r1", "book", "", "{}")
    table.ask_to_stop("r1")
    assert table.job("r1").state == "cancelled"
    assert table.take() is None


def test_a_job_whose_worker_died_can_be_stopped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    table = JobTable(settings.jobs)
    table.submit("r1", "book", "", "{}")
    table.take()
    monkeypatch.setattr("worker.queueing.local.job_table.HEARTBEAT_LIMIT", -1.0)
    table.ask_to_stop("r1")
    assert table.job("r1").state == "cancelled"
    assert table.take() is None


def test_what_has_landed_does_not_land_again_when_excel_is_busy_for_the_next_job(
    book: Path, jobs: LocalJobs, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(jobs, "ensure_worker", lambda: None)
    at = desk(ready(book), jobs, settings, [])
    at.press("index")
    at.press("rank")
    jobs.stop(str(job_rows(at)[0]["Job"]))
    jobs.stop(str(job_rows(at)[1]["Job"]))
    landed: list[str] = []

    def land_once(_book, request, *_):
        if landed:
            raise WorkbookLockedError("Excel is busy.", "A cell is being edited.", "Press Enter.")
        landed.append(request.job)
        return ()

    monkeypatch.setattr("xl_addin.desk.desk.land", land_once)
    at.tick()
    assert [row["State"] for row in job_rows(at)] == ["cancelled", "queued"]


def test_notes_that_lose_their_passage_are_told_in_the_jobs_table(
    book: Path, jobs: LocalJobs, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(jobs, "ensure_worker", lambda: None)
    at = desk(ready(book), jobs, settings, [])
    at.press("rank")
    jobs.stop(str(job_rows(at)[0]["Job"]))
    lost = (Row(7, {"QID": "Q1", "Note": "my note"}),)
    monkeypatch.setattr("xl_addin.desk.desk.land", lambda *_: lost)
    at.tick()
    assert "no place: QID: Q1, Note: my note" in str(job_rows(at)[0]["Message"])


def test_a_worker_that_never_starts_is_said_after_a_minute(
    book: Path, jobs: LocalJobs, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("worker.queueing.local.local_jobs._start_worker", lambda _settings: None)
    at = desk(ready(book), jobs, settings, [])
    at.press("index")
    at.tick()
    assert job_rows(at)[0]["State"] == "queued"
    monkeypatch.setattr("worker.queueing.local.local_jobs._PATIENCE", -1.0)
    monkeypatch.setattr("worker.queueing.local.job_table.HEARTBEAT_LIMIT", -1.0)
    at.tick()
    at.tick()
    assert job_rows(at)[0]["State"] == "failed"
    assert "worker process does not start" in str(job_rows(at)[0]["Message"])


def test_two_ticks_at_a_time_let_one_in(jobs: LocalJobs, settings: Settings):
    other = LocalJobs(settings)
    with jobs.alone() as first, other.alone() as second:
        assert (first, second) == (True, False)
    with other.alone() as later:
        assert later
    other.close()


def test_a_job_that_kills_its_worker_again_and_again_has_failed(settings: Settings, monkeypatch):
    monkeypatch.setattr("worker.queueing.local.job_table.HEARTBEAT_LIMIT", -1.0)
    table = JobTable(settings.jobs)
    table.submit("r1", "book", "", "{}")
    for _ in range(3):
        assert table.take().run_id == "r1"
    assert table.take() is None
    assert table.job("r1").state == "failed"
    assert "each time it was tried" in table.job("r1").problem


def test_a_job_of_another_version_fails_in_its_row(book: Path, jobs: LocalJobs, settings: Settings):
    at = desk(book, jobs, settings, [])
    row = {"Job": "old", "What": "rank", "State": "running"}
    at.book.write_table(TableContent(JOBS, [row]))
    table = JobTable(settings.jobs)
    table.submit("old", "book", "", '{"job": "rank", "protocol": 0}')
    table.finish("old", "done")
    at.tick()
    assert job_rows(at)[0]["State"] == "failed"
    assert "Another version" in str(job_rows(at)[0]["Message"])


def test_long_finished_jobs_are_forgotten(settings: Settings, monkeypatch):
    table = JobTable(settings.jobs)
    table.submit("old", "book", "", "{}")
    table.put_blob("old", "heatmap:Q1", b"png")
    table.finish("old", "done")
    monkeypatch.setattr("worker.queueing.local.job_table.DAYS_KEPT", -1)
    table.submit("new", "book", "", "{}")
    assert table.job("old") is None
    assert table.blobs("old") == {}
    assert table.job("new").state == "queued"


def test_buttons_of_a_workbook_reach_the_workers_of_a_server(
    book: Path, settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
):
    world.start_worker()
    monkeypatch.setenv("BONSAI_MODELS", str(settings.models))
    monkeypatch.setenv("BONSAI_BROKER", world.settings.broker)
    with closing(LocalJobs(world.settings)) as jobs:
        at = desk(ready(book), jobs, world.settings, [])
        at.press("index")
        assert wait(at)["State"] == "done"
        assert len(at.book.read_table(SOURCES).rows) == len(TEXTS)
        at.press("rank")
        assert wait(at)["State"] == "done"
        assert len(at.book.read_table(RANKED).rows) == 8 * len(TEXTS)
        at.press("score_selection")
        assert wait(at)["State"] == "done"
        (scores,) = at.book.written.values()
        assert [len(row) for row in scores] == [1, 1]
        assert {job.state for job in world.runs.jobs()} == {"done"}
    for pid in workers(settings):
        os.kill(pid, signal.SIGKILL)


def test_the_companion_of_a_workbook_is_killed_and_the_servers_results_land_once(
    book: Path, settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
):
    world.start_worker()
    monkeypatch.setenv("BONSAI_MODELS", str(settings.models))
    monkeypatch.setenv("BONSAI_BROKER", world.settings.broker)
    with closing(LocalJobs(world.settings)) as jobs:
        at = desk(ready(book), jobs, world.settings, [])
        at.press("index")
        wait(at)
        at.press("rank")
        run_id = str(job_rows(at)[0]["Job"])
        eventually(lambda: world.redis.xlen(f"bonsai:rows:{run_id}") > 4)
        for pid in workers(settings):
            os.kill(pid, signal.SIGKILL)
        assert wait(at)["State"] == "done"
        ranked = at.book.read_table(RANKED).rows
        assert len({(row.values["QID"], row.values["ChunkID"]) for row in ranked}) == len(ranked)
        assert len(ranked) == 8 * len(TEXTS)
    for pid in workers(settings):
        os.kill(pid, signal.SIGKILL)
