"""`bonsai jobs`, for jobs of this machine and for those of a server."""

import pytest

from tests.worker.queueing.worlds import EMBEDDER, World, eventually, rank_request
from tests.xl_addin.conftest import Run
from worker.queueing.broker.lease import Lease
from worker.queueing.local.job_table import JobTable
from worker.settings import Settings
from xl_addin.sheets.job_sheet import clock


@pytest.fixture
def here(settings: Settings) -> JobTable:
    """The job file of this test's home, with one job that waits."""
    table = JobTable(settings.jobs)
    request = rank_request(2, "waiting-run")
    table.submit(request.run_id, "book.xlsm", "", request.model_dump_json())
    return table


def test_without_jobs_it_says_so(bonsai: Run):
    assert bonsai("jobs") == (0, "There are no jobs.\n", "")


def test_jobs_of_this_machine_are_listed(bonsai: Run, here: JobTable):
    code, text, _ = bonsai("jobs")
    assert code == 0
    assert "waiting-run" in text
    assert "rank" in text
    assert "queued" in text


def test_a_damaged_job_file_is_named_once_and_then_begun_anew(
    bonsai: Run, here: JobTable, settings: Settings
):
    here.close()
    settings.jobs.write_bytes(b"no table " * 1000)
    code, _, said = bonsai("jobs")
    assert code == 3
    assert "jobs.sqlite is damaged" in said
    assert "It was set aside as jobs.sqlite.damaged, and a new one is begun" in said
    assert bonsai("jobs")[:2] == (0, "There are no jobs.\n")
    assert (settings.home / "jobs.sqlite.damaged").read_bytes() == b"no table " * 1000


def test_a_job_is_shown_with_what_was_asked_for(bonsai: Run, here: JobTable):
    code, text, _ = bonsai("jobs", "show", "waiting-run")
    assert code == 0
    assert "small" in text
    assert EMBEDDER in text
    assert "Points of view" in text


def test_a_job_of_this_machine_is_cancelled(bonsai: Run, here: JobTable):
    assert bonsai("jobs", "cancel", "waiting-run")[0] == 0
    assert here.job("waiting-run").state == "cancelled"
    assert "ended already" in bonsai("jobs", "cancel", "waiting-run")[1]


@pytest.mark.parametrize("verb", ["show", "cancel"])
def test_a_job_that_is_not_known_is_named(bonsai: Run, verb: str):
    code, _, text = bonsai("jobs", verb, "no-such-run")
    assert code == 2
    assert "There is no job 'no-such-run'." in text


def test_a_request_of_another_version_is_still_listed(bonsai: Run, here: JobTable):
    here.submit("older-run", "", "", '{"job": "rank", "protocol": 0}')
    code, text, _ = bonsai("jobs")
    assert code == 0
    assert "of another version" in text
    assert bonsai("jobs", "show", "older-run")[0] == 0


def test_jobs_of_a_server_are_listed_shown_and_cancelled(bonsai: Run, world: World):
    broker = ("--broker", world.settings.broker)
    world.runs.submit(rank_request(3, "remote-run"))
    assert "remote-run" in bonsai("jobs", "list", *broker)[1]
    assert "Questions" in bonsai("jobs", "show", "remote-run", *broker)[1]
    assert bonsai("jobs", "cancel", "remote-run", *broker)[0] == 0
    assert world.runs.job("remote-run").state == "cancelled"


def test_progress_and_heartbeat_of_a_running_job_are_shown(bonsai: Run, world: World):
    from worker.contract import Progress

    world.runs.submit(rank_request(3, "remote-run"))
    lease = Lease.take(world.redis, "remote-run")
    lease.add_event(Progress(stage="Ranking", done=1, of=3, message="Q1"))
    text = bonsai("jobs", "--broker", world.settings.broker)[1]
    assert "running" in text
    heartbeat = world.runs.job("remote-run").heartbeat
    assert f"{clock(heartbeat)[11:]} " in text
    assert "Ranking: Q1" in text


def test_a_problem_is_shown_in_full(bonsai: Run, world: World):
    world.start_worker()
    world.runs.submit(rank_request(3, "remote-run"))  # nothing was indexed
    eventually(lambda: world.runs.job("remote-run").state == "failed")
    text = bonsai("jobs", "show", "remote-run", "--broker", world.settings.broker)[1]
    assert "There is no index called 'small'." in " ".join(text.split())


def test_a_server_that_is_not_there_is_named(bonsai: Run):
    code, _, text = bonsai("jobs", "--broker", "redis://127.0.0.1:1")
    assert code == 3
    assert "does not answer" in text
