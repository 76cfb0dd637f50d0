"""Patience: the seconds that each part of the queue waits, in one place."""

from __future__ import annotations

from dataclasses import dataclass, replace

_DAY = 86_400.0


@dataclass(frozen=True)
class Patience:
    """Waiting times in seconds. Tests shorten them, so that a minute becomes two seconds."""

    # A worker process
    beat: float = 1.0  # between two signs of life
    silence: int = 15  # without a sign of life, after which another worker takes the job
    idle: float = 600.0  # without a job, until the worker of one machine ends
    start: float = 60.0  # until a job that no worker has ever taken counts as failed

    # Workers of a server among themselves
    colleagues: int = 4  # between two looks for jobs of dead workers
    stranded: float = 10.0  # until a job between queue and worker is put back
    clean_up: int = 30  # that a dead worker can keep the others from cleaning up

    # A server that is away or full
    server: int = 180  # until a worker ends, to be started again, and a result is given up
    away: float = 3600.0  # until whoever follows a run gives up

    # Whoever follows a run, and formulas
    look: float = 0.5  # between two looks at the wish to stop
    obey: float = 10.0  # that a worker has to stop
    formula: float = 5.0  # that formulas wait for a request, from its start
    failure: float = 10.0  # until something that was not there is looked for again

    finished: float = 30 * _DAY  # that a finished job of one machine is kept


#: What people get.
USUAL = Patience()


def keeping(patience: Patience, days: int) -> Patience:
    """Return a patience that keeps finished jobs for so many days; for 0, as long as before."""
    return replace(patience, finished=days * _DAY) if days else patience
