"""Stranded jobs: those that nobody works on any more, given to the living.

rq moves a job's id to a list beside the queue until the job has begun, and then to a registry with
the time until which its worker counts as alive. A worker that dies leaves the id where it is. A
record of rq may also get lost, and the run with it. All three are noticed because nothing changes:
no clocks are compared, for those of workers may differ, and may be set. Each id is put back in one
step, as a rescuer may die as well.
"""

from __future__ import annotations

import logging
from typing import Any

from redis.exceptions import ResponseError, WatchError
from rq import Queue
from rq.job import Job, validate_job_id

from worker.queueing.broker.connection import is_outage
from worker.queueing.broker.packing import unreadable_record
from worker.queueing.broker.runs import Runs, enqueue, open_runs
from worker.queueing.job import UNFINISHED
from worker.queueing.patience import Patience
from worker.queueing.standstill import Standstill

_log = logging.getLogger(__name__)


class StrandedJobs:
    """What stands still around one queue, as this process has seen it."""

    def __init__(self, queue: Queue, patience: Patience) -> None:
        self._queue = queue
        self._server: Any = queue.connection
        self._registry = queue.started_job_registry.key
        self._taken = Standstill(patience.stranded)
        self._begun = Standstill(patience.silence)
        self._nowhere = Standstill(patience.stranded)

    def put_back(self) -> None:
        """Look once; put back what has stood still too long."""
        taken = self._ids(self._queue.intermediate_queue_key)  # first: then it may have begun
        begun = dict(self._server.zrange(self._registry, 0, -1, withscores=True))
        at_work = {_job_id(member) for member in begun}
        for job_id in self._taken.look(dict.fromkeys(taken - at_work)):
            self._put_back(self._queue.intermediate_queue_key, job_id)
        for member in self._begun.look(begun):
            self._put_back(self._registry, member)
        for job_id in self._nowhere.look(dict.fromkeys(self._lost(taken | at_work))):
            self._queue_again(job_id)

    def _ids(self, key: str) -> set[bytes]:
        return set(self._server.lrange(key, 0, -1))

    def _put_back(self, place: str, entry: bytes) -> None:
        """Take an entry out of its place and put its job into the queue, where it stands once.

        One that had not begun comes next, one that may have killed its worker last.
        """
        key, has_begun = self._queue.key, place == self._registry
        job_id = _job_id(entry)
        with self._server.pipeline() as pipe:
            pipe.watch(place)
            there = pipe.zrange(place, 0, -1) if has_begun else pipe.lrange(place, 0, -1)
            if entry not in there:
                return
            exists = pipe.exists(_record(job_id))
            pipe.multi()
            pipe.zrem(place, entry) if has_begun else pipe.lrem(place, 0, entry)
            pipe.lrem(key, 0, job_id)
            if exists:
                pipe.rpush(key, job_id) if has_begun else pipe.lpush(key, job_id)
            try:
                pipe.execute()
            except WatchError:  # a worker takes or begins a job: there is a next look
                return

    def _lost(self, known: set[bytes]) -> set[bytes]:
        """Return the runs that have not ended, and are nowhere that a worker would find them."""
        key, runs = open_runs(self._queue.name), Runs(self._server)
        lost = set()
        for job_id in self._server.smembers(key) - known - self._ids(self._queue.key):
            if _is_open(runs, job_id):
                lost.add(job_id)
            else:
                self._server.srem(key, job_id)
        return lost

    def _queue_again(self, job_id: bytes) -> None:
        """Give a run to rq anew; how often it may be begun is for its lease to say."""
        self._server.delete(_record(job_id))
        enqueue(self._server, self._queue.name, job_id.decode())


def _is_open(runs: Runs, job_id: bytes) -> bool:
    """Say whether a run has not ended; one whose record cannot be used is ended here."""
    run_id = job_id.decode(errors="replace")
    try:
        validate_job_id(run_id)
        return runs.state(run_id) in UNFINISHED
    except ValueError:
        _log.warning("'%s' is no run.", run_id[:80])
    except ResponseError as error:
        if is_outage(error):
            raise
        runs.end_unusable(run_id, unreadable_record(f"That of the run {run_id}: {error}."))
    return False


def _job_id(entry: bytes) -> bytes:
    """Return the id of the job in an entry of the registry: ID:EXECUTION."""
    return entry.partition(b":")[0]


def _record(job_id: bytes) -> bytes:
    return Job.redis_job_namespace_prefix.encode() + job_id
