"""Jobs of one machine as whoever submits them sees them: every call returns at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from worker.contract import (
    Event,
    Problem,
    Progress,
    Request,
    Result,
    parse_request,
    parse_result,
    read_event,
    refused_blob,
)
from worker.errors import EngineError, ProtocolError
from worker.queueing.job import RESULT_BLOB, UNFINISHED, Job
from worker.queueing.local.job_table import JobTable
from worker.queueing.local.worker_process import start_worker
from worker.queueing.patience import USUAL, Patience, keeping
from worker.settings import Settings
from worker.sqlite_file import exclusive


@dataclass(frozen=True)
class EndedJob:
    """All that a job has given in the end; one that was stopped or failed has no result."""

    request: Request
    events: list[Event]
    blobs: dict[str, bytes]
    problem: Problem | None
    result: Result | None


class LocalJobs:
    """The jobs of this machine's home folder.

    :param start: starts a worker process; called when none gives signs of life. What it returns is
        a remark for the user.
    :raises StoreError: if the job file cannot be opened.
    """

    def __init__(
        self,
        settings: Settings,
        patience: Patience = USUAL,
        start: Callable[[Settings], str | None] = start_worker,
    ) -> None:
        self._settings = settings
        self._patience = patience
        self._start = start
        self._table = JobTable(settings.jobs, keeping(patience, settings.job_days))

    def close(self) -> None:
        """Let go of the job file."""
        self._table.close()

    def submit(self, request: Request, *, book: str, place: str = "") -> str:
        """Queue a job and make sure that a worker is there; return a remark for the user."""
        self._table.submit(request.run_id, book, place, request.model_dump_json())
        return self.ensure_worker()

    def ensure_worker(self) -> str:
        """Start a worker process if none gives signs of life; return a remark for the user."""
        if self._table.has_worker():
            return ""
        self._table.worker_beat()  # two callers in a row start one process
        return self._start(self._settings) or ""

    def look_after(self, job: Job) -> None:
        """See to it that an unfinished job goes on; one that no worker ever takes has failed."""
        if self._table.is_never_taken(job.run_id) and not self._table.has_worker():
            self._table.finish(job.run_id, "failed", self._worker_does_not_start())
        else:
            self.ensure_worker()

    @contextmanager
    def alone(self, *, wait_seconds: float = 0) -> Iterator[bool]:
        """Let one caller at a time in; the others wait that long, then get false and leave."""
        with exclusive(self._settings.home / "desk.sqlite", wait_seconds=wait_seconds) as is_alone:
            yield is_alone

    def jobs(self) -> list[Job]:
        """Return the jobs that are kept, the newest first."""
        return self._table.jobs()

    def job(self, run_id: str) -> Job | None:
        """Return a job."""
        return self._table.job(run_id)

    def progress(self, run_id: str) -> Progress | None:
        """Return how far a running job is, if it has said so."""
        job = self._table.job(run_id)
        return Progress.model_validate_json(job.progress) if job and job.progress else None

    def stop(self, run_id: str) -> None:
        """Ask a job to stop."""
        self._table.ask_to_stop(run_id)

    def ended(self, run_id: str) -> EndedJob | None:
        """Return all that a job has given, once it has ended.

        :raises ProtocolError: if another version of BONSAI wrote it.
        """
        job = self._table.job(run_id)
        if job is None or job.state in UNFINISHED:
            return None
        blobs = self._table.blobs(run_id)
        payload = blobs.pop(RESULT_BLOB, None)
        request = parse_request(job.request)
        result, problem = _outcome(request, job, payload)
        refused = {name: refused_blob(request, name, data) for name, data in blobs.items()}
        events = [read_event(request, payload) for payload in self._table.events(run_id)]
        return EndedJob(
            request=request,
            events=[*events, *(misfit for misfit in refused.values() if misfit)],
            blobs={name: data for name, data in blobs.items() if not refused[name]},
            problem=problem,
            result=result,
        )

    def forget_old(self) -> None:
        """Forget jobs that ended longer ago than they are kept, and give their room back.

        :raises StoreError: if another process writes into the job file for too long.
        """
        self._table.forget_old()

    def keep(self, ended: EndedJob, book: str, seconds: float) -> None:
        """Keep what a job gave that was not done by this machine's worker, as if it had been.

        :param seconds: how long it took.
        :raises StoreError: if it cannot be stored.
        """
        now, result = time.time(), ended.result
        job = Job(
            run_id=ended.request.run_id,
            book=book,
            place="",
            request=ended.request.model_dump_json(),
            state="done" if result else "failed",
            submitted=now - seconds,
            heartbeat=None,
            finished=now,
            problem=ended.problem.model_dump_json() if ended.problem else "",
            progress="",
        )
        whole = {RESULT_BLOB: result.model_dump_json().encode()} if result else {}
        events = [event.model_dump_json() for event in ended.events]
        self._table.keep(job, events, {**ended.blobs, **whole})

    def _worker_does_not_start(self) -> EngineError:
        return EngineError(
            "The worker process does not start.",
            f"It gave no sign of life for {self._patience.start:.0f} seconds.",
            f"Look at the end of {self._settings.log}, or run: "
            "python -m worker.queueing.local.local_worker",
        )


def _outcome(
    request: Request, job: Job, payload: bytes | None
) -> tuple[Result | None, Problem | None]:
    """Return the result of an ended job, or why there is none; its rows count in any case."""
    if job.problem:
        return None, Problem.model_validate_json(job.problem)
    if job.state != "done":
        return None, None
    try:
        return parse_result(request, payload or b""), None
    except ProtocolError as error:
        return None, Problem.from_error(error)
