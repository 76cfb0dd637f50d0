"""Runs on a Redis server, as whoever asks for them sees them: submit, follow, stop, list.

What is kept of a run, all of it for a limited time:

    bonsai:run:ID          hash: request, state, progress, heartbeat, problem …
    bonsai:rows:ID         stream: rows and problems, the names of large results, the end
    bonsai:live:ID         stream, short: progress and text as it is written
    bonsai:blob:ID:NAME    one large result
    bonsai:stop:ID         there if the run was asked to stop
    bonsai:lease:ID        number of the try that may write (see `worker.queueing.broker.lease`)
    bonsai:runs            sorted set: run ids by time of submission, as lists show them
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from redis import Redis

from worker.contract import Request, kind_of
from worker.models.kinds import wants_gpu
from worker.queueing.broker.packing import pack, unpack
from worker.queueing.job import Job, State

#: Seconds that a run is kept after it was last written to.
KEPT = 7 * 86_400

#: rq gives a job to another worker this often; when a job has failed is for the lease to say.
RETRIES = 1_000_000

#: The one thing a worker does for rq. It is no Python path: nothing is ever imported by it.
ENTRY = "bonsai.run"


@dataclass(frozen=True)
class NewEntries:
    """What is new in a run: JSON events, names of large results, how it ended."""

    events: tuple[str, ...] = ()
    blobs: tuple[str, ...] = ()
    end: State | None = None


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
        from rq import Queue, Retry
        from rq.exceptions import DuplicateJobError

        payload = pack(request.model_dump_json().encode(), "request")
        run_id, key, now = request.run_id, f"bonsai:run:{request.run_id}", time.time()
        with self._redis.pipeline() as pipe:
            pipe.hsetnx(key, "request", payload)
            pipe.hsetnx(key, "state", "queued")
            pipe.hsetnx(key, "submitted", now)
            pipe.expire(key, KEPT)
            if not kind_of(request).is_part:
                pipe.zadd("bonsai:runs", {run_id: now}, nx=True)
            pipe.zremrangebyscore("bonsai:runs", 0, now - KEPT)
            pipe.execute()
        queue = Queue(queue_name(request), connection=self._redis, serializer="json")
        try:
            queue.enqueue(
                ENTRY,
                args=(run_id,),
                job_id=run_id,
                unique=True,
                retry=Retry(max=RETRIES),
                job_timeout=KEPT,
                result_ttl=KEPT,
                failure_ttl=KEPT,
                description=request.job,
            )
        except DuplicateJobError:
            return

    def job(self, run_id: str) -> Job | None:
        """Return a run as the job tables show it."""
        found = self._redis.hgetall(f"bonsai:run:{run_id}")
        if b"request" not in found or b"state" not in found:
            return None
        text = {
            name.decode(): value.decode() for name, value in found.items() if name != b"request"
        }
        return Job(
            run_id=run_id,
            book="",
            place="",
            request=unpack(found[b"request"]).decode(),
            state=cast(State, text["state"]),
            submitted=float(text["submitted"]),
            heartbeat=_seconds(text.get("heartbeat")),
            finished=_seconds(text.get("finished")),
            problem=text.get("problem", ""),
            progress=text.get("progress", ""),
        )

    def waits(self, run_id: str) -> bool:
        """Say whether no worker has taken a run yet."""
        return bool(self._redis.hget(f"bonsai:run:{run_id}", "state") == b"queued")

    def jobs(self) -> list[Job]:
        """Return the runs that are kept, the newest first."""
        ids = [run_id.decode() for run_id in self._redis.zrange("bonsai:runs", 0, -1, desc=True)]
        return [job for run_id in ids if (job := self.job(run_id))]

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
        """End a run that no worker has; one that takes it just now finds the wish to stop."""
        from redis.exceptions import WatchError

        key = f"bonsai:run:{run_id}"
        with self._redis.pipeline() as pipe:
            pipe.watch(key)
            if pipe.hget(key, "state") != b"queued":
                return
            pipe.multi()
            pipe.hset(key, mapping={"state": "cancelled", "finished": time.time()})
            pipe.xadd(f"bonsai:rows:{run_id}", {"end": "cancelled"})
            pipe.expire(f"bonsai:rows:{run_id}", KEPT)
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
        end = next(iter(_values(entries, b"end")), None)
        return NewEntries(
            tuple(_values(entries, b"event")),
            tuple(_values(entries, b"blob")),
            cast(State, end) if end else None,
        )

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
        from rq import Queue, Worker

        queue = Queue(queue_name(request), connection=self._redis, serializer="json")
        return Worker.count(connection=self._redis, queue=queue)


def _values(entries: Iterable[dict[bytes, bytes]], field: bytes) -> list[str]:
    return [entry[field].decode() for entry in entries if field in entry]


def _seconds(value: str | None) -> float | None:
    return float(value) if value else None
