"""Worker processes to compare with: stock rq, and our own with a stand-in for the work.

Run as `python -m tests.bench.stock_jobs KIND`; the bench does.
"""

from __future__ import annotations

import sys
import threading
from functools import cache

from rq import Queue, SimpleWorker, Worker

from worker.contract import ScoreRequest, ScoreResult
from worker.jobs import run_job
from worker.pipeline.job_context import JobContext
from worker.queueing.allowed_job import AllowedJob
from worker.queueing.connection import connect
from worker.queueing.rq_worker import WarmWorker
from worker.queueing.score_service import serve
from worker.runtime import Runtime
from worker.settings import load_settings


def score(payload: str) -> str:
    """The job of stock rq with the real work: the very function that our worker calls."""
    context = JobContext(_runtime(), lambda _: None, lambda: False, lambda *_: None)
    return run_job(payload, context)


def count(payload: str) -> str:
    """The job of stock rq without work."""
    return count_letters(ScoreRequest.model_validate_json(payload)).model_dump_json()


def count_letters(request: ScoreRequest) -> ScoreResult:
    """Stand-in for scoring that takes no time: what is left is the way there and back."""
    return ScoreResult(
        scores=tuple(float(len(text)) for text in request.texts),
        cosine=((0.0,) * len(request.povs),) * len(request.texts),
        contrast=(),
    )


class CountingRunner:
    """Stand-in for the runner of our worker."""

    def run(self, request: ScoreRequest, **_: object) -> ScoreResult:
        return count_letters(request)


@cache
def _runtime() -> Runtime:
    """Models of this process, loaded by the first job; a child of a fork has its parent's."""
    return Runtime(load_settings())


def main(kind: str) -> None:
    settings = load_settings()
    redis = connect(settings)
    if kind == "our-service-counting":
        serve(redis, count_letters, threading.Event())
    elif kind == "our-worker-counting":
        worker = WarmWorker("cpu", redis, CountingRunner())
        AllowedJob.work = worker.do
        worker.work(logging_level="WARNING")
    else:
        if kind == "fork-loaded":
            _runtime().embedder(settings.embedder)
        stock = SimpleWorker if kind == "simple" else Worker
        stock([Queue(kind, connection=redis)], connection=redis).work(logging_level="WARNING")


if __name__ == "__main__":
    main(sys.argv[1])
