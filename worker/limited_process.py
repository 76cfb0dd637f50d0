"""A process that does one thing at a time for us, each within limits of memory and time.

The limits are kept from outside, by whoever waits for the result. Inside, a library in C may hold
the interpreter, so that no thread looks and no signal is heard. Systems have limits of their own,
but of another kind each: Linux counts addresses that nobody uses, or kills by crashing the library
in the middle of its work; macOS takes a limit and keeps none. A look at what the process holds is
the same everywhere, and the reason of its end is known for certain.

Run as `python -m worker.limited_process` by `LimitedProcess`, and by nobody else.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import IO, Any, TypeVar

import psutil

from worker.child_process import start_child

T = TypeVar("T")

_LOOK = 0.05  # seconds between two looks: a process takes some 50 MB meanwhile
_DYING = 2.0  # seconds for an ended process to be gone; one that waits for a dead disk never is


@dataclass(frozen=True)
class Limits:
    """What one call may take."""

    memory: int  # bytes
    seconds: float


class MemoryLimitError(Exception):
    """A call took more memory than it may; its process is gone."""


class TimeLimitError(Exception):
    """A call took longer than it may; its process is gone."""


class ProcessLostError(Exception):
    """A process has ended in the middle of a call, or was closed."""


class LimitedProcess:
    """Calls functions in a process of its own, which starts when it is needed, and again.

    It may be closed from any thread: that ends a call under way.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()  # over starting and ending
        self._running: _Running | None = None
        self._is_closed = False

    def call(self, limits: Limits, work: Callable[[], T]) -> T:
        """Return what `work` returns, or raise what it raises.

        :param work: a function that stands at the top of a module, or a `partial` of one; it and
            its values are pickled.
        :raises MemoryLimitError: if it takes too much memory.
        :raises TimeLimitError: if it takes too long.
        :raises ProcessLostError: if the process ends, or is closed.
        """
        running = self._started()
        try:
            running.send(work)
            value, error = _awaited(running, limits)
        except (MemoryLimitError, TimeLimitError, ProcessLostError):
            self.end()
            raise
        if error is not None:
            raise error
        result: T = value
        return result

    def end(self) -> None:
        """End the process, and free its memory; the next call starts another one."""
        with self._guard:
            running, self._running = self._running, None
            if running:
                running.end()

    def close(self) -> None:
        """End the process for good."""
        self._is_closed = True
        self.end()

    def _started(self) -> _Running:
        with self._guard:
            if self._is_closed:
                raise ProcessLostError("It was closed.")
            if self._running and self._running.has_ended:
                self._running.end()
                self._running = None
            self._running = self._running or _Running()
            return self._running


#: What a call returned, or the error that it raised.
_Outcome = tuple[Any, BaseException | None]


@dataclass(frozen=True)
class _Running:
    """A process that has started, and a thread that takes what it says."""

    process: subprocess.Popen[bytes] = field(
        default_factory=lambda: start_child(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, errors=subprocess.DEVNULL
        )
    )
    outcomes: SimpleQueue[_Outcome | None] = field(default_factory=SimpleQueue)  # None: it ended

    def __post_init__(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None or not self.outcomes.empty()

    def send(self, message: object) -> None:
        assert self.process.stdin
        try:
            pickle.dump(message, self.process.stdin)
            self.process.stdin.flush()
        except OSError as error:
            raise ProcessLostError("It takes nothing more.") from error

    def end(self) -> None:
        self.process.kill()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_DYING)
        assert self.process.stdin
        with suppress(OSError):  # what was not sent yet
            self.process.stdin.close()

    def _listen(self) -> None:
        assert self.process.stdout
        with self.process.stdout as messages, suppress(Exception):  # its end, or half a message
            while True:
                self.outcomes.put(pickle.load(messages))
        self.outcomes.put(None)


def _awaited(running: _Running, limits: Limits) -> _Outcome:
    """Wait for the outcome of a call, looking at what the process takes meanwhile."""
    ends = time.monotonic() + limits.seconds
    while True:
        try:
            outcome = running.outcomes.get(timeout=_LOOK)
        except Empty:
            if memory_of(running.process.pid) > limits.memory:
                raise MemoryLimitError from None
            if time.monotonic() > ends:
                raise TimeLimitError from None
            continue
        if outcome is None:
            raise ProcessLostError("It has ended.")
        return outcome


def memory_of(pid: int) -> int:
    """Return the bytes of memory that a process holds; none if it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def main() -> None:
    """Do what comes in, one after the other, until nobody is left to ask."""
    calls, outcomes = sys.stdin.buffer, _wire()
    with suppress(EOFError):
        while True:
            pickle.dump(_outcome(pickle.load(calls)), outcomes)
            outcomes.flush()


def _outcome(work: Callable[[], Any]) -> _Outcome:
    try:
        return work(), None
    except Exception as error:
        return None, error


def _wire() -> IO[bytes]:
    """Keep the output for outcomes; what a library prints goes nowhere."""
    wire = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return wire


if __name__ == "__main__":
    main()
