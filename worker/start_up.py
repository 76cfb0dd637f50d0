"""The start of a process, while its modules are loaded."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_STOPPED = 130  # what a shell says of a program that Ctrl-C has ended


@contextmanager
def ctrl_c_ends_at_once() -> Iterator[None]:
    """Let Ctrl-C end the process without a word: nothing was begun that could be lost.

    Half-way through an import KeyboardInterrupt would show a trace of calls, or be swallowed by a
    library. Where Ctrl-C is ignored, or told to somebody else, it stays so.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)
    try:
        yield
    finally:
        if before is signal.default_int_handler:
            signal.signal(signal.SIGINT, before)


def _end(_signal: int, _frame: FrameType | None) -> None:
    os._exit(_STOPPED)
