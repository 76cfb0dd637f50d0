"""Stranded jobs: what a worker had taken from the queue but not begun when it died.

rq moves a job's id to a list beside the queue until the job has begun, and gives one that stays
there up after a minute. Here it is put back, in one step: a rescuer may die as well.
"""

from __future__ import annotations

import time
from typing import Any

from redis.exceptions import WatchError
from rq import Queue
from rq.job import Job


class StrandedJobs:
    """The ids beside one queue, and since when this process has seen each of them there.

    :param patience: seconds that an id must have been there.
    """

    def __init__(self, queue: Queue, patience: float) -> None:
        self._queue = queue
        self._patience = patience
        self._since: dict[str, float] = {}

    def put_back(self) -> None:
        """Look once; put back what has been there too long."""
        queue, now = self._queue, time.monotonic()
        waiting = set(queue.intermediate_queue.get_job_ids())  # first: then it may have begun
        waiting -= set(queue.started_job_registry.get_job_ids(cleanup=False))
        self._since = {run_id: self._since.get(run_id, now) for run_id in waiting}
        for run_id, since in self._since.items():
            if now - since > self._patience:
                self._put_back(run_id)

    def _put_back(self, run_id: str) -> None:
        """Move an id to the head of the queue, where it then stands once."""
        server: Any = self._queue.connection
        key, beside = self._queue.key, self._queue.intermediate_queue_key
        with server.pipeline() as pipe:
            pipe.watch(beside)
            if run_id.encode() not in pipe.lrange(beside, 0, -1):
                return
            exists = pipe.exists(Job.key_for(run_id))
            pipe.multi()
            pipe.lrem(beside, 0, run_id)
            pipe.lrem(key, 0, run_id)
            if exists:
                pipe.lpush(key, run_id)
            try:
                pipe.execute()
            except WatchError:  # a worker takes or begins a job: there is a next look
                return
