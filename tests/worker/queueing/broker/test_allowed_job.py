"""Whoever can write to the server can write any record; a worker does runs and nothing else."""

import json
import pickle
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from rq import Callback, Queue, Retry, SimpleWorker
from rq.job import Job
from rq.webhook import Webhook

from tests.worker.ear import listening
from tests.worker.queueing.worlds import (
    World,
    eventually,
    index_request,
    rank_request,
    score_request,
)
from worker.contract import AnswerRequest, Problem
from worker.errors import BonsaiError, InputError
from worker.queueing.broker.packing import pack
from worker.queueing.broker.runs import ENTRY


def queue_of(world: World, serializer: str = "json") -> Queue:
    return Queue("bonsai:cpu", connection=world.redis, serializer=serializer)


def assert_it_still_works(world: World) -> None:
    """The worker lives, and does what it is for."""
    assert len(world.run(score_request(secrets.token_hex(4))).result.scores) == 1
    assert world.workers[0].poll() is None


def has_failed(world: World, job: Job) -> bool:
    return job.get_status() == "failed"


def test_a_job_that_names_a_function_of_the_system_is_refused(served, tmp_path):
    target = tmp_path / "touched"
    job = queue_of(served).enqueue("os.system", args=(f"touch {target}",), retry=Retry(max=1000))
    eventually(lambda: has_failed(served, job))
    assert not target.exists()
    assert_it_still_works(served)


@pytest.mark.parametrize(
    "name", ["builtins.eval", "worker.queueing.broker.rq_worker.serve", "a", ""]
)
def test_a_job_that_names_any_other_function_is_refused(served, name):
    job = queue_of(served).enqueue(name or "x.y", args=("1",))
    eventually(lambda: has_failed(served, job))
    assert_it_still_works(served)


def test_a_job_that_asks_for_another_run_than_its_own_is_refused(served):
    forged_record(served, "victim", pack(b"{}", "request"))
    job = queue_of(served).enqueue(ENTRY, args=("victim",), job_id="thief")
    eventually(lambda: has_failed(served, job))
    assert served.redis.hget("bonsai:run:victim", "state") == b"queued"
    assert_it_still_works(served)


class Control(SimpleWorker):
    """rq's own worker, in the process of the test."""

    def _install_signal_handlers(self):
        pass


@pytest.fixture
def notified() -> Iterator[tuple[str, list[str]]]:
    """An address, and what was asked there."""
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


def test_an_address_in_a_record_is_never_notified(served, notified):
    address, asked = notified
    hooks = [Webhook(address, "finished"), Webhook(address, "failed")]
    control = Queue("control", connection=served.redis, serializer="json")
    control.enqueue("time.time", webhooks=hooks)
    Control([control], serializer="json").work(burst=True, logging_level="ERROR")
    assert asked == ["/"]  # rq's own worker does notify: this record would work
    job = queue_of(served).enqueue("time.time", webhooks=hooks)
    eventually(lambda: has_failed(served, job))
    forged_record(served, "hooked", b"")
    job = queue_of(served).enqueue(ENTRY, args=("hooked",), job_id="hooked", webhooks=hooks)
    eventually(lambda: job.get_status() == "finished")
    assert asked == ["/"]
    assert_it_still_works(served)


@pytest.mark.parametrize("which", ["on_success", "on_failure", "on_stopped"])
def test_a_callback_in_a_record_is_never_called(served, which):
    """Had rq looked for it, the job would have failed: there is no such module."""
    forged_record(served, which, b"")
    callback = {which: Callback("no.such.module.at_all")}
    job = queue_of(served).enqueue(ENTRY, args=(which,), job_id=which, **callback)
    eventually(lambda: job.get_status() == "finished")
    refused = queue_of(served).enqueue("os.getcwd", **callback)
    eventually(lambda: has_failed(served, refused))
    assert "no.such" not in (refused.latest_result().exc_string or "")
    assert "no.such" not in served.log()
    assert_it_still_works(served)


