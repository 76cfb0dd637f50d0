"""rq's job, cut down to the one thing that a worker of ours does.

A record on the server names the function to run, callbacks and addresses to notify, and anybody
who can write to the server can write such a record. None of it is ever looked up here, and one
that cannot be read is as good as none.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from redis import Redis
from redis.exceptions import ResponseError
from rq import Queue, SimpleWorker
from rq.exceptions import NoSuchJobError
from rq.job import Job

from worker.queueing.broker.connection import is_outage
from worker.queueing.broker.records import (
    first_line,
    own_kinds,
    set_aside,
    set_aside_strangers,
    shared_kinds,
)
from worker.queueing.broker.runs import ENTRY

_PAUSE = 0.1  # seconds after a step that a record has hindered

_log = logging.getLogger(__name__)


class JobRefusedError(Exception):
    """A job asks for something else than a run of BONSAI."""


class AllowedJob(Job):
    """Runs `work` with its run id, or nothing."""

    #: What this process does with a run id; set once, when its worker starts.
    work: ClassVar[Callable[[str], object]]

    @classmethod
    def fetch(
        cls,
        id: str,
        connection: Redis | None = None,
        serializer: Any = None,  # noqa: ANN401 - as there
    ) -> Job:
        """Return the job in a record.

        :raises NoSuchJobError: if there is none, or none that can be read: such a record is set
            aside, and its run gets a new one (see `StrandedJobs`).
        """
        assert connection is not None
        try:
            return super().fetch(id, connection=connection, serializer=serializer)
        except Exception as error:
            if is_outage(error):
                raise
            set_aside(
                connection,
                f"{cls.redis_job_namespace_prefix}{id}",
                f"it is no job ({first_line(error)})",
            )
            raise NoSuchJobError(id) from error

    @property
    def func(self) -> Callable[[str], object]:
        """Return the one function there is.

        :raises JobRefusedError: if the record asks for another, or for another run than its own.
        """
        if self.func_name != ENTRY or self.instance or self.kwargs or self.args != [self.id]:
            raise JobRefusedError(f"{self.func_name} is no job of BONSAI.")
        return type(self).work

    @property
    def success_callback(self) -> None:
        """Nothing is called back."""

    @property
    def failure_callback(self) -> None:
        """Nothing is called back."""

    @property
    def stopped_callback(self) -> None:
        """Nothing is called back."""

    def send_webhooks(self, *_args: object, **_options: object) -> None:
        """Nobody is notified."""

    def restore(self, raw_data: dict[Any, Any]) -> None:
        """Read the record, without the addresses in it."""
        super().restore(raw_data)
        self.webhooks = []


class AllowedQueue(Queue):
    """A queue of such jobs. What is no text in it is no job's id, and is passed over."""

    job_class = AllowedJob

    @classmethod
    def lmove(cls, connection: Redis, queue_key: str, timeout: int | None) -> tuple[str, str]:
        """Take the next id from a queue, into the list beside it."""
        key, job_id = super().lmove(connection, queue_key, timeout)
        return key, job_id.decode(errors="backslashreplace")


class AllowedWorker(SimpleWorker):
    """A worker of such jobs, which run in its own process beside its warm models.

    Records of another kind than rq expects do not stop it.
    """

    job_class = AllowedJob
    queue_class = AllowedQueue

    def check_for_suspension(self, burst: bool) -> None:
        """Nobody suspends a worker: a forgotten wish to would stop every one for ever."""

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Wait for a job, in spite of records that stand in the way."""
        while True:
            with self._passing_over_strangers():
                found = super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
                if found:
                    job, queue = found
                    job.origin = queue.name  # whatever its record says
                return found

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Do a job. One that a record hindered stays where it is, and is put back."""
        set_aside_strangers(self.connection, own_kinds(job.id))
        with self._passing_over_strangers():
            super().execute_job(job, queue)

    @contextmanager
    def _passing_over_strangers(self) -> Iterator[None]:
        """Let a step fail that met a record of another kind, and set that aside."""
        try:
            yield
        except ResponseError as error:
            if "WRONGTYPE" not in str(error):
                raise
            self._set_aside_strangers()
            time.sleep(_PAUSE)

    def _set_aside_strangers(self) -> None:
        kinds = {**shared_kinds(self.queues[0].name), self.key: b"hash"}
        set_aside_strangers(self.connection, kinds)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:  # noqa: ANN401 - as there
        """Say in one line why a job broke off."""
        _log.warning("The job %s broke off: %s", job.id, first_line(exc_info[1]))
