"""Limits of memory and time, kept from outside, whatever happens within the process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from worker.child_process import is_alive
from worker.errors import DocumentError
from worker.limited_process import (
    LimitedProcess,
    Limits,
    MemoryLimitError,
    ProcessLostError,
    TimeLimitError,
    memory_of,
)

AMPLE = Limits(memory=1_000_000_000, seconds=120)
SHORT = Limits(memory=1_000_000_000, seconds=1)
NARROW = Limits(memory=150_000_000, seconds=120)


def grow_for_ever() -> None:
    """Stands for a file that inflates."""
    held = []
    while True:
        held.append(bytes(1_000_000))


def grow_at_once(size: int) -> int:
    """Stands for a library in C that takes all of it in one call."""
    held = bytearray(size)
    time.sleep(120)
    return len(held)


def search_for_ever() -> None:
    """Stands for a pattern that holds the interpreter: no thread of its process runs any more."""
    re.match(r"(a+)+$", "a" * 64 + "b")


def sleep_for_ever() -> None:
    threading.Event().wait()


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def refuse() -> None:
    raise DocumentError("The file is bad.", "It is.", "Leave it.")


def chatter() -> str:
    """Stands for a library that prints below Python."""
    os.write(1, b"\x80\x04noise")
    os.write(2, b"warning\n" * 20_000)
    return "result"


@pytest.fixture
def process() -> Iterator[LimitedProcess]:
    process = LimitedProcess()
    yield process
    process.close()


def test_results_and_errors_come_back_as_they_are(process: LimitedProcess):
    assert process.call(AMPLE, partial(sorted, [2, 1])) == [1, 2]
    with pytest.raises(DocumentError) as caught:
        process.call(AMPLE, refuse)
    assert caught.value.next_step == "Leave it."


def test_one_process_does_one_thing_after_the_other(process: LimitedProcess):
    assert len({process.call(AMPLE, os.getpid) for _ in range(5)} | {os.getpid()}) == 2


@pytest.mark.parametrize("work", [grow_for_ever, partial(grow_at_once, 300_000_000)])
def test_what_takes_too_much_memory_is_ended_and_the_next_thing_is_done(
    process: LimitedProcess, work
):
    with pytest.raises(MemoryLimitError):
        process.call(NARROW, work)
    assert process.call(NARROW, partial(len, "abc")) == 3


@pytest.mark.parametrize("work", [search_for_ever, sleep_for_ever])
def test_what_takes_too_long_is_ended_and_the_next_thing_is_done(process: LimitedProcess, work):
    before = process.call(AMPLE, os.getpid)
    with pytest.raises(TimeLimitError):
        process.call(SHORT, work)
    assert not is_alive(before)
    assert process.call(AMPLE, partial(len, "abc")) == 3


def test_what_crashes_its_process_is_an_error_and_the_next_thing_is_done(process: LimitedProcess):
    with pytest.raises(ProcessLostError):
        process.call(AMPLE, crash)
    assert process.call(AMPLE, partial(len, "abc")) == 3


def test_an_allocation_that_no_machine_has_is_an_error_like_any_other(process: LimitedProcess):
    with pytest.raises(MemoryError):
        process.call(AMPLE, partial(bytes, 1 << 60))


def test_what_is_printed_does_not_disturb_the_result(process: LimitedProcess):
    assert process.call(AMPLE, chatter) == "result"


def test_closing_ends_a_call_under_way_and_all_later_ones(process: LimitedProcess):
    pid = process.call(AMPLE, os.getpid)
    ended: list[Exception] = []

    def call() -> None:
        try:
            process.call(AMPLE, search_for_ever)
        except ProcessLostError as error:
            ended.append(error)

    caller = threading.Thread(target=call)
    caller.start()
    process.close()
    caller.join()
    assert len(ended) == 1
    assert not is_alive(pid)
    with pytest.raises(ProcessLostError):
        process.call(AMPLE, os.getpid)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no way to wait without asking")
def test_a_process_that_was_killed_while_nobody_looked_is_started_again(process: LimitedProcess):
    pid = process.call(AMPLE, os.getpid)
    os.kill(pid, signal.SIGTERM)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert process.call(AMPLE, os.getpid) != pid


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone ends children with their parent")
def test_it_ends_with_whoever_started_it_even_in_the_middle_of_work():
    program = (
        "from functools import partial; from tests.worker.test_limited_process import *\n"
        "process = LimitedProcess(); print(process.call(AMPLE, os.getpid), flush=True)\n"
        "process.call(AMPLE, search_for_ever)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=REPOSITORY
    ) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.kill()
    while Path(f"/proc/{child}/fd").exists() and memory_of(child):
        time.sleep(0.01)
