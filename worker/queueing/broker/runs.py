"""Runs on a Redis server, as whoever asks for them sees them: submit, follow, stop, list.

What is kept of a run, all of it for a limited time:

    bonsai:run:ID          hash: request, state, progress, heartbeat, problem …
    bonsai:rows:ID         stream: rows and problems, the names of large results, the end
    bonsai:live:ID         stream, short: progress and text as it is written
    bonsai:blob:ID:NAME    one large result
    bonsai:stop:ID         there if the run was asked to stop
    bonsai:lease:ID        number of the try that may write (see `worker.queueing.broker.lease`)
    bonsai:runs            sorted set: run ids by time of submission, as lists show them
    bonsai:open:QUEUE      set: run ids that may not have ended yet
    bonsai:aside:KEY       a record that was not as BONSAI writes it, out of everybody's way

Times are those of the server: computers have clocks that differ.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from redis import Redis
from redis.exceptions import ResponseError

from worker.contract import Problem, Request, kind_of
from worker.errors import BonsaiError
from worker.models.kinds import wants_gpu
from worker.queueing.broker.connection import is_outage
from worker.queueing.broker.packing import pack, unpack, unreadable_record
from worker.queueing.broker.records import set_aside_strangers
from worker.queueing.job import STATES, Job, State, job_of_record

#: Seconds that a run is kept after it was last written to.
KEPT = 7 * 86_400

#: rq gives a job to another worker this often; when a job has failed is for the lease to say.
RETRIES = 1_000_000

#: The one thing a worker does for rq. It is no Python path: nothing is ever imported by it.
ENTRY = "bonsai.run"


#: Fields of a run's record that a list of jobs shows; each may be missing.
_SHOWN = ("state", "submitted", "heartbeat", "finished", "problem", "progress")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NewEntries:
    """What is new in a run: JSON events, names of large results; whether there was any at all."""

    events: tuple[bytes, ...] = ()
    blobs: tuple[str, ...] = ()
    any: bool = False


@dataclass
class StreamPosition:
    """How far somebody has read the two streams of a run; at first, not at all."""

    rows: str = "0"
    live: str = "0"


def queue_name(request: Request) -> str:
    """Return the queue for a request: `bonsai:gpu` if one of its models wants a GPU."""
    return "bonsai:gpu" if any(map(wants_gpu, request.models())) else "bonsai:cpu"


class Runs:
    """The runs of one server. Every method may raise what the client library raises."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis  # redis-py types every answer as a union with awaitables

    def submit(self, request: Request) -> None:
        """Queue a run; the same run id twice is one run.

        :raises InputError: if the request is too large to travel.
        """
        payload = pack(request.model_dump_json().encode(), "request")
        run_id, key, now = request.run_id, f"bonsai:run:{request.run_id}", self.now()
        queue = queue_name(request)
        with self._redis.pipeline() as pipe:
            pipe.hsetnx(key, "request", payload)
            pipe.hsetnx(key, "state", "queued")
            pipe.hsetnx(key, "submitted", now)
            pipe.expire(key, KEPT)
            if not kind_of(request).is_part:
                pipe.zadd("bonsai:runs", {run_id: now}, nx=True)
            pipe.zremrangebyscore("bonsai:runs", 0, now - KEPT)
            pipe.sadd(open_runs(queue), run_id)
            pipe.execute()
        enqueue(self._redis, queue, run_id)

    def now(self) -> float:
        """Return the server's time in seconds since 1970."""
        seconds, microseconds = self._redis.time()
        return float(seconds + microseconds / 1e6)

    def job(self, run_id: str) -> Job | None:
        """Return a run as the job tables show it.

        :raises InputError: if its record cannot be read.
        """
        found = self._redis.hgetall(f"bonsai:run:{run_id}")
        if b"request" not in found or b"state" not in found:
            return None
        try:
            request = unpack(found[b"request"]).decode()
            text = {name: found.get(name.encode(), b"").decode() for name in _SHOWN}
            return job_of_record({"run_id": run_id, "request": request, **text})
        except ValueError as error:  # no number, or no text
            raise unreadable_record(f"That of the run {run_id}: {error}.") from error

    def state(self, run_id: str) -> State | None:
        """Return how far a run is, or nothing if there is none."""
        found = (self._redis.hget(f"bonsai:run:{run_id}", "state") or b"").decode(errors="replace")
        return cast(State, found) if found in STATES else None

    def problem(self, run_id: str) -> str:
        """Return the problem that has ended a run, as JSON; empty if there was none."""
        found: bytes = self._redis.hget(f"bonsai:run:{run_id}", "problem") or b""
        return found.decode(errors="replace")

    def jobs(self) -> list[Job]:
        """Return the runs that are kept, the newest first; one that cannot be read is named."""
        ids = self._redis.zrange("bonsai:runs", 0, -1, desc=True)
        found = (self._job_or_nothing(run_id.decode(errors="backslashreplace")) for run_id in ids)
        return [job for job in found if job]

    def _job_or_nothing(self, run_id: str) -> Job | None:
        try:
            return self.job(run_id)
        except (BonsaiError, ResponseError) as error:
            if is_outage(error):
                raise
            _log.warning("The job %s is left out: %s", run_id, error)
            return None

    def end_unusable(self, run_id: str, error: BonsaiError) -> None:
        """End a run whose records cannot be used, with the reason, whoever has it."""
        key, rows = f"bonsai:run:{run_id}", f"bonsai:rows:{run_id}"
        set_aside_strangers(
            self._redis, {key: b"hash", rows: b"stream", f"bonsai:lease:{run_id}": b"string"}
        )
        problem = Problem.from_error(error).model_dump_json()
        fields = {"state": "failed", "problem": problem, "finished": self.now()}
        with self._redis.pipeline() as pipe:
            pipe.set(f"bonsai:lease:{run_id}", 0, ex=KEPT)  # no try has this number
            pipe.hset(key, mapping=fields)
            pipe.expire(key, KEPT)
            pipe.execute()

    def stop(self, run_id: str) -> None:
        """Ask a run to stop: one that waits ends at once, one that runs after its current step."""
        from rq.command import send_stop_job_command
        from rq.exceptions import InvalidJobOperation, NoSuchJobError

        self._redis.set(f"bonsai:stop:{run_id}", 1, ex=KEPT)
        self._end_if_waiting(run_id)
        try:  # the key is seen within a second; the command only makes it sooner
            send_stop_job_command(self._redis, run_id, serializer="json")
        except (InvalidJobOperation, NoSuchJobError):
            return

    def _end_if_waiting(self, run_id: str) -> None:
        """End a run that no worker has; one that takes it just now finds the wish to stop.

        Nothing is added to its rows: they are for whoever has the lease to number.
        """
        from redis.exceptions import WatchError

        key = f"bonsai:run:{run_id}"
        with self._redis.pipeline() as pipe:
            pipe.watch(key)
            if pipe.hget(key, "state") != b"queued":
                return
            pipe.multi()
            pipe.hset(key, mapping={"state": "cancelled", "finished": self.now()})
            try:
                pipe.execute()
            except WatchError:
                return

    def new_entries(
        self, run_id: str, position: StreamPosition, *, wait_seconds: float
    ) -> NewEntries:
        """Return what was written since `position`, which moves on; wait for it if need be."""
        streams = {f"bonsai:rows:{run_id}": position.rows, f"bonsai:live:{run_id}": position.live}
        found = self._redis.xread(streams, count=500, block=max(1, int(wait_seconds * 1000)))
        entries: list[dict[bytes, bytes]] = []
        for stream, part in found:
            last = part[-1][0].decode()
            if stream.decode().startswith("bonsai:rows:"):
                position.rows = last
            else:
                position.live = last
            entries += [fields for _, fields in part]
        blobs = (name.decode(errors="replace") for name in _values(entries, b"blob"))
        return NewEntries(tuple(_values(entries, b"event")), tuple(blobs), bool(entries))

    def blob(self, run_id: str, name: str) -> bytes | None:
        """Return a large result, or nothing if it has expired."""
        data = self._redis.get(f"bonsai:blob:{run_id}:{name}")
        return unpack(data) if data is not None else None

    def is_full(self) -> bool:
        """Say whether the memory of the server is full: workers wait until it is not."""
        memory = self._redis.info("memory")
        return bool(0 < memory["maxmemory"] <= memory["used_memory"])

    def workers(self, request: Request) -> int:
        """Return how many workers listen to the queue of a request."""
        return len(self._redis.smembers(f"rq:workers:{queue_name(request)}"))


def open_runs(queue: str) -> str:
    """Return the key of the runs of a queue that may not have ended yet."""
    return f"bonsai:open:{queue.removeprefix('bonsai:')}"


def enqueue(redis: Redis, queue: str, run_id: str) -> None:
    """Give a run to rq, unless rq has it."""
    from rq import Queue, Retry
    from rq.exceptions import DuplicateJobError

    try:
        Queue(queue, connection=redis, serializer="json").enqueue(
            ENTRY,
            args=(run_id,),
            job_id=run_id,
            unique=True,
            retry=Retry(max=RETRIES),
            job_timeout=KEPT,
            result_ttl=KEPT,
            failure_ttl=KEPT,
            description="",
        )
    except DuplicateJobError:
        return


def _values(entries: Iterable[dict[bytes, bytes]], field: bytes) -> list[bytes]:
    return [entry[field] for entry in entries if field in entry]
