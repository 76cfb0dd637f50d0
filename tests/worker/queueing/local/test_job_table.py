from dataclasses import replace

import pytest

from tests.worker.test_sqlite_file import DAMAGES
from worker.errors import DamagedFileError
from worker.queueing.job import MOST_ATTEMPTS
from worker.queueing.local.job_table import JobTable
from worker.queueing.patience import USUAL
from worker.settings import load_settings

#: Every sign of life is too old at once, and every end too long ago.
NONE = replace(USUAL, silence=-1, finished=-1.0)


@pytest.fixture
def table() -> JobTable:
    """A table with one job that waits."""
    table = JobTable(load_settings().jobs)
    table.submit("r1", "book", "", "{}")
    return table


@pytest.fixture
def impatient(table: JobTable) -> JobTable:
    """The same, where a job that runs counts as orphaned at once."""
    return JobTable(load_settings().jobs, NONE)


def test_the_same_run_twice_is_one_job(table: JobTable):
    table.submit("r1", "book", "", "{}")
    assert [job.run_id for job in table.jobs()] == ["r1"]


def test_a_job_that_waits_can_be_stopped_before_it_begins(table: JobTable):
    table.ask_to_stop("r1")
    assert table.job("r1").state == "cancelled"
    assert table.take_job() is None


def test_a_job_whose_worker_died_can_be_stopped(table: JobTable, impatient: JobTable):
    table.take_job()
    impatient.ask_to_stop("r1")
    assert table.job("r1").state == "cancelled"
    assert table.take_job() is None


def test_an_orphaned_job_keeps_what_it_has_stored(impatient: JobTable):
    impatient.take_job()
    impatient.add_event("r1", "first row")
    impatient.put_blob("r1", "heatmap:Q1", b"png")
    assert impatient.take_job().run_id == "r1"
    assert impatient.events("r1") == ["first row"]
    assert impatient.blobs("r1") == {"heatmap:Q1": b"png"}


def test_a_job_that_kills_its_workers_without_getting_further_has_failed(impatient: JobTable):
    for _ in range(MOST_ATTEMPTS):
        assert impatient.take_job().run_id == "r1"
    assert impatient.take_job() is None
    assert impatient.job("r1").state == "failed"
    assert "each time it was tried" in impatient.job("r1").problem
    assert "without getting any further" in impatient.job("r1").problem


def test_a_job_that_gets_further_each_time_may_lose_any_number_of_workers(impatient: JobTable):
    for number in range(3 * MOST_ATTEMPTS):
        assert impatient.take_job().run_id == "r1"
        impatient.add_event("r1", f"row {number}")
    assert impatient.job("r1").state == "running"


def test_long_finished_jobs_are_forgotten(impatient: JobTable):
    impatient.put_blob("r1", "heatmap:Q1", b"png")
    impatient.finish("r1", "done")
    impatient.submit("new", "book", "", "{}")
    assert impatient.job("r1") is None
    assert impatient.blobs("r1") == {}
    assert impatient.job("new").state == "queued"


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_a_job_file_that_is_damaged_is_named_and_a_new_one_takes_jobs(tmp_path, damage):
    path = tmp_path / "jobs.sqlite"
    table = JobTable(path)
    for number in range(200):
        table.submit(f"r{number}", "book", "", "long " * 999)
    table.close()
    damage(path)
    with pytest.raises(DamagedFileError, match=r"The job file .*jobs\.sqlite is damaged"):
        table.jobs()
    table.submit("new", "book", "", "{}")
    assert [job.run_id for job in table.jobs()] == ["new"]
