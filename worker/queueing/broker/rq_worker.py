"""The worker process of one queue: keeps its models warm, and loses no job.

rq's own worker that runs jobs in its process notices a dead colleague after an hour, takes one
that was killed at the wrong moment for done, and does not listen when told to stop. What is
changed here, with the measurements behind it, is in docs/operations.md.

Run as `python -m worker.queueing.broker.rq_worker cpu`; `bonsai worker` does, and restarts it.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from redis import Redis
from rq import Queue, Retry
from rq.job import Job

from worker import __version__
from worker.contract import Request, kind_of, parse_request
from worker.errors import BonsaiError, BrokerError, CancelledError, InputError
from worker.heap import share_heaps
from worker.priority import give_way
from worker.process_log import failures_in_lines
from worker.queueing.broker.allowed_job import AllowedJob, AllowedWorker
from worker.queueing.broker.checkup import VERSION_FIELD
from worker.queueing.broker.connection import broker_errors, connect
from worker.queueing.broker.lease import Lease
from worker.queueing.broker.records import set_aside_strangers, shared_kinds
from worker.queueing.broker.runs import RETRIES, Runs
from worker.queueing.broker.stranded import StrandedJobs
from worker.queueing.in_process import InProcessRunner
from worker.queueing.job import RESULT_BLOB
from worker.queueing.patience import USUAL, Patience
from worker.settings import Settings, load_settings


class WarmWorker(AllowedWorker):
    """Works through one queue in its own process."""

    def __init__(
        self, queue: str, redis: Redis, runner: InProcessRunner, patience: Patience = USUAL
    ) -> None:
        super().__init__(
            [f"bonsai:{queue}"],
            connection=redis,
            serializer="json",
            worker_ttl=16 + patience.colleagues,  # rq waits for a job 15 seconds less, then looks
            log_job_description=False,
        )
        self._stranded = StrandedJobs(self.queues[0], patience)
        self._runner = runner
        self._patience = patience
        self._looked_at = float("-inf")
        self._stop = threading.Event()  # the run under way is to end at its next step
        self._look = threading.Event()  # whether it is to stop is worth a look now
        self._leaving = False

    def do(self, run_id: str) -> Retry | None:
        """Do one run; what comes of it stands in its record. Called by rq through the job.

        :raises BrokerError: if the server was away for too long; another try may go on.
        """
        try:
            lease = Lease.take(self.connection, run_id, self._patience)
            return self._try(lease) if lease else None
        except BrokerError:
            raise
        except BonsaiError as error:  # a record of the run, not the run
            with broker_errors("of this worker"):
                Runs(self.connection).end_unusable(run_id, error)
            return None

    def _try(self, lease: Lease) -> Retry | None:
        try:
            self._work(lease)
        except CancelledError as error:
            if self._leaving and not lease.stop_asked():
                lease.hand_back()
                return Retry(max=RETRIES)
            lease.finish("cancelled", error)
        except BrokerError:
            raise
        except BonsaiError as error:
            lease.finish("failed", error)
        return None

    def _work(self, lease: Lease) -> None:
        with self._beating(lease):
            request = _request(lease.request())
            result = self._runner.run(
                request,
                on_event=lease.add_event,
                on_blob=lease.put_blob,
                cancelled=self._stop.is_set,
                earlier=lease.earlier(request),
            )
            lease.put_blob(RESULT_BLOB, result.model_dump_json().encode())
        lease.finish("done")

    @contextmanager
    def _beating(self, lease: Lease) -> Iterator[None]:
        """Give signs of life from a thread, which also sees when the run is to stop."""
        over = threading.Event()

        def beat() -> None:
            while not self._is_over(over):
                with suppress(BonsaiError), broker_errors(""):  # the next beat may get through
                    self._keep_alive()
                    if lease.stop_asked() or not lease.beat():
                        self._stop.set()

        thread = threading.Thread(target=beat, name="bonsai-heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            self._look.set()
            thread.join()
            if not self._leaving:
                self._stop.clear()

    def _is_over(self, over: threading.Event) -> bool:
        """Wait until the next beat, or until there is something to see; say whether a run ended."""
        self._look.wait(self._patience.beat)
        self._look.clear()
        return over.is_set()

    def _keep_alive(self) -> None:
        """Tell rq that worker and job are alive."""
        if self.execution is None:
            return
        with self.connection.pipeline() as pipe:
            self.heartbeat(pipeline=pipe)
            started, kept = self.queues[0].started_job_registry, self._patience.silence
            self.execution.heartbeat(started, kept, pipeline=pipe)
            pipe.execute()

    def register_birth(self) -> None:
        """Tell rq that the worker is there, and others which version it has."""
        super().register_birth()  # type: ignore[no-untyped-call]
        self.connection.hset(self.key, VERSION_FIELD, __version__)

    def get_heartbeat_ttl(self, job: Job) -> int:
        """Return how long a job counts as alive from its start; the beats renew it."""
        return self._patience.silence

    def kill_horse(self, sig: object = None) -> None:
        """Look whether the run is to stop: called in another thread at rq's stop command.

        The command may come late, when the worker has the next run already: what counts is the
        record of the run that it has.
        """
        self._stopped_job_id = None  # the run's record says how it ended, not rq
        self._look.set()

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Leave: the job under way stops at its next step and goes to another worker."""
        self._leaving = True
        self._stop.set()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    @property
    def should_run_maintenance_tasks(self) -> bool:
        """Whether it is time to look after the others, by a clock that nobody can set."""
        return time.monotonic() - self._looked_at > self._patience.colleagues

    def run_maintenance_tasks(self) -> None:
        """Give the jobs of dead workers to the living, and set aside what would stop them."""
        self._set_aside_strangers()
        with self._passing_over_strangers():
            self._look_after_others()
        self._looked_at = time.monotonic()

    def _look_after_others(self) -> None:
        """One worker at a time does. A lock that outlives its holder is nobody's."""
        lock, server = self.queues[0].registry_cleaning_key, self.connection
        left: Any = server.ttl(lock)
        if left == _NO_END or left > self._patience.clean_up:
            server.delete(lock)
        if server.set(lock, 1, nx=True, ex=self._patience.clean_up):
            self._stranded.put_back()
            self._forget_dead_colleagues()
            server.delete(lock)

    def _forget_dead_colleagues(self) -> None:
        """Take workers whose records have expired out of the lists of workers."""
        server: Any = self.connection
        lists = ("rq:workers", f"rq:workers:{self.queues[0].name}")
        for key in server.smembers(lists[1]):
            if not server.exists(key):
                for name in lists:
                    server.srem(name, key)

    def handle_job_success(self, job: Job, queue: Queue, started_job_registry: Any) -> None:  # noqa: ANN401
        """Tell rq that a job is done, unless another worker has it now."""
        if self._is_still_ours(job):
            super().handle_job_success(job, queue, started_job_registry)

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: Any = None,  # noqa: ANN401
        exc_string: str = "",
    ) -> None:
        """Tell rq that a job broke off, unless another worker has it now.

        A broken connection is worth another try; a record that asks for something forbidden, or
        cannot be read, is not, whatever it says itself.
        """
        if not isinstance(sys.exc_info()[1], BrokerError):
            job.retries_left = 0
        if self._is_still_ours(job):
            super().handle_job_failure(job, queue, started_job_registry, exc_string)

    def _is_still_ours(self, job: Job) -> bool:
        """Look whether rq has given the job away; if so, forget it."""
        server: Any = self.connection
        if self.execution is None:
            return True
        registry = job.started_job_registry.key
        if server.zscore(registry, self.execution.composite_key) is not None:
            return True
        self.execution = None
        self.set_current_job_id(None)
        return False


