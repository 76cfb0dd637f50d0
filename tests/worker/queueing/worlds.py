"""A small world to test the queue in: a server, worker processes, documents, questions."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis

from tests.worker.pipeline.conftest import TEXTS
from worker.contract import Event, IndexRequest, PointOfView, Question, RankRequest, Result
from worker.queueing.broker.connection import connect
from worker.queueing.broker.queue_runner import QueueRunner
from worker.queueing.broker.runs import Runs
from worker.settings import Settings

POVS = (
    PointOfView(pov_id="P1", text="Oil does not care about sanctions."),
    PointOfView(pov_id="P2", text="A kettle can break your heart."),
    PointOfView(pov_id="P3", text="Football tells the truth."),
)


def eventually(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds; fail if it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@dataclass
class Seen:
    """What a client saw of one run."""

    events: list[Event] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    outcome: Result | BaseException | None = None

    @property
    def rows(self) -> list[object]:
        return [event.row for event in self.events if event.kind == "row"]

    @property
    def result(self) -> Result:
        assert not isinstance(self.outcome, BaseException), self.outcome
        assert self.outcome is not None
        return self.outcome

    @property
    def error(self) -> BaseException:
        assert isinstance(self.outcome, BaseException), self.outcome
        return self.outcome


@dataclass
class World:
    """Settings of a client, and the workers beside it."""

    settings: Settings
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def redis(self) -> Redis:
        return connect(self.settings, patience=30)

    @property
    def runs(self) -> Runs:
        return Runs(self.redis)

    def start_worker(self, queue: str = "cpu", *, command: list[str] | None = None, **more: str):
        """Start a worker process; its store and models are the client's own."""
        environment = {
            **os.environ,
            "BONSAI_HOME": str(self.settings.home),
            "BONSAI_MODELS": str(self.settings.models),
            "BONSAI_BROKER": self.settings.broker,
            "BONSAI_THREADS": "1",
            **more,
        }
        command = command or [sys.executable, "-m", "worker.queueing.broker.rq_worker", queue]
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self.workers.append(worker)
        return worker

    def wait_for_workers(self, count: int = 1) -> None:
        eventually(lambda: self.runs.workers(rank_request(1)) >= count)

    def run(self, request, seen: Seen | None = None) -> Seen:
        """Run a request to its end, here and now."""
        seen = seen or Seen()
        try:
            seen.outcome = QueueRunner(self.settings).run(
                request,
                on_event=seen.events.append,
                on_blob=seen.blobs.__setitem__,
                cancelled=seen.stop.is_set,
            )
        except Exception as error:
            seen.outcome = error
        return seen

    @contextmanager
    def running(self, request) -> Iterator[Seen]:
        """Run a request beside the test, which waits for its end when the block is left."""
        seen = Seen()
        thread = threading.Thread(target=self.run, args=(request, seen))
        thread.start()
        try:
            yield seen
        finally:
            thread.join(240)
            assert not thread.is_alive(), "the run never ended"

    def index(self) -> None:
        """Index the small corpus through the queue."""
        documents = self.folder / "documents"
        documents.mkdir()
        for name, text in TEXTS.items():
            (documents / name).write_text(text, encoding="utf-8")
        assert self.run(index_request(documents)).result.chunks == len(TEXTS)

    def log(self) -> str:
        return (self.folder / "worker.log").read_text(encoding="utf-8", errors="replace")

    def end(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
            worker.wait()


def index_request(documents: Path, run_id: str = "index-run") -> IndexRequest:
    return IndexRequest(
        run_id=run_id, folder=str(documents), collection="small", embedder="onnx:minilm"
    )


def rank_request(questions: int, run_id: str = "rank-run") -> RankRequest:
    """A request whose questions differ in one number."""
    return RankRequest(
        run_id=run_id,
        collection="small",
        embedder="onnx:minilm",
        questions=tuple(
            Question(qid=f"Q{number}", text=f"What moved the world economy in {1970 + number}?")
            for number in range(questions)
        ),
        povs=POVS,
        top_k=6,
    )
