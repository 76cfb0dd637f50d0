"""The memory of a process that lives long."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_M_ARENA_MAX, _ARENAS = -8, 2  # mallopt(3)


def share_heaps() -> None:
    """Let all threads of this process take their memory from few heaps.

    The C library of Linux would give each thread its own, and what is freed in one is of no use to
    the others. An index that others change is opened again and again, by new threads of Chroma: of
    800 changes a process grew from 140 MB to 350, and with few heaps to 220. To be called before
    there are threads.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library, which has no such setting
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
