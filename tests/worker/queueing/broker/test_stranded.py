"""Jobs between queue and worker are put back: in one step, once, and only those."""

from dataclasses import replace

import pytest
from redis import Redis
from rq import Queue
from rq.executions import Execution

from worker.queueing.broker.stranded import StrandedJobs
from worker.queueing.patience import USUAL

KEY, BESIDE = "rq:queue:q", "rq:queue:q:intermediate"


@pytest.fixture
def queue(valkey: str) -> Queue:
    """A queue with two jobs; a worker has taken the first."""
    queue = Queue("q", connection=Redis.from_url(valkey), serializer="json")
    for name in ("first", "second"):
        queue.enqueue("bonsai.run", job_id=name)
    assert queue.connection.lmove(KEY, BESIDE) == b"first"
    return queue


def ids(queue: Queue, key: str) -> list[bytes]:
    return queue.connection.lrange(key, 0, -1)


def put_back(queue: Queue, patience: float = -1) -> None:
    StrandedJobs(queue, replace(USUAL, stranded=patience)).put_back()


def test_it_comes_next(queue: Queue):
    put_back(queue)
    assert ids(queue, KEY) == [b"first", b"second"]
    assert ids(queue, BESIDE) == []


def test_it_is_given_time(queue: Queue):
    put_back(queue, patience=60)
    assert ids(queue, BESIDE) == [b"first"]


def test_one_that_waits_again_already_stands_in_the_queue_once(queue: Queue):
    queue.connection.rpush(KEY, "first")
    queue.connection.rpush(BESIDE, "first")
    put_back(queue)
    assert ids(queue, KEY) == [b"first", b"second"]
    assert ids(queue, BESIDE) == []


def test_one_that_has_begun_is_left_alone(queue: Queue):
    job = queue.fetch_job("first")
    with queue.connection.pipeline() as pipe:
        Execution.create(job, 60, pipe)
        pipe.execute()
    put_back(queue)
    assert ids(queue, KEY) == [b"second"]


def test_one_that_was_taken_anew_is_given_time_again(queue: Queue):
    stranded = StrandedJobs(queue, replace(USUAL, stranded=0.05))
    stranded.put_back()
    queue.connection.lrem(BESIDE, 1, "first")
    stranded.put_back()
    queue.connection.rpush(BESIDE, "first")
    stranded.put_back()
    assert ids(queue, BESIDE) == [b"first"]


def test_one_without_a_record_is_forgotten(queue: Queue):
    queue.connection.delete("rq:job:first")
    put_back(queue)
    assert ids(queue, KEY) == [b"second"]
    assert ids(queue, BESIDE) == []


def test_one_that_a_worker_begins_meanwhile_is_left_to_it(queue: Queue, monkeypatch):
    def begin(name: bytes) -> bytes:
        queue.connection.lrem(BESIDE, 1, name)
        return b"rq:job:" + name

    monkeypatch.setattr("worker.queueing.broker.stranded._record", begin)
    put_back(queue)
    assert ids(queue, KEY) == [b"second"]
