"""The start and the end of a process, when Ctrl-C finds nothing to stop."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_STOPPED = 130  # what a shell says of a program that Ctrl-C has ended


@contextmanager
def ctrl_c_ends_at_once() -> Iterator[None]:
    """Let Ctrl-C end the process without a word while its modules are loaded.

    Half-way through an import KeyboardInterrupt would show a trace of calls, or be swallowed by a
    library. Where Ctrl-C is ignored, or told to somebody else, it stays so.
    """
    before = signal.getsignal(signal.SIGINT)
    let_ctrl_c_end()
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def let_ctrl_c_end() -> None:
    """Let Ctrl-C end the process from now on: all that is left of it is clearing away."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def _end(_signal: int, _frame: FrameType | None) -> None:
    with suppress(Exception):  # whatever the matter is, nobody is there to be told
        sys.stdout.flush()
    os._exit(_STOPPED)