class Bomb:
    """Runs a command when it is unpickled."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        import os

        return os.system, (f"touch {self.target}",)


def test_a_pickle_is_never_opened(served, tmp_path):
    target = tmp_path / "touched"
    job = queue_of(served, "pickle").enqueue(ENTRY, args=(Bomb(target),), retry=Retry(max=1000))
    eventually(lambda: has_failed(served, job))
    assert not target.exists()
    assert_it_still_works(served)


def test_a_pickle_in_place_of_a_request_is_never_opened(served, tmp_path):
    target = tmp_path / "touched"
    error = forged_run(served, "pickled", pickle.dumps(Bomb(target)))
    assert "cannot be read" in error.what
    assert not target.exists()
    assert_it_still_works(served)


def test_a_request_that_is_no_json_fails_with_a_message(served):
    error = forged_run(served, "no-json", pack(b"surely not", "request"))
    assert isinstance(error, InputError)
    assert "none that BONSAI knows" in error.what
    assert_it_still_works(served)


def test_an_unknown_job_fails_with_a_message(served):
    error = forged_run(served, "unknown", pack(b'{"job": "destroy", "run_id": "x"}', "request"))
    assert "none that BONSAI knows" in error.what
    assert_it_still_works(served)


def test_a_request_of_another_protocol_version_fails_with_a_message(served):
    error = served.run(rank_request(1, "old").model_copy(update={"protocol": 1})).error
    assert "protocol version 1" in error.what
    assert "same version" in error.next_step
    assert_it_still_works(served)


def test_a_worker_reads_no_folder_for_others(served):
    request = index_request(served.folder, "foreign-folder")
    served.runs.submit(request)
    eventually(lambda: served.runs.job("foreign-folder").state == "failed")
    assert "does not read files for others" in served.runs.job("foreign-folder").problem
    assert_it_still_works(served)


def test_a_worker_sends_nothing_to_servers_that_a_request_names(served):
    with listening() as ear:
        ranking = rank_request(1, "to-a-server")
        asked = AnswerRequest(run_id="to-a-server", ranking=ranking, llm=f"openai:{ear.url}/v1#x")
        error = served.run(asked).error
    assert error.what == f"Nothing was sent to {ear.url}."
    assert "BONSAI_SERVERS" in error.next_step
    assert ear.paths == []
    assert_it_still_works(served)


def test_a_secret_in_a_request_is_not_repeated(served):
    forged = rank_request(1, "secret").model_dump(mode="json")
    forged["embedder"] = "openai:http://me:hush-hush@host/v1#x"
    error = forged_run(served, "secret", pack(json.dumps(forged).encode(), "request"))
    assert "holds a user, a password or a query" in error.what
    assert "hush" not in str(error) + served.log()
    assert_it_still_works(served)


def test_a_request_that_is_too_large_never_leaves(served):
    texts = tuple(secrets.token_hex(500_000) for _ in range(40))  # 40 MB; half of it compressed
    error = served.run(score_request("large", *texts)).error
    assert isinstance(error, InputError)
    assert "travel through the queue" in error.why
    assert not served.redis.exists("bonsai:run:large")


def forged_record(world: World, run_id: str, payload: bytes) -> None:
    """A run as somebody has written it by hand."""
    fields = {"state": "queued", "request": payload, "submitted": 0}
    world.redis.hset(f"bonsai:run:{run_id}", mapping=fields)


def forged_run(world: World, run_id: str, payload: bytes) -> BonsaiError:
    """The error that such a run ends with."""
    forged_record(world, run_id, payload)
    queue_of(world).enqueue(ENTRY, args=(run_id,), job_id=run_id)
    eventually(lambda: world.redis.hget(f"bonsai:run:{run_id}", "state") == b"failed")
    problem = world.redis.hget(f"bonsai:run:{run_id}", "problem")
    return Problem.model_validate_json(problem).to_error()
