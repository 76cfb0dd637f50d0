"""The rights that docs/operations.md gives to users of the server: enough, and no more."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError
from rq import Queue

from tests.conftest import REPOSITORY
from tests.worker.pipeline.conftest import TEXTS
from tests.worker.queueing.worlds import (
    SCORE_SERVICE,
    World,
    eventually,
    index_request,
    quick_settings,
    rank_request,
    score_request,
    write_documents,
)
from worker import __version__
from worker.errors import CancelledError
from worker.queueing.broker.checkup import check_server
from worker.queueing.broker.connection import connect
from worker.queueing.patience import USUAL
from worker.queueing.scores.score_queue import ScoreQueue

DOCUMENT = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
CLIENT, WORKER = "bonsai-client", "bonsai-worker"


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


def test_the_times_it_names_are_those_of_the_code():
    text = " ".join(DOCUMENT.split())
    for words in (
        f"a sign of life every second; after {USUAL.silence} seconds without one the job goes on",
        f"can outlive its holder by 15 minutes; ours by {USUAL.clean_up} seconds",
        f"is put back after {USUAL.stranded:.0f} seconds",
    ):
        assert words in text
    assert "Server away for an hour" in text
    assert (USUAL.beat, USUAL.away) == (1, 3600)


@contextmanager
def users(valkey: str) -> Iterator[Redis]:
    """The users of the document at a server; gives its administrator."""
    with Redis.from_url(valkey) as admin:
        for user, words in rules().items():
            admin.execute_command("ACL", "SETUSER", user, "reset", *words)
        admin.acl_log_reset()
        yield admin
        admin.acl_log_reset()
        for user in rules():
            admin.acl_deluser(user)


@pytest.fixture
def guarded(valkey: str, small_store: str, tmp_path: Path) -> Iterator[Guarded]:
    """A client and workers with these rights; none of them asks for anything else."""
    with users(valkey) as admin:
        settings = replace(
            quick_settings(tmp_path / "home", f"redis://{valkey.rpartition('@')[2]}"),
            broker_user=CLIENT,
            broker_password=password(CLIENT),
            store=small_store,
        )
        world = Guarded(settings, tmp_path)
        yield world
        world.end()
        refused = [(entry["username"], entry["object"]) for entry in admin.acl_log()]
    assert not [entry for entry in refused if entry[0] in rules()]


def test_jobs_run_stop_and_fail_with_these_rights(guarded):
    guarded.start_worker()
    documents = write_documents(guarded.folder / "documents")
    own = index_request(documents, "index").model_copy(update={"collection": "guarded"})
    assert guarded.run(own).result.chunks == len(TEXTS)
    assert len(guarded.run(rank_request(2)).result.questions) == 2
    assert {job.state for job in guarded.runs.jobs()} == {"done"}

    with guarded.running(rank_request(100, "stopped")) as seen:
        seen.wait_for_rows(1)
        seen.stop.set()
    assert isinstance(seen.error, CancelledError)

    assert not guarded.run(rank_request(2, "failed").model_copy(update={"collection": "no"})).rows
    assert guarded.runs.job("failed").state == "failed"


def test_the_doctor_needs_no_more_than_these_rights(guarded):
    guarded.wait_for(guarded.start_worker())
    [listener] = check_server(guarded.settings)
    assert (listener.queue, listener.version) == ("bonsai:cpu", __version__)


def test_jobs_of_workers_that_leave_or_die_go_on_with_these_rights(guarded):
    leaver = guarded.start_worker()
    with guarded.running(rank_request(9)) as seen:
        seen.wait_for_rows(1)
        leaver.send_signal(signal.SIGTERM)
        assert leaver.wait(60) == 0
        handed_over = len(seen.rows)
        victim = guarded.start_worker()
        seen.wait_for_rows(handed_over + 1)
        victim.kill()
        victim.wait()
        guarded.start_worker()
    assert len(seen.result.questions) == 9


def test_jobs_that_wait_or_are_stranded_or_forbidden_are_found_with_these_rights(guarded, valkey):
    with guarded.running(score_request("waits")) as seen:
        eventually(lambda: guarded.runs.job("waits") and guarded.runs.state("waits") == "queued")
        seen.stop.set()
    assert isinstance(seen.error, CancelledError)
    with guarded.running(score_request("stranded")) as seen, Redis.from_url(valkey) as admin:
        queue = "rq:queue:bonsai:cpu"
        eventually(lambda: admin.lpos(queue, "stranded") is not None)
        admin.lrem(queue, 1, "stranded")
        admin.lpush(f"{queue}:intermediate", "stranded")
        guarded.start_worker()
    assert len(seen.result.scores) == 1
    with Redis.from_url(valkey) as admin:
        job = Queue("bonsai:cpu", connection=admin, serializer="json").enqueue("os.getpid")
        eventually(lambda: job.get_status() == "failed")


def test_formulas_are_scored_with_these_rights(guarded):
    guarded.start_worker(command=SCORE_SERVICE)
    with connect(guarded.settings) as client:
        assert len(ScoreQueue(client).ask(score_request("formula")).scores) == 1


@pytest.mark.parametrize("user", [CLIENT, WORKER])
def test_what_nobody_needs_is_refused(valkey, user):
    address = f"redis://{valkey.rpartition('@')[2]}"
    with users(valkey), Redis.from_url(address, username=user, password=password(user)) as client:
        assert client.ping()
        for command in (
            "KEYS *", "CONFIG GET *", "FLUSHALL", "GET other", "SET other 1", "ACL WHOAMI",
            "EVAL 0 0", "SUBSCRIBE other", "PUBLISH other 1", "SCAN 0", "SHUTDOWN", "MONITOR",
            "MODULE LIST",
        ):  # fmt: skip
            with pytest.raises(NoPermissionError):
                client.execute_command(*command.split())
