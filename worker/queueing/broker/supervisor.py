"""The supervisor of worker processes: one that ends, for whatever reason, is started again."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

from worker.child_process import kill_group, start_child
from worker.repeats import Repeats

_CANNOT_WORK = (2, 3)  # exit codes that say: something given, or something needed, is wrong
_MOST_COMPLAINTS = 5  # such ends in a row after which a child's words are no longer repeated
_KEPT_LINES = 10
_SIGKILL = 9


@dataclass(frozen=True)
class Pauses:
    """Waiting times of a supervisor, in seconds."""

    first: float = 1.0  # before a child is started again; twice as long each time
    longest: float = 30.0
    settled: float = 60.0  # of life, after which an end is no longer one of a row of ends
    last_wish: float = 60.0  # that a child has to end when asked
    look: float = 0.2  # between two looks


@dataclass(frozen=True)
class ChildSpec:
    """A process to keep running; `environment` comes on top of ours."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


class Supervisor:
    """Keeps children running until it is asked to end.

    :param on_report: gets one line at a time: what the children print, after their name, and
        when and why one ended; what comes again and again is counted. Called from the thread that
        called `run`.
    :param every_look: called several times a second; an error that it raises ends everything.
    """

    def __init__(
        self,
        children: Sequence[ChildSpec],
        on_report: Callable[[str], None],
        *,
        every_look: Callable[[], object] = lambda: None,
        pauses: Pauses = Pauses(),
    ) -> None:
        self._children = [_Child(spec, self._report, pauses) for spec in children]
        self._pauses = pauses
        self._on_report = on_report
        self._every_look = every_look
        self._asked_to_end = 0
        self._repeats = Repeats(plain=_MOST_COMPLAINTS)

    def run(self) -> None:
        """Work until SIGTERM, SIGINT or SIGHUP; then every child is asked to end, and ends.

        A child that is still there after a minute is killed, and so are all at a second Ctrl-C.
        Call it from the main thread, which alone may take signals. On Linux the children are
        killed if that thread dies.
        """
        with self._taking_signals():
            try:
                while not self._asked_to_end:
                    self._every_look()
                    for child in self._children:
                        child.look()
                    time.sleep(self._pauses.look)
            finally:
                self._end()

    def _end(self) -> None:
        deadline = time.monotonic() + self._pauses.last_wish
        for child in self._children:
            child.ask_to_end()
        while any(child.is_there() for child in self._children):
            if time.monotonic() > deadline or self._asked_to_end > 1:
                break
            time.sleep(self._pauses.look)
        for child in self._children:
            child.end()

    def _report(self, line: str) -> None:
        told = self._repeats.told(line)
        with suppress(OSError):  # a terminal that was closed must not leave workers behind
            if told:
                self._on_report(told)

    @contextmanager
    def _taking_signals(self) -> Iterator[None]:
        names = ("SIGTERM", "SIGINT", "SIGHUP")
        wanted = [getattr(signal, name) for name in names if hasattr(signal, name)]
        taken = [number for number in wanted if signal.getsignal(number) != signal.SIG_IGN]
        before = {number: signal.signal(number, self._ask_to_end) for number in taken}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask_to_end(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT or not self._asked_to_end:  # SIGTERM may come twice by chance
            self._asked_to_end += 1


class _Child:
    """One process after the other, for one purpose."""

    def __init__(self, spec: ChildSpec, report: Callable[[str], None], pauses: Pauses) -> None:
        self._spec = spec
        self._pauses = pauses
        self._report = report
        self._process: subprocess.Popen[bytes] | None = None
        self._output: _Output | None = None
        self._last_lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._started = self._start_at = time.monotonic()
        self._wait = pauses.first
        self._complaints = 0  # ends in a row because it cannot work

    def look(self) -> None:
        """Pass on what the process said; see whether it has ended, or is to start."""
        if self._process is None:
            if time.monotonic() >= self._start_at:
                self._start()
            return
        code = self._process.poll()
        if code is not None:
            self._process = None
        self._pass_on(whole=code is not None)
        if code is not None:
            self._plan_next(code in _CANNOT_WORK, _reason(code))
        elif self._has_settled():
            self._settle()

    def is_there(self) -> bool:
        """Say whether the process runs; pass on what it said."""
        self._pass_on()
        return self._process is not None and self._process.poll() is None

    def ask_to_end(self) -> None:
        """Send SIGTERM."""
        if self._process:
            self._process.terminate()

    def end(self) -> None:
        """Kill the process if it is still there, and all that it has started."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._report(f"worker {self._spec.name} did not end; it is killed")
        kill_group(self._process)
        self._pass_on(whole=True)

    def _start(self) -> None:
        self._started = time.monotonic()
        self._last_lines.clear()
        try:
            self._process = start_child(self._spec.command, environment=self._spec.environment)
        except OSError as error:
            self._plan_next(False, f"cannot be started: {error}")
        else:
            self._output = _Output(self._process)

    def _plan_next(self, cannot_work: bool, reason: str) -> None:
        if self._has_settled():
            self._settle()
        self._complaints = self._complaints + 1 if cannot_work else 0
        if self._complaints >= _MOST_COMPLAINTS:
            self._wait = self._pauses.longest
        if self._complaints == _MOST_COMPLAINTS:
            self._say_why_once(reason)
        elif not self._is_silent():
            again = f"starting again in {self._wait:g} s"
            self._report(f"worker {self._spec.name} ended: {reason}; {again}")
        self._start_at = time.monotonic() + self._wait
        self._wait = min(2 * self._wait, self._pauses.longest)

    def _say_why_once(self, reason: str) -> None:
        self._report(f"worker {self._spec.name} cannot work: {reason}. It said last:")
        for line in self._last_lines:
            self._report(f"  {line}")
        self._report(f"It is tried every {self._pauses.longest:g} s, and silent until it works.")

    def _has_settled(self) -> bool:
        return time.monotonic() - self._started > self._pauses.settled

    def _settle(self) -> None:
        if self._is_silent():
            self._report(f"worker {self._spec.name} works again")
        self._complaints, self._wait = 0, self._pauses.first

    def _is_silent(self) -> bool:
        return self._complaints >= _MOST_COMPLAINTS

    def _pass_on(self, *, whole: bool = False) -> None:
        for line in self._output.lines(whole=whole) if self._output else ():
            self._last_lines.append(line)
            if not self._is_silent():
                self._report(f"{self._spec.name}: {line}")


class _Output:
    """What a process prints, read by a thread so that the process never waits for a reader."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._lines: deque[str] = deque()
        self._reader = threading.Thread(target=self._read, args=(process.stdout,), daemon=True)
        self._reader.start()

    def lines(self, *, whole: bool) -> Iterator[str]:
        """Give the lines that came since the last time; all that are left if it has ended."""
        if whole:
            self._reader.join(1)  # no longer: a process that it left behind may hold the pipe
        while self._lines:
            yield self._lines.popleft()

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self._lines.append(line.decode(errors="replace").rstrip())


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    memory = " (out of memory?)" if -code == _SIGKILL else ""
    return f"killed by signal {-code}{memory}"
