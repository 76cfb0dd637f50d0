"""The rights that docs/operations.md gives to users of the server: enough, and no more."""

import re
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError
from rq import Queue

from tests.conftest import REPOSITORY
from tests.worker.queueing.worlds import World, eventually, rank_request
from worker.contract import ScoreRequest
from worker.errors import CancelledError
from worker.queueing.broker.connection import connect
from worker.queueing.scores.score_queue import ScoreQueue
from worker.settings import Settings

DOCUMENT = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
CLIENT, WORKER = "bonsai-client", "bonsai-worker"
SCORE_SERVICE = [sys.executable, "-m", "worker.queueing.scores.score_service"]


def rules() -> dict[str, list[str]]:
    """Return {user: rules} of the access list in the document."""
    lines = re.findall(r"^user (bonsai-\w+) (.+)$", DOCUMENT, re.MULTILINE)
    return {user: words.split() for user, words in lines}


def password(user: str) -> str:
    return next(word[1:] for word in rules()[user] if word.startswith(">"))


@dataclass
class Guarded(World):
    """A world whose client and workers have the rights of the document."""

    def start_worker(self, queue="cpu", *, command=None, **more):
        account = {"BONSAI_BROKER_USER": WORKER, "BONSAI_BROKER_PASSWORD": password(WORKER)}
        return super().start_worker(queue, command=command, **account, **more)


@pytest.fixture
def guarded(settings: Settings, valkey: str, tmp_path: Path) -> Iterator[Guarded]:
    with Redis.from_url(valkey) as admin:
        for user, words in rules().items():
            admin.execute_command("ACL", "SETUSER", user, "reset", *words)
        account = {"broker_user": CLIENT, "broker_password": password(CLIENT)}
        address = f"redis://{valkey.rpartition('@')[2]}"
        world = Guarded(replace(settings, broker=address, **account), tmp_path)
        yield world
        world.end()
        log = [(entry["username"], entry["object"]) for entry in admin.acl_log()]
        admin.acl_log_reset()
        for user in rules():
            admin.acl_deluser(user)
    assert not [entry for entry in log if entry[0] in rules()]


def score_request(run_id: str) -> ScoreRequest:
    request = rank_request(1)
    return ScoreRequest(
        run_id=run_id,
        embedder=request.embedder,
        texts=("A tanker changes its flag.",),
        povs=request.povs,
        score="classic",
    )


def test_everything_works_with_these_rights(guarded):
    guarded.start_worker()
    guarded.wait_for_workers()
    guarded.index()
    assert len(guarded.run(rank_request(3)).result.questions) == 3
    assert [job.state for job in guarded.runs.jobs()] == ["done"]

    with guarded.running(rank_request(50, "stopped")) as seen:
        eventually(lambda: seen.rows)
        seen.stop.set()
    assert isinstance(seen.error, CancelledError)

    assert not guarded.run(rank_request(2, "failed").model_copy(update={"collection": "no"})).rows
    assert guarded.runs.job("failed").state == "failed"


def test_jobs_of_workers_that_leave_or_die_go_on_with_these_rights(guarded):
    leaver = guarded.start_worker()
    guarded.index()
    with guarded.running(rank_request(12)) as seen:
        eventually(lambda: len(seen.rows) >= 2)
        leaver.send_signal(signal.SIGTERM)
        assert leaver.wait(20) == 0
        victim = guarded.start_worker()
        eventually(lambda: len(seen.rows) >= 4)
        victim.kill()
        victim.wait()
        guarded.start_worker()
    assert len(seen.result.questions) == 12


def test_jobs_that_wait_or_are_stranded_are_found_with_these_rights(guarded, valkey):
    with guarded.running(rank_request(2, "waits")) as seen:
        eventually(lambda: guarded.runs.job("waits") and guarded.runs.waits("waits"))
        seen.stop.set()
    assert isinstance(seen.error, CancelledError)
    with guarded.running(score_request("stranded")) as seen, Redis.from_url(valkey) as admin:
        queue = "rq:queue:bonsai:cpu"
        eventually(lambda: admin.lpos(queue, "stranded") is not None)
        admin.lrem(queue, 1, "stranded")
        admin.lpush(f"{queue}:intermediate", "stranded")
        guarded.start_worker()
    assert len(seen.result.scores) == 1


def test_a_forbidden_job_is_refused_with_these_rights(guarded, valkey):
    guarded.start_worker()
    guarded.wait_for_workers()
    with Redis.from_url(valkey) as admin:
        job = Queue("bonsai:cpu", connection=admin, serializer="json").enqueue("os.getpid")
        eventually(lambda: job.get_status() == "failed")


def test_formulas_are_scored_with_these_rights(guarded):
    guarded.start_worker(command=SCORE_SERVICE)
    with connect(guarded.settings) as client:
        assert len(ScoreQueue(client).ask(score_request("formula")).scores) == 1


@pytest.mark.parametrize("user", [CLIENT, WORKER])
@pytest.mark.parametrize(
    "command",
    ["KEYS *", "CONFIG GET *", "FLUSHALL", "GET other", "SET other 1", "ACL WHOAMI", "EVAL 0 0",
     "SUBSCRIBE other", "PUBLISH other 1", "SCAN 0", "SHUTDOWN", "MONITOR", "MODULE LIST"],
)  # fmt: skip
def test_what_nobody_needs_is_refused(valkey, user, command):
    with Redis.from_url(valkey) as admin:
        admin.execute_command("ACL", "SETUSER", user, "reset", *rules()[user])
        address = f"redis://{valkey.rpartition('@')[2]}"
        with Redis.from_url(address, username=user, password=password(user)) as client:
            assert client.ping()
            with pytest.raises(NoPermissionError):
                client.execute_command(*command.split())
        admin.acl_deluser(user)
        admin.acl_log_reset()
