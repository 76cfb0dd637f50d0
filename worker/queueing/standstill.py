"""What stands still: things that should change and do not, seen by this process's own clock.

Signs of life are never compared with a clock of another machine, nor with one that can be set: a
sign counts because it is another one than at the last look.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping


class Standstill:
    """Things looked at again and again, and since when each has been as it is.

    :param patience: seconds that a thing must have been the same.
    :param clock: seconds that only ever grow.
    """

    def __init__(self, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._clock = clock
        self._since: dict[Hashable, tuple[Hashable, float]] = {}

    def look(self, states: Mapping[bytes, Hashable]) -> list[bytes]:
        """Look once; return what has been the same for too long. What is gone is forgotten."""
        now = self._clock()
        self._since = {
            thing: (state, self._since_when(thing, state, now)) for thing, state in states.items()
        }
        return [thing for thing in states if now - self._since[thing][1] > self._patience]

    def _since_when(self, thing: bytes, state: Hashable, now: float) -> float:
        before, since = self._since.get(thing, (None, now))
        return since if before == state else now
