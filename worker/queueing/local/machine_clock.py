"""How long this machine has run, as the processes that share a file have seen it.

The clock on the wall can be set, and then says nothing about age or life. The system's own count
of seconds cannot, but begins anew with the machine; what it had come to before is kept in the
file. Time in which the machine was off does not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from worker.sqlite_file import SqliteFile

CLOCK_SCHEMA = """
CREATE TABLE IF NOT EXISTS clock (
    id INTEGER PRIMARY KEY CHECK (id = 1), passed REAL NOT NULL, reading REAL NOT NULL);
"""

#: Seconds that two processors may differ; a larger step back is a machine that was started anew.
_SAME = 60.0


class MachineClock:
    """The clock of one file.

    :param reading: seconds that grow for all processes alike until the machine is started anew.
    """

    def __init__(self, db: SqliteFile, reading: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._reading = reading

    def now(self) -> float:
        """Return the seconds so far; they never become less. To be called in a transaction."""
        reading = self._reading()
        passed, last = self._last(reading)
        passed += max(0.0, reading - last) if reading > last - _SAME else reading
        self._db.execute("INSERT OR REPLACE INTO clock VALUES (1, ?, ?)", (passed, reading))
        return passed

    def _last(self, reading: float) -> tuple[float, float]:
        """Return what the file says; a new one, or one that somebody has spoilt, begins now."""
        for passed, last in self._db.execute("SELECT passed, reading FROM clock"):
            if isinstance(passed, float) and isinstance(last, float) and 0 <= passed < 1e12:
                return passed, last
        return 0.0, reading
