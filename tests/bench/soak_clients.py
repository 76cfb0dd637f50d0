"""The clients of the soak: they ask for jobs, as ten people would, and look at what comes."""

from __future__ import annotations

import queue
import threading
import time

from tests.bench.soak_jobs import Documents, Expected, SoakJob, doubled, request_of
from tests.bench.soak_outcome import Outcome
from tests.bench.soak_troubles import Disk
from tests.worker.queueing.quick_worker import QUICK
from tests.worker.queueing.worlds import World
from worker.contract import RowReady
from worker.errors import BonsaiError, BrokerError, StoreError
from worker.queueing.broker.queue_runner import QueueRunner

CLIENTS = 10
_STUCK = 600  # seconds after which a job counts as stuck


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
            if job.kind == "index":
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
