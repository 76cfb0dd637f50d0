"""Clients of the workers that are compared: they score sentences, a job each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from rq import Queue

from tests.worker.queueing.worlds import POVS, World
from worker.contract import Request, ScoreRequest
from worker.queueing.broker.queue_runner import QueueRunner
from worker.queueing.broker.runs import StreamPosition
from worker.queueing.job import RESULT_BLOB
from worker.queueing.runners import Runner

EMBEDDER = "onnx:minilm"

#: Makes sentences and run ids that were not there before.
numbers = count()


class OurWorker:
    """Scores sentences on our worker, a job each."""

    def __init__(self, world: World) -> None:
        self._runs = world.runs
        self._runner = QueueRunner(world.settings)

    def one(self, text: str) -> None:
        """Do one job as a client does."""
        run(self._runner, score_request([text]))

    def all(self, texts: Sequence[str]) -> None:
        """Submit all jobs, then collect all results."""
        requests = [score_request([text]) for text in texts]
        for request in requests:
            self._runs.submit(request)
        for request in requests:
            position = StreamPosition()
            while not self._runs.new_entries(request.run_id, position, wait_seconds=5).end:
                continue
            assert self._runs.blob(request.run_id, RESULT_BLOB), "a job has failed"


class StockWorker:
    """Scores sentences on a worker of stock rq, a job each."""

    def __init__(self, world: World, kind: str, job: str) -> None:
        self._queue = Queue(kind, connection=world.redis)
        self._job = f"tests.bench.stock_jobs.{job}"

    def one(self, text: str) -> None:
        """Do one job."""
        self.all([text])

    def all(self, texts: Sequence[str]) -> None:
        """Submit all jobs in one go, then collect all results."""
        payloads = [score_request([text]).model_dump_json() for text in texts]
        jobs = [Queue.prepare_data(self._job, args=(payload,)) for payload in payloads]
        for job in self._queue.enqueue_many(jobs):
            looks = (job.latest_result(timeout=20) for _ in range(6))
            result = next(filter(None, looks), None)
            assert result is not None, f"a job of stock rq ({job.origin}) does not end"
            assert result.type == result.Type.SUCCESSFUL, result.exc_string


Worker = OurWorker | StockWorker


def sentences(number: int) -> list[str]:
    """Return texts that nobody has scored before."""
    return [f"Tanker number {next(numbers)} changes its flag." for _ in range(number)]


def score_request(texts: Sequence[str]) -> ScoreRequest:
    return ScoreRequest(
        run_id=f"run-{next(numbers)}",
        embedder=EMBEDDER,
        texts=tuple(texts),
        povs=POVS,
        score="classic",
    )


def run(runner: Runner, request: Request) -> None:
    runner.run(request, on_event=lambda _: None, on_blob=lambda *_: None, cancelled=lambda: False)
