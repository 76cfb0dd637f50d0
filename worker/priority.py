"""Processes that compute in the background give way to whoever works at the machine."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

#: Of 19. A processor that somebody else wants too is left to him for nine tenths of the time.
_NICE = 10

_SESSION = "/proc/self/autogroup"


def give_way() -> None:
    """Let this process, and those that it starts, compute while others do not.

    To be called before there are threads: on Linux each of them has a priority of its own.
    """
    import psutil

    process = psutil.Process()
    with suppress(psutil.Error):  # forbidden: it works on as it is
        if sys.platform == "win32":
            process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            process.nice(max(process.nice(), _NICE))
    session_gives_way()


def session_gives_way() -> None:
    """Let the session that this process leads have the priority of the process.

    Linux shares processors between sessions first, and heeds the priorities within each alone.
    """
    if sys.platform == "linux" and os.getsid(0) == os.getpid() and (nice := os.nice(0)) > 0:
        with suppress(OSError):  # a system that does not share in this way
            session = os.open(_SESSION, os.O_WRONLY)  # as little as can be: right after a fork
            os.write(session, str(nice).encode())
            os.close(session)
