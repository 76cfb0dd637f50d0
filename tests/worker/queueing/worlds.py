"""A small world to test the queue in: a server, worker processes, documents, questions.

Its models need no weights and no time: what is tested is the way of a job, not what it computes.
"""

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
from functools import cached_property
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests.worker.pipeline.conftest import TEXTS
from tests.worker.queueing.quick_worker import QUICK
from worker.contract import (
    Event,
    IndexRequest,
    PointOfView,
    Question,
    RankRequest,
    Result,
    ScoreRequest,
)
from worker.queueing.broker.connection import connect
from worker.queueing.broker.queue_runner import QueueRunner
from worker.queueing.broker.runs import Runs
from worker.queueing.in_process import InProcessRunner
from worker.queueing.patience import Patience
from worker.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[3]

EMBEDDER, LANGUAGE_MODEL = "test:hash", "scripted:counting"

POVS = (
    PointOfView(pov_id="P1", text="Oil does not care about sanctions."),
    PointOfView(pov_id="P2", text="A kettle can break your heart."),
    PointOfView(pov_id="P3", text="Football tells the truth."),
)

SCORE_SERVICE = [sys.executable, "-m", "worker.queueing.scores.score_service"]

_QUEUE = "rq:queue:bonsai:cpu"


def eventually(
    condition: Callable[[], object],
    seconds: float = 120,
    otherwise: Callable[[], str] = lambda: "waited in vain",
) -> None:
    """Wait until something holds; fail, saying what is `otherwise`, if it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.02)


def quick_settings(home: Path, broker: str) -> Settings:
    """Settings whose models need no weights."""
    return Settings(
        home=home,
        store=str(home / "store"),
        models=home / "models",
        embedder=EMBEDDER,
        llm=LANGUAGE_MODEL,
        threads=1,
        broker=broker,
    )


def write_documents(folder: Path) -> Path:
    """Make a folder of the small corpus."""
    folder.mkdir(exist_ok=True)
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


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

    def wait_for_rows(self, number: int, seconds: float = 120) -> None:
        """Wait until so many rows have come; fail at once if the run ends before."""
        eventually(lambda: len(self.rows) >= number or self.outcome, seconds)
        assert len(self.rows) >= number, f"{len(self.rows)} rows, then {self.outcome!r}"

    @property
    def waits(self) -> list[str]:
        """What the client was told while nothing happened."""
        progress = [event for event in self.events if event.kind == "progress"]
        return [event.message for event in progress if event.stage == "Waiting"]

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

    @cached_property
    def redis(self) -> Redis:
        return connect(self.settings, patience=30)

    @property
    def runs(self) -> Runs:
        return Runs(self.redis)

    @cached_property
    def _in_process(self) -> InProcessRunner:
        return InProcessRunner(self.settings)

    def start_worker(self, queue: str = "cpu", *, command: list[str] | None = None, **more: str):
        """Start a worker process; its store and models are the client's own."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BONSAI_")},
            "BONSAI_HOME": str(self.settings.home),
            "BONSAI_STORE": self.settings.store,
            "BONSAI_MODELS": str(self.settings.models),
            "BONSAI_BROKER": self.settings.broker,
            "BONSAI_THREADS": "1",
            **more,
        }
        command = command or [sys.executable, "-m", "tests.worker.queueing.quick_worker", queue]
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, cwd=REPOSITORY
            )
        self.workers.append(worker)
        return worker

    def wait_for(self, worker: subprocess.Popen[bytes]) -> None:
        """Wait until a worker is at its queue."""
        eventually(lambda: worker.pid in self._pids(), otherwise=self.log)

    def _pids(self) -> list[int]:
        keys = self.redis.smembers("rq:workers:bonsai:cpu")
        return [int(pid) for key in keys if (pid := self.redis.hget(key, "pid"))]

    def run(self, request, seen: Seen | None = None, patience: Patience = QUICK) -> Seen:
        """Run a request to its end, here and now."""
        seen = seen or Seen()
        try:
            seen.outcome = QueueRunner(self.settings, patience).run(
                request,
                on_event=seen.events.append,
                on_blob=seen.blobs.__setitem__,
                cancelled=seen.stop.is_set,
            )
        except Exception as error:
            seen.outcome = error
        return seen

    @contextmanager
    def running(self, request, patience: Patience = QUICK) -> Iterator[Seen]:
        """Run a request beside the test, which waits for its end when the block is left."""
        seen = Seen()
        thread = threading.Thread(target=self.run, args=(request, seen, patience))
        thread.start()
        try:
            yield seen
        finally:
            thread.join(patience.server + 120)  # a result is waited for that long
            assert not thread.is_alive(), f"the run never ended: {self.whereabouts(request.run_id)}"

    def run_in_process(self, request) -> Result:
        """Run a request without a queue."""
        return self._in_process.run(
            request, on_event=lambda _: None, on_blob=lambda *_: None, cancelled=lambda: False
        )

    def index(self, embedder: str = EMBEDDER) -> None:
        """Index the small corpus through the queue."""
        request = index_request(write_documents(self.folder / "documents"), embedder=embedder)
        assert self.run(request).result.chunks == len(TEXTS)

    def stored_rows(self, run_id: str) -> int:
        return sum(b'"kind":"row"' in fields.get(b"event", b"") for fields in self._entries(run_id))

    def ends(self, run_id: str) -> int:
        """How often the end of a run was written."""
        return sum(b"end" in fields for fields in self._entries(run_id))

    def _entries(self, run_id: str) -> list[dict[bytes, bytes]]:
        return [fields for _, fields in self.redis.xrange(f"bonsai:rows:{run_id}")]

    def whereabouts(self, run_id: str) -> str:
        """All that the server knows of a run: its record, and where rq has its id."""
        try:
            return self._whereabouts(run_id)
        except RedisError as error:
            return f"{run_id}: the server does not say ({error})"

    def _whereabouts(self, run_id: str) -> str:
        server, run = self.redis, f"bonsai:run:{run_id}"
        names = "state", "losses", "heartbeat", "problem"
        started = [key.decode() for key in server.zrange("rq:wip:bonsai:cpu", 0, -1)]
        found = {
            **{name: (server.hget(run, name) or b"").decode() for name in names},
            "lease": (server.get(f"bonsai:lease:{run_id}") or b"none").decode(),
            "rq": (server.hget(f"rq:job:{run_id}", "status") or b"no record").decode(),
            "waits": server.lpos(_QUEUE, run_id) is not None,
            "beside the queue": server.lpos(f"{_QUEUE}:intermediate", run_id) is not None,
            "started": any(key.startswith(f"{run_id}:") for key in started),
        }
        return f"{run_id}: " + ", ".join(f"{name} {value}" for name, value in found.items())

    def log(self) -> str:
        return (self.folder / "worker.log").read_text(encoding="utf-8", errors="replace")

    def end(self) -> None:
        """Kill all workers."""
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
            worker.wait()


def index_request(
    documents: Path, run_id: str = "index-run", *, embedder: str = EMBEDDER
) -> IndexRequest:
    return IndexRequest(run_id=run_id, folder=str(documents), collection="small", embedder=embedder)


def rank_request(questions: int, run_id: str = "rank-run") -> RankRequest:
    """A request whose questions differ in one number."""
    return RankRequest(
        run_id=run_id,
        collection="small",
        embedder=EMBEDDER,
        questions=tuple(
            Question(qid=f"Q{number}", text=f"What moved the world economy in {1970 + number}?")
            for number in range(questions)
        ),
        povs=POVS,
        top_k=2,
    )


def score_request(run_id: str, *texts: str) -> ScoreRequest:
    return ScoreRequest(
        run_id=run_id,
        embedder=EMBEDDER,
        texts=texts or ("A tanker changes its flag.",),
        povs=POVS,
        score="classic",
    )
