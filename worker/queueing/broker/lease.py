"""The right of one worker to write the results of one run, and all that it writes.

A worker that was paused, or cut off, must not write over the one that has taken its run in the
meantime. So each try of a run has a number, the lease; every write is a transaction that holds
only while the number is still the newest. Rows carry ids made of that number and a counter, so a
write that is repeated because its answer was lost counts once.

Each step waits for a server that is away, loads its data or is full, as long as its connection
does. A record that is not as BONSAI writes it is an error at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis
from redis.exceptions import ResponseError, WatchError

from worker.contract import Event, Problem, Progress, Request, TextReady, read_event
from worker.errors import BonsaiError, run_stopped
from worker.queueing.broker.connection import broker_errors, pauses
from worker.queueing.broker.packing import pack, unpack, unreadable_record
from worker.queueing.broker.runs import KEPT, Runs
from worker.queueing.job import MOST_ATTEMPTS, UNFINISHED, State, killed_its_workers
from worker.queueing.patience import USUAL, Patience

_LIVE_KEPT = 500  # entries
_SECONDS_BETWEEN_PROGRESS = 0.1


class LeaseLostError(BaseException):
    """Another worker has the run now. No part of a job may catch this: it ends the try."""


class Lease:
    """One try of one run. Made by `take`.

    Every method raises BrokerError if the server is away for too long, and InputError if a record
    of the run is not as BONSAI writes it.

    :param patience: `server` bounds the tries of one write, in seconds.
    """

    def __init__(self, redis: Redis, run_id: str, number: int, patience: Patience) -> None:
        self.run_id = run_id
        self._patience = patience
        self._redis: Any = redis
        self._number = number
        self._written = 0
        self._last_progress = 0.0

    @classmethod
    def take(cls, redis: Redis, run_id: str, patience: Patience = USUAL) -> Lease | None:
        """Begin a try; whoever had the run before can write no more.

        Return nothing if there is nothing to do: the run has ended, was stopped while it waited,
        or has cost several workers their life without one new row.
        """
        server: Any = redis
        key = f"bonsai:run:{run_id}"
        with _our_errors():
            if Runs(redis).state(run_id) not in UNFINISHED:
                return None
            with server.pipeline() as pipe:
                pipe.incr(f"bonsai:lease:{run_id}")
                pipe.expire(f"bonsai:lease:{run_id}", KEPT)
                pipe.hincrby(key, "losses", 1)
                pipe.hset(key, mapping={"state": "running", "heartbeat": time.time()})
                pipe.expire(key, KEPT)
                number, _, losses, *_ = pipe.execute()
        lease = cls(redis, run_id, number, patience)
        if lease.stop_asked():
            lease.finish("cancelled", run_stopped("Somebody asked while no worker had it."))
            return None
        if losses > MOST_ATTEMPTS:
            lease.finish("failed", killed_its_workers())
            return None
        return lease

    def request(self) -> str:
        """Return what is asked for, as JSON.

        :raises InputError: if the record is damaged or was forged.
        """
        with _our_errors():
            packed = self._redis.hget(f"bonsai:run:{self.run_id}", "request") or b""
        return unpack(packed).decode(errors="replace")

    def earlier(self, request: Request) -> list[Event]:
        """Return the rows and problems that earlier tries have stored."""
        with _our_errors():
            entries = self._redis.xrange(f"bonsai:rows:{self.run_id}")
        payloads = [fields[b"event"] for _, fields in entries if b"event" in fields]
        return [read_event(request, payload) for payload in payloads]

    def stop_asked(self) -> bool:
        """Say whether the run was asked to stop."""
        with _our_errors():
            return bool(self._redis.exists(f"bonsai:stop:{self.run_id}"))

    def beat(self) -> bool:
        """Give a sign of life; return whether the lease still holds."""
        with _our_errors():
            held: bool = self._redis.get(f"bonsai:lease:{self.run_id}") == self._token
            if held:
                self._redis.hset(f"bonsai:run:{self.run_id}", "heartbeat", time.time())
        return held

    def add_event(self, event: Event) -> None:
        """Store a row or a problem; show progress and text to whoever is watching.

        :raises LeaseLostError: if another worker has the run now.
        """
        if isinstance(event, Progress):
            self._show_progress(event)
        elif isinstance(event, TextReady):
            self._show(event)
        else:
            payload = event.model_dump_json()
            self._append({"event": payload})

    def put_blob(self, name: str, data: bytes) -> None:
        """Store a large result, and say that it is there.

        :raises InputError: if it is too large.
        :raises LeaseLostError: if another worker has the run now.
        """
        packed = pack(data, f"result '{name}'")
        key = f"bonsai:blob:{self.run_id}:{name}"
        self._append({"blob": name}, also=lambda pipe: pipe.set(key, packed, ex=KEPT))

    def finish(self, state: State, error: BonsaiError | None = None) -> None:
        """Record how the run ended.

        :raises LeaseLostError: if another worker has the run now.
        """
        problem = Problem.from_error(error).model_dump_json() if error else ""
        with _our_errors():
            fields = {"state": state, "problem": problem, "finished": Runs(self._redis).now()}
        self._append(
            {"end": state}, also=lambda pipe: pipe.hset(f"bonsai:run:{self.run_id}", mapping=fields)
        )

    def hand_back(self) -> None:
        """Let another worker go on with the run; this does not count as a loss.

        :raises LeaseLostError: if another worker has the run already.
        """
        fields = {"state": "queued", "losses": 0}
        with _our_errors():
            self._write(lambda pipe: pipe.hset(f"bonsai:run:{self.run_id}", mapping=fields))

    @property
    def _token(self) -> bytes:
        return str(self._number).encode()

    def _show_progress(self, event: Progress) -> None:
        now = time.monotonic()
        if event.done < event.of and now - self._last_progress < _SECONDS_BETWEEN_PROGRESS:
            return
        self._last_progress = now
        payload = event.model_dump_json()
        with _our_errors():
            self._redis.hset(f"bonsai:run:{self.run_id}", "progress", payload)
        self._show(event)

    def _show(self, event: Progress | TextReady) -> None:
        stream = f"bonsai:live:{self.run_id}"
        with _our_errors(), self._redis.pipeline(transaction=False) as pipe:
            pipe.xadd(stream, {"event": event.model_dump_json()}, maxlen=_LIVE_KEPT)
            pipe.expire(stream, 3600)
            pipe.execute()

    def _append(self, fields: dict[str, str], also: Callable[[Any], object] | None = None) -> None:
        self._written += 1
        entry, stream = f"{self._number}-{self._written}", f"bonsai:rows:{self.run_id}"

        def write(pipe: Any) -> None:  # noqa: ANN401 - see Runs
            pipe.xadd(stream, fields, id=entry)
            pipe.expire(stream, KEPT)
            pipe.hset(f"bonsai:run:{self.run_id}", "losses", 0)
            if also:
                also(pipe)

        with _our_errors():
            try:
                self._write(write)
            except ResponseError as error:
                if "equal or smaller" not in str(error):
                    raise
                if not self._redis.xrange(stream, entry, entry):
                    raise unreadable_record("Somebody else writes rows of this run.") from error
                # it was written; only the answer was lost

    def _write(self, write: Callable[[Any], object]) -> None:
        """Run commands in one transaction, if the lease still holds."""
        until = time.monotonic() + self._patience.server
        for pause in pauses():
            try:
                return self._write_once(write)
            except WatchError:  # the lease has changed, the server was away, or it is full
                if time.monotonic() > until:
                    raise
                time.sleep(pause)

    def _write_once(self, write: Callable[[Any], object]) -> None:
        key = f"bonsai:lease:{self.run_id}"
        with self._redis.pipeline() as pipe:
            pipe.watch(key)
            if pipe.get(key) != self._token:
                raise LeaseLostError(self.run_id)
            pipe.multi()
            write(pipe)
            pipe.execute()


@contextmanager
def _our_errors() -> Iterator[None]:
    """Turn errors of the client library into ours: the job that runs meanwhile knows no other."""
    with broker_errors("of this worker"):
        yield
