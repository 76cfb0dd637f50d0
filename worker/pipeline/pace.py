"""The pace of a run: how long its rest will take, by what its first rows took."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

_MINUTE = 60


@dataclass
class Pace:
    """Counts what is finished of a run: answers, or whatever else a model writes.

    :param done: those that were there before.
    :param of: all of them.
    :param streams: those that are written at the same time: the first so many are the probe.
    :param what: what they are called.
    :param least: seconds; of a rest that takes less, nothing is said.
    """

    done: int
    of: int
    streams: int
    what: str = "answers"
    least: float = 0.0
    _started: float = field(default_factory=perf_counter)
    _written: int = 0

    def step(self, *, written: bool) -> str:
        """Count one; return how long the rest will take, once, after the probe.

        :param written: whether a model wrote it; an abstention takes no time and proves nothing.
        """
        self.done += 1
        self._written += written
        left = self.of - self.done
        if not written or self._written != self.streams or not left:
            return ""
        seconds = (perf_counter() - self._started) / self._written * left
        return spoken(left, self.what, seconds) if seconds >= self.least else ""


def spoken(left: int, what: str, seconds: float) -> str:
    """Return how long the rest takes, as people say it."""
    if seconds < 2 * _MINUTE:
        return f"{left} more {what}, about {max(1, round(seconds))} s"
    return f"{left} more {what}, about {round(seconds / _MINUTE)} min"
