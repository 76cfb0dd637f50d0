"""Jobs of this machine in one SQLite file: what was asked for, how far it is, what came out.

Whoever submits, works and collects may be different processes, and any of them may die: every
step is one transaction.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from worker.contract import Problem
from worker.queueing.job import MOST_ATTEMPTS, Job, State, killed_its_workers
from worker.queueing.patience import USUAL, Patience
from worker.sqlite_file import SqliteFile

_SCHEMA = """
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
"""


class JobTable:
    """The job file of a home folder. Safe to use from several processes, not from two threads.

    :raises DamagedFileError: from every method, if the file is damaged; a new one is begun then.
    :raises StoreError: from every method, if the file cannot be opened, read or written.
    """

    def __init__(self, path: Path, patience: Patience = USUAL) -> None:
        self._patience = patience
        self._db = SqliteFile(path, "job file", _SCHEMA, timeout=10)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def submit(self, run_id: str, book: str, place: str, request: str) -> None:
        """Queue a job; the same run id twice is one job. Long finished ones are forgotten."""
        self._forget_before(time.time() - self._patience.finished)
        self._db.execute(
            "INSERT OR IGNORE INTO jobs (run_id, book, place, request, state, submitted) "
            "VALUES (?, ?, ?, ?, 'queued', ?)",
            (run_id, book, place, request, time.time()),
        )

    def keep(self, job: Job, events: Sequence[str], blobs: Mapping[str, bytes]) -> None:
        """Record a job that was done elsewhere and has ended, whole or not at all."""
        with self._db.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO jobs (run_id, book, place, request, state, submitted, "
                "finished, problem) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (job.run_id, job.book, job.place, job.request, job.state, job.submitted,
                 job.finished, job.problem),
            )  # fmt: skip
            self._db.execute_many(
                "INSERT INTO events (run_id, payload) VALUES (?, ?)",
                [(job.run_id, payload) for payload in events],
            )
            for name, data in blobs.items():
                self.put_blob(job.run_id, name, data)

    def _forget_before(self, limit: float) -> None:
        with self._db.transaction():
            for table in ("events", "blobs", "jobs"):
                self._db.execute(
                    f"DELETE FROM {table} WHERE run_id IN "
                    "(SELECT run_id FROM jobs WHERE finished < ?)",
                    (limit,),
                )

    def worker_beat(self) -> None:
        """Say that a worker is there."""
        self._db.execute("INSERT OR REPLACE INTO worker VALUES (1, ?)", (time.time(),))

    def has_worker(self) -> bool:
        """Say whether a worker gave a sign of life lately."""
        beats = self._db.execute("SELECT heartbeat FROM worker")
        return any(time.time() - beat < self._patience.silence for (beat,) in beats)

    def take_job(self) -> Job | None:
        """Return the next queued or orphaned job, now running; an orphan keeps what it has stored.

        One whose worker has died `MOST_ATTEMPTS` times without a new event in between has failed.
        """
        problem = Problem.from_error(killed_its_workers())
        with self._db.transaction():
            orphaned = self._last_beat_of_orphans()
            self._db.execute(
                "UPDATE jobs SET state = 'failed', problem = ?, finished = ? "
                "WHERE state = 'running' AND heartbeat < ? AND attempts >= ?",
                (problem.model_dump_json(), time.time(), orphaned, MOST_ATTEMPTS),
            )
            found = self._db.execute(
                "SELECT run_id FROM jobs WHERE state = 'queued' "
                "OR (state = 'running' AND heartbeat < ?) ORDER BY submitted LIMIT 1",
                (orphaned,),
            )
            if not found:
                return None
            ((run_id,),) = found
            self._db.execute(
                "UPDATE jobs SET state = 'running', heartbeat = ?, attempts = attempts + 1 "
                "WHERE run_id = ?",
                (time.time(), run_id),
            )
        return self.job(run_id)

    def beat(self, run_id: str) -> bool:
        """Give a sign of life; return whether the job was asked to stop."""
        self._db.execute("UPDATE jobs SET heartbeat = ? WHERE run_id = ?", (time.time(), run_id))
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

    def finish(self, run_id: str, state: State, problem: str = "") -> None:
        """Record how a job ended."""
        self._db.execute(
            "UPDATE jobs SET state = ?, problem = ?, finished = ? WHERE run_id = ?",
            (state, problem, time.time(), run_id),
        )

    def ask_to_stop(self, run_id: str) -> None:
        """Ask a job to stop; one that waits, or has lost its worker, ends at once."""
        with self._db.transaction():
            self._db.execute("UPDATE jobs SET stop = 1 WHERE run_id = ?", (run_id,))
            self._db.execute(
                "UPDATE jobs SET state = 'cancelled', finished = ? "
                "WHERE run_id = ? AND (state = 'queued' OR (state = 'running' AND heartbeat < ?))",
                (time.time(), run_id, self._last_beat_of_orphans()),
            )

    def job(self, run_id: str) -> Job | None:
        """Return a job."""
        found = self._db.execute(f"{_SELECT} WHERE run_id = ?", (run_id,))
        return Job(*found[0]) if found else None

    def jobs(self) -> list[Job]:
        """Return the jobs that are kept, the newest first."""
        rows = self._db.execute(f"{_SELECT} ORDER BY submitted DESC")
        return [Job(*row) for row in rows]

    def events(self, run_id: str) -> list[str]:
        """Return a run's events in order."""
        rows = self._db.execute(
            "SELECT payload FROM events WHERE run_id = ? ORDER BY number", (run_id,)
        )
        return [payload for (payload,) in rows]

    def blobs(self, run_id: str) -> dict[str, bytes]:
        """Return the large results of a run by name."""
        rows = self._db.execute("SELECT name, data FROM blobs WHERE run_id = ?", (run_id,))
        return dict(rows)

    def _last_beat_of_orphans(self) -> float:
        return time.time() - self._patience.silence


_SELECT = (
    "SELECT run_id, book, place, request, state, submitted, heartbeat, finished, problem, progress "
    "FROM jobs"
)