_NO_END = -1  # seconds to live of a record that has no end


def _request(payload: str) -> Request:
    """Return a request that may travel.

    :raises InputError: if it may not.
    """
    request = parse_request(payload)
    if kind_of(request).reads_files:
        raise InputError(
            "A worker does not read files for others.",
            "They are read where they lie, and travel as texts.",
            "Run the job on the computer that has the files.",
        )
    if request.named_store():
        raise InputError(
            "A worker opens no store but its own.",
            "The request names another.",
            "Leave --store out, or set BONSAI_STORE where the worker runs.",
        )
    return request


def serve(queue: str, settings: Settings, patience: Patience = USUAL) -> None:
    """Work through a queue until told to leave.

    :raises BrokerError: if the server does not answer; BrokerRefusedError: if it refuses us.
    """
    with broker_errors(settings.broker):
        connect(settings).ping()  # what is wrong from the start is said at once
        redis = connect(settings, patience=patience.server)
        set_aside_strangers(redis, shared_kinds(f"bonsai:{queue}"))
        worker = WarmWorker(queue, redis, InProcessRunner(settings, for_others=True), patience)
        AllowedJob.work = worker.do
        worker.work(logging_level="WARNING")


def main(queue: str, patience: Patience = USUAL) -> None:
    """Serve a queue, giving way to all else that runs on this machine.

    :raises SystemExit: if it fails; why is a line for the supervisor, never a traceback.
    """
    give_way()
    share_heaps()
    with failures_in_lines():
        serve(queue, load_settings(), patience)


if __name__ == "__main__":
    main(sys.argv[1])
