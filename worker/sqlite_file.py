"""SQLite files of ours: one way to open them, one way to say why they cannot be used."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from worker.errors import DamagedFileError, StoreError
from worker.file_faults import advice_for, reason_of, tells_of_damage
from worker.private_files import make_private_file

T = TypeVar("T")

Values = Sequence[object]

_AT_ONCE = 500  # SQLite takes a limited number of values in one statement

_log = logging.getLogger(__name__)


class SqliteFile:
    """A file that several processes may use, made with its tables if need be, for its owner alone.

    One that turns out to be damaged, now or later, is set aside under the name `….damaged`, and
    the next call makes a new one.

    :param name: what messages call it, as in 'job file'.
    :param schema: statements that do no harm where the tables are there.
    :param options: as `sqlite3.connect` takes them.
    :raises DamagedFileError: from every method, if the file is damaged.
    :raises StoreError: from every method, if it cannot be opened, read or written.
    """

    def __init__(self, path: Path, name: str, schema: str, **options: Any) -> None:  # noqa: ANN401
        self._path = path
        self._name = name
        self._schema = schema
        self._options = options
        self._identity: tuple[int, int] | None = None
        self._db: sqlite3.Connection | None = None
        with self._database():
            pass

    def close(self) -> None:
        """Let go of the file; the next call opens it again."""
        if self._db is not None:
            self._db.close()
        self._db = None

    def execute(self, statement: str, values: Values = ()) -> list[Any]:
        """Carry out a statement, and return its rows."""
        with self._database() as database:
            return database.execute(statement, values).fetchall()

    def select_in(self, statement: str, keys: Sequence[object]) -> list[Any]:
        """Return the rows whose key is one of any number.

        :param statement: up to where ` IN (…)` follows.
        """
        rows: list[Any] = []
        for first in range(0, len(keys), _AT_ONCE):
            part = keys[first : first + _AT_ONCE]
            marks = ",".join("?" * len(part))
            rows += self.execute(f"{statement} IN ({marks})", part)
        return rows

    def execute_many(self, statement: str, rows: Iterable[Values]) -> None:
        """Carry out a statement once for each row of values."""
        with self._database() as database:
            database.executemany(statement, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what happens within whole, or not at all; others may not write meanwhile."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            if self._db is not None and self._db.in_transaction:  # SQLite may have undone it
                with suppress(StoreError):
                    self.execute("ROLLBACK")
            raise

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection, and turn its errors and the system's into ours."""
        try:
            self._db = self._db or self._open()
            yield self._db
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # our own mistakes
        except (sqlite3.DatabaseError, OSError) as error:
            if tells_of_damage(error):
                damaged = self._set_aside(error)
                _log.error("%s", damaged)
                raise damaged from error
            raise self._unusable(error) from error

    def _open(self) -> sqlite3.Connection:
        make_private_file(self._path)  # SQLite gives its other files the same mode
        self._identity = _identity(self._path)
        database: sqlite3.Connection
        database = sqlite3.connect(self._path, isolation_level=None, **self._options)
        database.text_factory = _readable  # else one bad byte would hide all rows
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.executescript(self._schema)
        except BaseException:
            database.close()
            raise
        return database

    def _unusable(self, error: Exception) -> StoreError:
        return StoreError(
            f"The {self._name} {self._path} cannot be used.",
            reason_of(error),
            advice_for(error, "Look at the file and its folder, or move the file away."),
        )

    def _set_aside(self, error: Exception) -> DamagedFileError:
        """Move the file away, unless another process has done so and begun a new one."""
        self.close()
        what = f"The {self._name} {self._path} is damaged."
        aside = self._path.with_name(f"{self._path.name}.damaged")
        try:
            if _identity(self._path) == self._identity:
                _move(self._path, aside)
        except OSError:  # Windows moves no file that another process has open
            advice = "Close Excel and all that runs of BONSAI, and move the file away."
            return DamagedFileError(what, reason_of(error), advice)
        advice = (
            f"It was set aside as {aside.name}, and a new one is begun: run again what it held."
        )
        return DamagedFileError(what, reason_of(error), advice)


def _readable(text: bytes) -> str:
    return text.decode(errors="replace")


def anew_if_damaged(work: Callable[[], T]) -> T:
    """Return what work on a file returns that can be made again: if it was damaged, on a new one.

    :raises StoreError: if that does not help.
    """
    try:
        return work()
    except DamagedFileError:
        return work()


@contextmanager
def exclusive(path: Path, *, wait_seconds: float) -> Iterator[bool]:
    """Let one caller of all processes in; the others wait that long, then get false and leave.

    :raises StoreError: if the file by which they agree cannot be used.
    """
    try:
        lock = _lock(path, wait_seconds)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            f"The file {path} cannot be used.", reason_of(error), advice_for(error, "Delete it.")
        ) from error
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.close()


def _lock(path: Path, wait_seconds: float) -> sqlite3.Connection | None:
    """Return the connection that keeps others out, or nothing if another does."""
    make_private_file(path)
    lock = sqlite3.connect(path, timeout=wait_seconds, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.DatabaseError as error:
        lock.close()
        if "locked" in str(error):
            return None
        if not tells_of_damage(error):
            raise
        path.unlink()  # there is nothing in it
        return _lock(path, wait_seconds)
    return lock


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one of its name."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _move(path: Path, aside: Path) -> None:
    """Move a file, with what SQLite has not yet written into it."""
    os.replace(path, aside)
    log, shared = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    with suppress(FileNotFoundError):
        os.replace(log, aside.with_name(f"{aside.name}-wal"))
    shared.unlink(missing_ok=True)
