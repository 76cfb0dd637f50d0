"""One bad row of the job file harms itself alone: it ends with a reason, and the others run."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace

import pytest

from tests.worker.queueing.quick_worker import QUICK
from tests.worker.queueing.worlds import eventually, quick_settings, rank_request
from worker.contract import Problem
from worker.errors import ProtocolError
from worker.queueing.job import UNFINISHED
from worker.queueing.local.job_table import JobTable
from worker.queueing.local.local_jobs import LocalJobs
from worker.queueing.local.local_worker import serve
from worker.settings import IN_PROCESS, Settings

NO_TEXT = "CAST(x'fffe00' AS TEXT)"

#: What may stand in a column, as SQL.
VALUES = ["'x'", "''", "-1", "1e308", "9e999", "x'fffe00'", NO_TEXT, "'{}'", "'[1'", "zeroblob(9)"]
COLUMNS = ["request", "state", "submitted", "heartbeat", "finished", "stop", "problem", "progress"]
COLUMNS += ["attempts", "book", "place"]


@pytest.fixture
def settings(small_store: str, tmp_path) -> Settings:
    return replace(quick_settings(tmp_path / "home", IN_PROCESS), store=small_store)


def change(settings: Settings, statement: str) -> None:
    with closing(sqlite3.connect(settings.jobs)) as database, database:
        database.execute(statement)


def submitted(settings: Settings, run_id: str) -> None:
    with closing(JobTable(settings.jobs)) as table:
        table.submit(run_id, "book", "", rank_request(1, run_id).model_dump_json())


@pytest.mark.usefixtures("one_picture")
@pytest.mark.parametrize("state", ["queued", "running", "done"])
def test_every_job_with_a_bad_value_ends_and_the_honest_one_runs(
    settings: Settings, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = {}
    for column in COLUMNS:
        for number, value in enumerate(VALUES):
            run_id = f"{column}-{number}"
            submitted(settings, run_id)
            bad[run_id] = f"UPDATE jobs SET state = '{state}' WHERE run_id = '{run_id}'"
            change(settings, bad[run_id])
            change(settings, f"UPDATE jobs SET {column} = {value} WHERE run_id = '{run_id}'")
    submitted(settings, "honest")

    serve(settings, replace(QUICK, idle=0.5, silence=0))

    with closing(LocalJobs(settings, QUICK, lambda _settings: None)) as jobs:
        assert {job.run_id for job in jobs.jobs()} == {*bad, "honest"}
        for run_id in bad:
            assert jobs.job(run_id).state not in UNFINISHED
            _collected(jobs, run_id)
        honest = jobs.ended("honest")
    assert honest.problem is None
    assert len(honest.result.questions) == 1


def _collected(jobs: LocalJobs, run_id: str) -> None:
    """What a button does with an ended job: it gets results, or words."""
    with suppress(ProtocolError):  # its request cannot be read
        ended = jobs.ended(run_id)
        assert ended.problem or ended.result or jobs.job(run_id).state != "done"
    assert jobs.progress(run_id) is None or jobs.progress(run_id).of >= 0


@pytest.mark.usefixtures("one_picture")
def test_bad_events_and_results_leave_the_good_ones_there(settings: Settings) -> None:
    submitted(settings, "r1")
    serve(settings, replace(QUICK, idle=0.5))
    for value in VALUES:
        change(settings, f"INSERT INTO events (run_id, payload) VALUES ('r1', {value})")
        change(settings, f"INSERT OR REPLACE INTO blobs VALUES ('r1', {value}, {value})")

    with closing(LocalJobs(settings, QUICK, lambda _settings: None)) as jobs:
        ended = jobs.ended("r1")

    assert [event.row.qid for event in ended.events if event.kind == "row"] == ["Q0"]
    refused = [event.problem for event in ended.events if event.kind == "problem"]
    assert len(refused) >= len(VALUES)
    assert {problem.code for problem in refused} == {ProtocolError.code}
    assert set(ended.blobs) == {"heatmap:Q0"}
    assert len(ended.result.questions) == 1

    change(settings, "UPDATE blobs SET data = x'00' WHERE name = 'result'")
    with closing(LocalJobs(settings, QUICK, lambda _settings: None)) as jobs:
        ended = jobs.ended("r1")
    assert ended.result is None
    assert isinstance(ended.problem, Problem)
    assert len([event for event in ended.events if event.kind == "row"]) == 1


@pytest.mark.usefixtures("one_picture")
def test_a_job_goes_on_in_spite_of_bad_rows_of_an_earlier_try(settings: Settings) -> None:
    submitted(settings, "r1")
    for value in VALUES:
        change(settings, f"INSERT INTO events (run_id, payload) VALUES ('r1', {value})")

    serve(settings, replace(QUICK, idle=0.5))

    with closing(LocalJobs(settings, QUICK, lambda _settings: None)) as jobs:
        eventually(lambda: jobs.ended("r1"))
        assert len(jobs.ended("r1").result.questions) == 1


@pytest.mark.parametrize("value", VALUES)
def test_a_clock_that_somebody_has_spoilt_goes_on(settings: Settings, value: str) -> None:
    submitted(settings, "r1")
    change(settings, f"UPDATE clock SET passed = {value}, reading = {value}")
    change(settings, f"INSERT OR REPLACE INTO worker VALUES (1, {value})")

    with closing(JobTable(settings.jobs, QUICK)) as table:
        table.worker_beat()
        assert table.has_worker()
        assert table.take_job().run_id == "r1"
        assert table.take_job() is None
