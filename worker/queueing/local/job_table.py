"""Jobs of this machine in one SQLite file: what was asked for, how far it is, what came out.

Whoever submits, works and collects may be different processes, and any of them may die: every
step is one transaction. Times in the table of jobs are for people to read; life and age are told
by `MachineClock`, for the clock on the wall can be set.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from worker.contract import Problem
from worker.errors import BonsaiError, ProtocolError
from worker.queueing.job import MOST_ATTEMPTS, Job, State, job_of_record, killed_its_workers
from worker.queueing.local.machine_clock import CLOCK_SCHEMA, MachineClock
from worker.queueing.patience import USUAL, Patience
from worker.sqlite_file import SqliteFile

_SCHEMA = f"""
{CLOCK_SCHEMA}
CREATE TABLE IF NOT EXISTS jobs (
    run_id TEXT PRIMARY KEY, book TEXT NOT NULL, place TEXT NOT NULL, request TEXT NOT NULL,
    state TEXT NOT NULL, submitted REAL NOT NULL, heartbeat REAL, finished REAL,
    stop INTEGER NOT NULL DEFAULT 0, problem TEXT NOT NULL DEFAULT '',
    progress TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, payload TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_of_run ON events (run_id, number);
CREATE TABLE IF NOT EXISTS blobs (
    run_id TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (run_id, name));
CREATE TABLE IF NOT EXISTS worker (
    id INTEGER PRIMARY KEY CHECK (id = 1), heartbeat REAL NOT NULL);
CREATE TABLE IF NOT EXISTS ages (
    run_id TEXT PRIMARY KEY, submitted REAL NOT NULL, beat REAL, finished REAL);
"""

_log = logging.getLogger(__name__)


class JobTable:
    """The job file of a home folder. Safe to use from several processes, not from two threads.

    :raises DamagedFileError: from every method, if the file is damaged; a new one is begun then.
    :raises StoreError: from every method, if the file cannot be opened, read or written.
    """

    def __init__(
        self,
        path: Path,
        patience: Patience = USUAL,
        reading: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience = patience
        self._db = SqliteFile(path, "job file", _SCHEMA, timeout=10)
        self._clock = MachineClock(self._db, reading)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def submit(self, run_id: str, book: str, place: str, request: str) -> None:
        """Queue a job; the same run id twice is one job. Long finished ones are forgotten."""
        with self._now() as now:
            self._forget_before(now - self._patience.finished)
            self._db.execute(
                "INSERT OR IGNORE INTO jobs (run_id, book, place, request, state, submitted) "
                "VALUES (?, ?, ?, ?, 'queued', ?)",
                (run_id, book, place, request, time.time()),
            )
            self._db.execute("INSERT OR IGNORE INTO ages VALUES (?, ?, NULL, NULL)", (run_id, now))

    def forget_old(self) -> None:
        """Forget what ended longer ago than it is kept, and give its room back to the disk."""
        with self._now() as now:
            self._forget_before(now - self._patience.finished)
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def keep(self, job: Job, events: Sequence[str], blobs: Mapping[str, bytes]) -> None:
        """Record a job that was done elsewhere and has ended, whole or not at all."""
        with self._now() as now:
            self._db.execute(
                "INSERT OR REPLACE INTO jobs (run_id, book, place, request, state, submitted, "
                "finished, problem) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (job.run_id, job.book, job.place, job.request, job.state, job.submitted,
                 job.finished, job.problem),
            )  # fmt: skip
            self._db.execute(
                "INSERT OR REPLACE INTO ages VALUES (?, ?, NULL, ?)", (job.run_id, now, now)
            )
            self._db.execute_many(
                "INSERT INTO events (run_id, payload) VALUES (?, ?)",
                [(job.run_id, payload) for payload in events],
            )
            for name, data in blobs.items():
                self.put_blob(job.run_id, name, data)

    def _forget_before(self, limit: float) -> None:
        """Forget what has ended before; the age of what has none yet begins now."""
        self._db.execute(
            "INSERT OR IGNORE INTO ages SELECT run_id, ?1, NULL, ?1 FROM jobs "
            "WHERE state NOT IN ('queued', 'running')",
            (limit + self._patience.finished,),
        )
        for table in ("events", "blobs", "jobs", "ages"):
            self._db.execute(
                f"DELETE FROM {table} WHERE run_id IN (SELECT run_id FROM ages WHERE finished < ?)",
                (limit,),
            )

    def worker_beat(self) -> None:
        """Say that a worker is there."""
        with self._now() as now:
            self._db.execute("INSERT OR REPLACE INTO worker VALUES (1, ?)", (now,))

    def has_worker(self) -> bool:
        """Say whether a worker gave a sign of life lately."""
        with self._now() as now:
            beats = self._db.execute("SELECT heartbeat FROM worker")
        return any(self._is_fresh(beat, now) for (beat,) in beats)

    def is_never_taken(self, run_id: str) -> bool:
        """Say whether a job has waited too long for its first worker."""
        with self._now() as now:
            waits = self._db.execute(
                "SELECT 1 FROM jobs JOIN ages USING (run_id) "
                "WHERE run_id = ? AND state = 'queued' AND ages.submitted < ?",
                (run_id, now - self._patience.start),
            )
        return bool(waits)

    def take_job(self) -> Job | None:
        """Return the next queued or orphaned job, now running; an orphan keeps what it has stored.

        One whose worker has died `MOST_ATTEMPTS` times without a new event in between has failed.
        """
        while True:
            run_id = self._take()
            if run_id is None:
                return None
            job = self.job(run_id)
            if job and job.state == "running":  # else its record could not be read
                return job

    def _take(self) -> str | None:
        with self._now() as now:
            for (run_id,) in self._orphans(now, f"attempts >= {MOST_ATTEMPTS}"):
                self._end(run_id, "failed", now, killed_its_workers())
            next_one = "SELECT run_id FROM jobs WHERE state = 'queued' ORDER BY rowid LIMIT 1"
            for (run_id,) in self._orphans(now, "1") or self._db.execute(next_one):
                self._db.execute(
                    "UPDATE jobs SET state = 'running', heartbeat = ?, attempts = attempts + 1 "
                    "WHERE run_id = ?",
                    (time.time(), run_id),
                )
                self._set_beat(run_id, now)
                return str(run_id)
        return None

    def _orphans(self, now: float, where: str) -> list[tuple[str]]:
        """Return the jobs that run without a sign of life of their workers, the oldest first."""
        return self._db.execute(
            "SELECT jobs.run_id FROM jobs LEFT JOIN ages USING (run_id) "
            f"WHERE state = 'running' AND {where} "
            "AND (beat IS NULL OR beat NOT BETWEEN ? AND ?) ORDER BY jobs.rowid",
            (now - self._patience.silence, now),
        )

    def _set_beat(self, run_id: str, now: float) -> None:
        self._db.execute("INSERT OR IGNORE INTO ages VALUES (?, ?, NULL, NULL)", (run_id, now))
        self._db.execute("UPDATE ages SET beat = ? WHERE run_id = ?", (now, run_id))

    def beat(self, run_id: str) -> bool:
        """Give a sign of life; return whether the job was asked to stop."""
        with self._now() as now:
            self._set_beat(run_id, now)
            self._db.execute(
                "UPDATE jobs SET heartbeat = ? WHERE run_id = ?", (time.time(), run_id)
            )
            asked = self._db.execute("SELECT stop FROM jobs WHERE run_id = ?", (run_id,))
        return any(stop for (stop,) in asked)

    def set_progress(self, run_id: str, payload: str) -> None:
        """Record how far a job is; only the newest counts."""
        self._db.execute("UPDATE jobs SET progress = ? WHERE run_id = ?", (payload, run_id))

    def add_event(self, run_id: str, payload: str) -> None:
        """Append one event: the job gets on."""
        with self._db.transaction():
            self._db.execute(
                "INSERT INTO events (run_id, payload) VALUES (?, ?)", (run_id, payload)
            )
            self._db.execute("UPDATE jobs SET attempts = 0 WHERE run_id = ?", (run_id,))

    def put_blob(self, run_id: str, name: str, data: bytes) -> None:
        """Store a large result by name."""
        self._db.execute("INSERT OR REPLACE INTO blobs VALUES (?, ?, ?)", (run_id, name, data))

    def finish(self, run_id: str, state: State, error: BonsaiError | None = None) -> None:
        """Record how a job ended."""
        with self._now() as now:
            self._end(run_id, state, now, error)

    def _end(self, run_id: str, state: State, now: float, error: BonsaiError | None = None) -> None:
        problem = Problem.from_error(error).model_dump_json() if error else ""
        self._db.execute(
            "UPDATE jobs SET state = ?, problem = ?, finished = ? WHERE run_id = ?",
            (state, problem, time.time(), run_id),
        )
        self._db.execute("INSERT OR IGNORE INTO ages VALUES (?, ?, NULL, NULL)", (run_id, now))
        self._db.execute("UPDATE ages SET finished = ? WHERE run_id = ?", (now, run_id))

    def ask_to_stop(self, run_id: str) -> None:
        """Ask a job to stop; one that waits, or has lost its worker, ends at once."""
        with self._now() as now:
            self._db.execute("UPDATE jobs SET stop = 1 WHERE run_id = ?", (run_id,))
            waiting = self._db.execute("SELECT run_id FROM jobs WHERE state = 'queued'")
            if (run_id,) in [*waiting, *self._orphans(now, "1")]:
                self._end(run_id, "cancelled", now)

    def job(self, run_id: str) -> Job | None:
        """Return a job; one whose record cannot be read has failed."""
        found = self._db.execute(f"{_SELECT} WHERE run_id = ?", (run_id,))
        return self._job(found[0]) if found else None

    def jobs(self) -> list[Job]:
        """Return the jobs that are kept, the newest first."""
        return [self._job(row) for row in self._db.execute(f"{_SELECT} ORDER BY rowid DESC")]

    def _job(self, row: Sequence[object]) -> Job:
        fields = dict(zip(_FIELDS, row, strict=True))
        try:
            return job_of_record(fields)
        except ValueError as error:
            return self._ended_unreadable(fields, error)

    def _ended_unreadable(self, fields: Mapping[str, object], reason: ValueError) -> Job:
        """End a job whose record cannot be read, so that it stands in nobody's way."""
        error = ProtocolError(
            "The record of the job cannot be read.",
            f"It is damaged, or another version of BONSAI wrote it: {reason}.",
            "Run it again.",
        )
        _log.warning("The job %s was ended. %s", fields["run_id"], error)
        sound = {"state": "failed", "submitted": time.time(), "finished": time.time()}
        self._db.execute(
            "UPDATE jobs SET submitted = ?, heartbeat = NULL, progress = '' WHERE run_id = ?",
            (time.time(), fields["run_id"]),
        )
        self.finish(str(fields["run_id"]), "failed", error)
        problem = Problem.from_error(error).model_dump_json()
        return job_of_record({**fields, **sound, "heartbeat": None, "problem": problem})

    def events(self, run_id: str) -> list[str]:
        """Return a run's events in order."""
        rows = self._db.execute(
            "SELECT payload FROM events WHERE run_id = ? ORDER BY number", (run_id,)
        )
        return [payload for (payload,) in rows]

    def blobs(self, run_id: str) -> dict[str, bytes]:
        """Return the large results of a run by name."""
        rows = self._db.execute("SELECT name, data FROM blobs WHERE run_id = ?", (run_id,))
        return {name: data for name, data in rows if isinstance(data, bytes)}

    def _is_fresh(self, beat: object, now: float) -> bool:
        return isinstance(beat, float) and 0 <= now - beat < self._patience.silence

    @contextmanager
    def _now(self) -> Iterator[float]:
        """Give the time by the clock of this machine; what happens within is one transaction."""
        with self._db.transaction():
            yield self._clock.now()


_FIELDS = (
    "run_id", "book", "place", "request", "state", "submitted", "heartbeat", "finished", "problem",
    "progress",
)  # fmt: skip
_SELECT = f"SELECT {', '.join(_FIELDS)} FROM jobs"
