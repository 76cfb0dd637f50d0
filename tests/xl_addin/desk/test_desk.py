"""Buttons and timer on a real workbook file, with a real worker process."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.conftest import REPOSITORY
from tests.worker.pipeline.conftest import TEXTS
from tests.worker.queueing.quick_worker import QUICK
from tests.worker.queueing.worlds import World, eventually, quick_settings, write_documents
from tests.xl_addin.workbook.samples import ranked_rows, write_ranked
from worker.errors import WorkbookError, WorkbookLockedError
from worker.queueing.local.job_table import JobTable
from worker.queueing.local.local_jobs import LocalJobs
from worker.queueing.local.worker_process import start_worker
from worker.queueing.patience import USUAL
from worker.settings import IN_PROCESS, Settings
from xl_addin.desk.desk import Desk
from xl_addin.jobs.books import set_settings
from xl_addin.jobs.snapshots import keep_open
from xl_addin.sheets.changes import CHANGES
from xl_addin.sheets.job_sheet import JOBS
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.regression import REGRESSION
from xl_addin.sheets.sources import SOURCES
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import CellValue, Row, TableContent

SELECTED = [["The kettle sings."], ["Tankers change their flags."]]


class OpenFile(FileBook):
    """A file in the place of a workbook open in Excel, which this machine does not have."""

    written: dict[str, object]

    def save_copy(self, path: Path) -> None:
        path.write_bytes(self.content())

    def selection(self) -> tuple[str, list[list[CellValue]]]:
        return "Notes!B2:B3", SELECTED

    def write_beside(self, place: str, values: list[list[CellValue]]) -> None:
        self.written = {place: values}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return quick_settings(tmp_path / "home", IN_PROCESS)


@pytest.fixture
def waiting(settings: Settings) -> Iterator[LocalJobs]:
    """The jobs of an empty home, where no worker ever comes."""
    with closing(LocalJobs(settings, start=lambda _settings: None)) as jobs:
        yield jobs


@pytest.fixture
def jobs(
    processes: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalJobs]:
    """The jobs of an empty home; a worker that was started is ended."""
    with working(settings, monkeypatch) as jobs:
        yield jobs


@contextmanager
def working(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalJobs]:
    monkeypatch.setenv("BONSAI_BROKER", settings.broker)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    start = partial(start_worker, command=("tests.worker.queueing.quick_worker", "local"))
    with closing(LocalJobs(settings, QUICK, start)) as jobs:
        yield jobs
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
        if b"quick_worker\0local" in command and str(settings.home).encode() in environment:
            found.append(int(folder.name))
    return found


def desk(path: Path, jobs: LocalJobs, settings: Settings, status: list[str]) -> Desk:
    return Desk(OpenFile.open(path), jobs, settings, status.append)


def ready(path: Path) -> Path:
    """Give a fresh workbook a small folder of documents and two questions."""
    write_documents(path.parent / "papers")
    book = FileBook.open(path)
    set_settings(book, {"Documents folder": "papers", "Collection": "small", "Answer tokens": "8"})
    book.save()
    return path


def job_rows(of: Desk) -> list[dict[str, CellValue]]:
    return [dict(row.values) for row in of.book.read_table(JOBS).rows]


def wait(at: Desk) -> dict[str, CellValue]:
    """Let the timer tick until the newest job has ended, as Excel does; return its row."""

    def has_ended() -> bool:
        at.tick()
        return job_rows(at)[0]["State"] not in ("queued", "running")

    eventually(has_ended, otherwise=lambda: f"not finished: {job_rows(at)}")
    return job_rows(at)[0]


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


def test_regress_fills_its_sheet_with_the_sample_where_settings_name_no_tables(
    book: Path, jobs: LocalJobs, settings: Settings
):
    at = desk(book, jobs, settings, [])
    at.press("regress")
    assert wait(at)["State"] == "done"
    parts = [row.values["Part"] for row in at.book.read_table(REGRESSION).rows]
    assert parts.count("feature") == 20
    assert parts.count("point of view") == 23
    at.book.save()
    assert len(load_workbook(book)[REGRESSION.sheet]._images) == 2


def test_results_land_in_the_book_that_asked_even_when_it_was_closed_meanwhile(
    book: Path, jobs: LocalJobs, settings: Settings
):
    at = desk(ready(book), jobs, settings, [])
    at.press("index")
    at.book.save()
    run_id = str(job_rows(at)[0]["Job"])
    eventually(lambda: jobs.ended(run_id))
    reopened = desk(book, jobs, settings, [])
    reopened.tick()
    assert job_rows(reopened)[0]["State"] == "done"
    assert len(reopened.book.read_table(SOURCES).rows) == len(TEXTS)


def test_a_worker_that_is_killed_is_replaced_and_the_job_done(
    book: Path, jobs: LocalJobs, settings: Settings
):
    at = desk(ready(book), jobs, settings, [])
    at.press("index")
    eventually(lambda: jobs.jobs()[0].state != "queued")
    os.kill(workers(settings)[0], signal.SIGKILL)
    assert wait(at)["State"] == "done"
    assert len(at.book.read_table(SOURCES).rows) == len(TEXTS)


def test_stop_ends_a_job_within_seconds(book: Path, jobs: LocalJobs, settings: Settings):
    at = desk(ready(book), jobs, settings, [])
    for number in range(200):
        (book.parent / "papers" / f"long {number}.txt").write_text("The harbour lay still. " * 200)
    at.press("index")
    eventually(lambda: jobs.progress(str(job_rows(at)[0]["Job"])))
    at.press("stop")
    assert wait(at)["State"] == "cancelled"


def test_compare_and_restore_work_at_once_and_say_what_came_of_it(
    book: Path, waiting: LocalJobs, settings: Settings
):
    status: list[str] = []
    at = desk(ready(book), waiting, settings, status)
    before = values(at)
    keep_open(settings.home, at.book, "a run", [])
    write_ranked(at.book, ranked_rows("c1", "c2"))
    at.press("compare")
    newest = job_rows(at)[0]
    assert (newest["What"], newest["State"]) == ("compare", "done")
    assert "of the passages 2 added" in str(newest["Message"])
    assert [row.values["ChunkID"] for row in at.book.read_table(CHANGES).rows] == ["c1", "c2"]
    at.press("restore")
    newest = job_rows(at)[0]
    assert (newest["What"], newest["State"]) == ("restore", "done")
    assert "as they were until" in status[-1]
    assert values(at) == before


def test_a_copy_for_readers_is_written_beside_the_workbook(
    book: Path, waiting: LocalJobs, settings: Settings
):
    at = desk(ready(book), waiting, settings, [])
    write_ranked(at.book, ranked_rows("c1", "c2"))
    at.press("reader_copy")
    newest = job_rows(at)[0]
    assert (newest["What"], newest["State"]) == ("reader_copy", "done"), newest["Message"]
    assert {f"{book.stem} reader.xlsx", f"{book.stem} reader.html"} <= {
        each.name for each in book.parent.iterdir()
    }


def values(of: Desk) -> list[object]:
    return [row.values for row in of.book.read_table(RANKED).rows]


def test_restore_without_a_snapshot_says_so_in_the_jobs_table(
    book: Path, waiting: LocalJobs, settings: Settings
):
    at = desk(ready(book), waiting, settings, [])
    at.press("restore")
    newest = job_rows(at)[0]
    assert (newest["What"], newest["State"]) == ("restore", "failed")
    assert "nothing to restore" in str(newest["Message"])


def test_restore_waits_for_a_job_whose_results_would_land(
    book: Path, waiting: LocalJobs, settings: Settings
):
    at = desk(ready(book), waiting, settings, [])
    at.press("index")
    at.press("restore")
    assert "A job is running" in str(job_rows(at)[0]["Message"])


def test_what_a_job_has_filled_can_be_taken_back(book: Path, jobs: LocalJobs, settings: Settings):
    at = desk(ready(book), jobs, settings, [])
    at.press("index")
    assert wait(at)["State"] == "done"
    assert at.book.read_table(SOURCES).rows
    at.press("restore")
    assert not at.book.read_table(SOURCES).rows
    at.press("restore")
    assert len(at.book.read_table(SOURCES).rows) == len(TEXTS)


def test_a_second_press_while_a_job_runs_is_refused(
    book: Path, waiting: LocalJobs, settings: Settings
):
    at = desk(ready(book), waiting, settings, [])
    at.press("index")
    at.press("index")
    first, second = job_rows(at)
    assert first["State"] == "failed"
    assert "running already" in str(first["Message"])
    assert second["State"] == "queued"


def test_a_choice_may_be_for_a_part_of_the_questions(
    book: Path, waiting: LocalJobs, settings: Settings
):
    status: list[str] = []
    at = desk(ready(book), waiting, settings, status)
    at.choose("rank", 3)
    assert "No question in use is selected" in status[-1]
    assert job_rows(at) == []
    at.choose("rank", 1)
    assert [row["State"] for row in job_rows(at)] == ["queued"]


def test_an_error_stands_in_the_jobs_table_in_three_sentences(
    book: Path, waiting: LocalJobs, settings: Settings
):
    status: list[str] = []
    at = desk(book, waiting, settings, status)
    at.press("index")
    (row,) = job_rows(at)
    assert row["State"] == "failed"
    assert "No documents folder is set" in str(row["Message"])
    assert "No documents folder is set" in status[-1]


def test_a_japanese_workbook_is_told_in_japanese(
    book: Path, waiting: LocalJobs, settings: Settings
):
    japanese = FileBook.open(book)
    set_settings(japanese, {"Language": "ja"})
    japanese.save()
    status: list[str] = []
    at = desk(book, waiting, settings, status)
    at.press("index")
    message = "book.xlsx に文書フォルダーが設定されていません。".replace("book.xlsx", book.name)
    assert str(job_rows(at)[0]["Message"]).startswith(message)
    assert job_rows(at)[0]["State"] == "failed"
    assert status[-1].startswith(f"BONSAI: {message}")


def test_a_job_of_another_machine_is_called_lost(
    book: Path, waiting: LocalJobs, settings: Settings
):
    at = desk(book, waiting, settings, [])
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
    eventually(lambda: jobs.ended(run_id))

    def busy(_content):
        raise WorkbookLockedError("Excel is busy.", "A cell is being edited.", "Press Enter.")

    with monkeypatch.context() as patched:
        patched.setattr(at.book, "write_table", busy)
        at.tick()
    assert "waiting until Excel is free" in status[-1]
    at.tick()
    assert job_rows(at)[0]["State"] == "done"


def test_results_that_cannot_land_say_how_they_land_after_all_and_are_tried_once(
    book: Path, waiting: LocalJobs, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    at = desk(ready(book), waiting, settings, [])
    at.press("rank")
    run_id = str(job_rows(at)[0]["Job"])
    waiting.stop(run_id)
    tried: list[str] = []

    def fail(_job, landing):
        tried.append(landing.request.run_id)
        raise ZeroDivisionError("nobody thought of this")

    monkeypatch.setattr("xl_addin.desk.desk.land", fail)
    at.tick()
    at.tick()
    assert tried == [run_id]
    message = str(job_rows(at)[0]["Message"])
    assert "ZeroDivisionError: nobody thought of this" in message
    assert f"bonsai jobs land {run_id}" in message


def test_nothing_lands_while_the_jobs_table_takes_no_news(
    book: Path, waiting: LocalJobs, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    at = desk(ready(book), waiting, settings, [])
    at.press("rank")
    waiting.stop(str(job_rows(at)[0]["Job"]))
    landed: list[str] = []
    monkeypatch.setattr(
        "xl_addin.desk.desk.land", lambda _job, landing: landed.append(landing.request.job)
    )

    def protected(_content):
        raise WorkbookError("'Jobs' is protected.", "It takes no values.", "Unprotect it.")

    with monkeypatch.context() as patched:
        patched.setattr(at.book, "write_table", protected)
        for _ in range(2):
            with pytest.raises(WorkbookError, match="Jobs"):
                at.tick()
    assert landed == []
    at.tick()
    assert landed == ["rank"]


def test_what_has_landed_does_not_land_again_when_excel_is_busy_for_the_next_job(
    book: Path, waiting: LocalJobs, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    at = desk(ready(book), waiting, settings, [])
    at.press("index")
    at.press("rank")
    waiting.stop(str(job_rows(at)[0]["Job"]))
    waiting.stop(str(job_rows(at)[1]["Job"]))
    landed: list[str] = []

    def land_once(_job, landing):
        if landed:
            raise WorkbookLockedError("Excel is busy.", "A cell is being edited.", "Press Enter.")
        landed.append(landing.request.job)
        return ()

    monkeypatch.setattr("xl_addin.desk.desk.land", land_once)
    at.tick()
    assert [row["State"] for row in job_rows(at)] == ["cancelled", "queued"]


def test_notes_that_lose_their_passage_are_told_in_the_jobs_table(
    book: Path, waiting: LocalJobs, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    at = desk(ready(book), waiting, settings, [])
    at.press("rank")
    waiting.stop(str(job_rows(at)[0]["Job"]))
    lost = (Row(7, {"QID": "Q1", "Note": "my note"}),)

    def land(_job, landing):
        landing.run.lost = lost

    monkeypatch.setattr("xl_addin.desk.desk.land", land)
    at.tick()
    assert "no place: QID: Q1, Note: my note" in str(job_rows(at)[0]["Message"])


def test_a_worker_that_never_starts_is_said_after_a_minute(book: Path, settings: Settings):
    with closing(LocalJobs(settings, start=lambda _settings: None)) as jobs:
        at = desk(ready(book), jobs, settings, [])
        at.press("index")
        at.tick()
        assert job_rows(at)[0]["State"] == "queued"
    over = replace(USUAL, start=-1.0, silence=-1)
    with closing(LocalJobs(settings, over, start=lambda _settings: None)) as jobs:
        at = replace(at, jobs=jobs)
        at.tick()
        at.tick()
    assert job_rows(at)[0]["State"] == "failed"
    assert "worker process does not start" in str(job_rows(at)[0]["Message"])


def test_two_ticks_at_a_time_let_one_in(waiting: LocalJobs, settings: Settings):
    other = LocalJobs(settings)
    with waiting.alone() as first, other.alone() as second:
        assert (first, second) == (True, False)
    with other.alone() as later:
        assert later
    other.close()


def test_a_job_of_another_version_fails_in_its_row(
    book: Path, waiting: LocalJobs, settings: Settings
):
    at = desk(book, waiting, settings, [])
    row = {"Job": "old", "What": "rank", "State": "running"}
    at.book.write_table(TableContent(JOBS, [row]))
    table = JobTable(settings.jobs)
    table.submit("old", "book", "", '{"job": "rank", "protocol": 0}')
    table.finish("old", "done")
    at.tick()
    assert job_rows(at)[0]["State"] == "failed"
    assert "protocol version 0" in str(job_rows(at)[0]["Message"])


def test_buttons_of_a_workbook_reach_the_workers_of_a_server(
    book: Path, world: World, monkeypatch: pytest.MonkeyPatch
):
    world.start_worker()
    with working(world.settings, monkeypatch) as jobs:
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


def test_the_companion_of_a_workbook_is_killed_and_the_servers_results_land_once(
    book: Path, world: World, small_store: str, monkeypatch: pytest.MonkeyPatch
):
    world.settings = replace(world.settings, store=small_store)
    world.start_worker()
    with working(world.settings, monkeypatch) as jobs:
        at = desk(ready(book), jobs, world.settings, [])
        at.press("rank")
        run_id = str(job_rows(at)[0]["Job"])
        eventually(lambda: world.redis.xlen(f"bonsai:rows:{run_id}") > 4)
        for pid in workers(world.settings):
            os.kill(pid, signal.SIGKILL)
        assert wait(at)["State"] == "done"
        ranked = at.book.read_table(RANKED).rows
        assert len({(row.values["QID"], row.values["ChunkID"]) for row in ranked}) == len(ranked)
        assert len(ranked) == 8 * len(TEXTS)


def test_a_button_sends_nothing_to_a_server_that_only_the_workbook_names(
    book: Path, jobs: LocalJobs, settings: Settings
):
    opened = FileBook.open(ready(book))
    set_settings(opened, {"Embedder": "cohere:embed-english-v3.0"})
    opened.save()
    at = desk(book, jobs, settings, [])
    at.press("index")
    row = wait(at)
    assert row["State"] == "failed"
    assert "Nothing was sent to https://api.cohere.com." in row["Message"]
    assert "BONSAI_SERVERS" in row["Message"]


@pytest.mark.parametrize("action", ["answer", "rank"])
def test_the_secret_of_an_address_reaches_no_table_of_jobs(
    book: Path, waiting: LocalJobs, settings: Settings, action: str
):
    opened = FileBook.open(ready(book))
    secret = "openai:https://host/v1?key=hush-hush#qwen"
    set_settings(opened, {"Language model": secret, "Reranker": secret})
    opened.save()
    at = desk(book, waiting, settings, status := [])
    at.press(action)
    (row,) = job_rows(at)
    assert row["State"] == "failed"
    assert "holds a user, a password or a query" in row["Message"]
    assert waiting.jobs() == []
    assert "hush" not in f"{row}{status}"
