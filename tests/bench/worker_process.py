"""Worker processes to compare with: stock rq, and our own with a stand-in for the work.

Run as `python -m tests.bench.worker_process KIND`; the bench does.
"""

from __future__ import annotations

import sys
import threading

from redis import Redis
from rq import Queue, SimpleWorker, Worker

from tests.bench.stock_jobs import count_letters
from worker.contract import ScoreRequest, ScoreResult
from worker.queueing.broker.allowed_job import AllowedJob
from worker.queueing.broker.connection import connect
from worker.queueing.broker.rq_worker import WarmWorker
from worker.queueing.scores.score_service import serve
from worker.settings import load_settings


class CountingRunner:
    """Stand-in for the runner of our worker."""

    def run(self, request: ScoreRequest, **_: object) -> ScoreResult:
        return count_letters(request)


def _work_by_counting(redis: Redis) -> None:
    worker = WarmWorker("cpu", redis, CountingRunner())
    AllowedJob.work = worker.do
    worker.work(logging_level="WARNING")


def _work_as_stock(kind: str, redis: Redis) -> None:
    worker = SimpleWorker if kind == "simple" else Worker
    worker([Queue(kind, connection=redis)], connection=redis).work(logging_level="WARNING")


def main(kind: str) -> None:
    redis = connect(load_settings())
    if kind == "our-worker-counting":
        _work_by_counting(redis)
    elif kind == "our-service-counting":
        serve(redis, count_letters, threading.Event())
    else:
        _work_as_stock(kind, redis)


if __name__ == "__main__":
    main(sys.argv[1])
