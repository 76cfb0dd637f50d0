import pytest

from worker.queueing.job import MOST_ATTEMPTS
from worker.queueing.local.job_table import JobTable
from worker.settings import load_settings


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> JobTable:
    """A table with one job, in which a running job counts as orphaned at once."""
    monkeypatch.setattr("worker.queueing.local.job_table.HEARTBEAT_LIMIT", -1.0)
    table = JobTable(load_settings().jobs)
    table.submit("r1", "book", "", "{}")
    return table


def test_an_orphaned_job_keeps_what_it_has_stored(table: JobTable):
    table.take()
    table.add_event("r1", "first row")
    table.put_blob("r1", "heatmap:Q1", b"png")
    assert table.take().run_id == "r1"
    assert table.events("r1") == ["first row"]
    assert table.blobs("r1") == {"heatmap:Q1": b"png"}


def test_a_job_that_kills_its_workers_without_getting_further_has_failed(table: JobTable):
    for _ in range(MOST_ATTEMPTS):
        assert table.take().run_id == "r1"
    assert table.take() is None
    assert table.job("r1").state == "failed"
    assert "without getting any further" in table.job("r1").problem


def test_a_job_that_gets_further_each_time_may_lose_any_number_of_workers(table: JobTable):
    for number in range(3 * MOST_ATTEMPTS):
        assert table.take().run_id == "r1"
        table.add_event("r1", f"row {number}")
    assert table.job("r1").state == "running"
