"""A long run of the queue under trouble: nothing may be lost, doubled or stuck, no memory grow.

    python -m tests.bench.soak                        # 2,000 jobs
    python -m tests.bench.soak --jobs 60              # a minute: the short form that the tests run
    python -m tests.bench.soak --json FILE --report docs/soak.md

Three workers, ten clients; models need no weights, since what is tested is the way of a job. Linux.
"""

from __future__ import annotations

import argparse
import json
import queue
import threading
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory

import psutil
from rich.console import Console

from tests.bench.machine import machine_line
from tests.bench.soak_jobs import Documents, Expected, SoakJob, doubled, mixed_jobs, request_of
from tests.bench.soak_troubles import Disk, Troubles
from tests.worker.queueing.quick_worker import QUICK
from tests.worker.queueing.worlds import World, eventually, index_request, quick_settings
from tests.worker.queueing.worlds import write_documents
from worker.contract import RowReady
from worker.errors import BonsaiError, BrokerError, StoreError
from worker.queueing.broker.embedded_server import EmbeddedServer
from worker.queueing.broker.queue_runner import QueueRunner
from worker.queueing.job import UNFINISHED

WORKERS, CLIENTS, SEED = 3, 10, 20
_STUCK = 600  # seconds after which a job counts as stuck


@dataclass
class Outcome:
    """What a soak came to; `faults` say what was lost, doubled, stuck or wrong."""

    jobs: int
    seconds: float = 0.0
    done: Counter[str] = field(default_factory=Counter)
    waited: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    asked_again: Counter[str] = field(default_factory=Counter)
    troubles: dict[str, int] = field(default_factory=dict)
    disk: str = ""
    memory: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)

    def growth(self, process: str) -> float:
        """Return its memory in the last quarter over that in the second: 1 is flat."""
        values = self.memory[process]
        quarter = max(1, len(values) // 4)
        return mean(values[-quarter:]) / mean(values[quarter : 2 * quarter] or values)


class Clients:
    """Threads that ask for jobs until there are none, and look at what comes of each."""

    def __init__(self, world: World, disk: Disk, jobs: list[SoakJob], expected: Expected) -> None:
        self._world, self._disk, self._expected = world, disk, expected
        self._jobs: queue.SimpleQueue[SoakJob] = queue.SimpleQueue()
        for job in jobs:
            self._jobs.put(job)
        self.outcome = Outcome(len(jobs))
        self.documents = [
            Documents(world.folder / "clients", f"client-{number}") for number in range(CLIENTS)
        ]
        self.run_ids: list[str] = []
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, args=(documents,)) for documents in self.documents
        ]

    def start(self) -> None:
        """Let them begin."""
        for thread in self._threads:
            thread.start()

    @property
    def are_busy(self) -> bool:
        """Whether any still works."""
        return any(thread.is_alive() for thread in self._threads)

    def _work(self, documents: Documents) -> None:
        runner = QueueRunner(self._world.settings, QUICK)
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            begun = time.monotonic()
            documents.changed(job.number)
            fault = self._ended(runner, job, documents)
            with self._lock:
                self.outcome.done[job.kind] += 1
                self.outcome.waited[job.kind].append(time.monotonic() - begun)
                if fault:
                    self.outcome.faults.append(f"{job.kind} {job.number}: {fault}")

    def _ended(self, runner: QueueRunner, job: SoakJob, documents: Documents) -> str:
        """Ask until a job is done, as a person would; say what is wrong with it, if anything."""
        deadline, attempt = time.monotonic() + _STUCK, 0
        while True:
            run_id, keys, begun = f"{job.kind}-{job.number}-{attempt}", [], time.monotonic()
            try:
                result = runner.run(
                    request_of(job, documents, run_id),
                    on_event=lambda event, keys=keys: _note_row(event, keys),
                    on_blob=lambda *_: None,
                    cancelled=lambda: time.monotonic() > deadline,
                )
            except BrokerError as error:  # nothing was queued, or it may be: the same id is asked
                if not error.retryable or time.monotonic() > deadline:
                    return str(error)
                self._count("server away")
                time.sleep(0.2)
            except StoreError as error:
                if self._disk.last_full < begun:
                    return str(error)
                self._count("disk full")
                time.sleep(0.5)
                attempt += 1
            except BonsaiError as error:
                return str(error)
            else:
                self.run_ids.append(run_id)
                return "a row came twice" if doubled(keys) else self._expected.check(job, result)

    def _count(self, why: str) -> None:
        with self._lock:
            self.outcome.asked_again[why] += 1


def _note_row(event: object, keys: list[object]) -> None:
    if isinstance(event, RowReady):
        keys.append((event.row.kind, *event.row.key))


def soak(jobs: int, folder: Path, console: Console | None = None) -> Outcome:
    """Run so many jobs under trouble in a folder, and return what came of it."""
    disk = Disk(folder / "store")
    server = EmbeddedServer(folder / "broker")
    try:
        running = server.start()
        broker = running.url.replace("//", f"//:{running.password}@")
        world = World(quick_settings(folder / "home", broker), folder)
        world.settings = _with_store(world, folder / "store")
        return _soaked(world, server, disk, jobs, console or Console(quiet=True))
    finally:
        server.stop()
        disk.release()
