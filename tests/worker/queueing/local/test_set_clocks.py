"""Clocks that are set, back or forward, stop no button, delete no result and take over no job."""

from __future__ import annotations

import time
from contextlib import closing

import pytest

from worker.queueing.job import Job
from worker.queueing.local.job_table import JobTable
from worker.queueing.local.local_jobs import LocalJobs
from worker.queueing.patience import USUAL
from worker.settings import load_settings

DAY = 86_400.0
STEPS = {"a month ahead": 31 * DAY, "a year ahead": 365 * DAY, "back": -31 * DAY, "to 1970": None}


class Machine:
    """Stands in for the clocks of a machine: one on the wall, and one that only grows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall = time.time()
        self.running = 1000.0
        monkeypatch.setattr(time, "time", lambda: self.wall)

    def set_clock(self, step: float | None) -> None:
        self.wall = 1.0 if step is None else self.wall + step

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.running += seconds

    def start_again(self, off: float) -> None:
        self.wall += off
        self.running = 5.0


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


@pytest.fixture
def table(machine: Machine) -> JobTable:
    """A job file with one job that waits."""
    table = JobTable(load_settings().jobs, reading=lambda: machine.running)
    table.submit("r1", "book", "", "{}")
    return table


each_step = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())


@each_step
def test_results_that_nobody_has_fetched_are_kept(table: JobTable, machine: Machine, step) -> None:
    table.put_blob("r1", "result", b"all of it")
    table.finish("r1", "done")
    machine.set_clock(step)

    table.submit("next", "book", "", "{}")

    assert table.job("r1").state == "done"
    assert table.blobs("r1") == {"result": b"all of it"}


@each_step
def test_a_live_job_is_taken_over_by_nobody(table: JobTable, machine: Machine, step) -> None:
    assert table.take_job().run_id == "r1"
    machine.pass_by(USUAL.silence - 1)
    table.beat("r1")
    machine.set_clock(step)

    assert table.take_job() is None
    table.ask_to_stop("r1")
    assert table.job("r1").state == "running", "its worker has to obey first"


@each_step
def test_a_dead_job_is_taken_over(table: JobTable, machine: Machine, step) -> None:
    table.take_job()
    machine.set_clock(step)
    machine.pass_by(USUAL.silence + 1)

    assert table.take_job().run_id == "r1"


@each_step
def test_a_live_worker_is_seen_and_a_dead_one_is_not(
    table: JobTable, machine: Machine, step
) -> None:
    table.worker_beat()
    machine.set_clock(step)
    assert table.has_worker()

    machine.pass_by(USUAL.silence + 1)
    machine.set_clock(step)
    assert not table.has_worker()


@each_step
def test_a_button_starts_a_worker_and_waits_for_it(
    table: JobTable, machine: Machine, step, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    monkeypatch.setattr("worker.queueing.local.job_table.time.monotonic", lambda: machine.running)
    with closing(LocalJobs(load_settings(), start=started.append)) as jobs:
        monkeypatch.setattr(jobs, "_table", table)
        machine.set_clock(step)
        jobs.look_after(jobs.job("r1"))
        assert started
        assert jobs.job("r1").state == "queued"

        machine.pass_by(USUAL.start + USUAL.silence)
        jobs.look_after(jobs.job("r1"))
        assert "does not start" in jobs.job("r1").problem


def test_jobs_are_forgotten_by_the_time_that_the_machine_has_run(
    table: JobTable, machine: Machine
) -> None:
    table.finish("r1", "done")
    machine.pass_by(USUAL.finished - 1)
    table.submit("r2", "book", "", "{}")
    assert table.job("r1")

    machine.pass_by(2)
    table.submit("r3", "book", "", "{}")
    assert table.job("r1") is None
    assert table.job("r2")


def test_a_machine_that_was_started_again_takes_up_its_jobs_and_forgets_none(
    table: JobTable, machine: Machine
) -> None:
    table.finish("r1", "done")
    table.submit("r2", "book", "", "{}")
    table.take_job()
    machine.start_again(off=31 * DAY)
    machine.pass_by(USUAL.silence)

    assert not table.has_worker()
    assert table.take_job().run_id == "r2"
    table.submit("r3", "book", "", "{}")
    assert table.job("r1").state == "done"


def test_jobs_of_a_file_that_was_made_before_are_aged_from_now_on(
    table: JobTable, machine: Machine
) -> None:
    table.finish("r1", "done")
    table._db.execute("DROP TABLE ages")
    table._db.close()
    table.submit("r2", "book", "", "{}")
    assert table.job("r1")

    machine.pass_by(USUAL.finished + 1)
    table.submit("r3", "book", "", "{}")
    assert table.job("r1") is None


def test_the_time_never_runs_back(table: JobTable, machine: Machine) -> None:
    readings: list[float] = []
    for step in (5.0, 0.0, -0.5, 3.0, -1000.0, 7.0):
        machine.running += step
        with table._now() as now:
            readings.append(now)

    assert readings == sorted(readings)


def test_jobs_run_in_the_order_in_which_they_were_asked_for(
    table: JobTable, machine: Machine
) -> None:
    machine.set_clock(-DAY)
    table.submit("r2", "book", "", "{}")

    taken: list[Job] = [table.take_job(), table.take_job()]

    assert [job.run_id for job in taken] == ["r1", "r2"]
    assert [job.run_id for job in table.jobs()] == ["r2", "r1"]
