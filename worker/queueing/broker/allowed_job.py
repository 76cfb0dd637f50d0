"""rq's job, cut down to the one thing that a worker of ours does.

A record on the server names the function to run, callbacks and addresses to notify, and anybody
who can write to the server can write such a record. None of it is ever looked up here, and one
that cannot be read is as good as none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from redis import Redis
from rq import Queue, SimpleWorker
from rq.exceptions import NoSuchJobError
from rq.job import Job

from worker.queueing.broker.connection import is_outage
from worker.queueing.broker.records import first_line, set_aside
from worker.queueing.broker.runs import ENTRY


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
    """A worker of such jobs, which run in its own process beside its warm models."""

    job_class = AllowedJob
    queue_class = AllowedQueue
