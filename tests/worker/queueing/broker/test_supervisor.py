import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from worker.child_process import is_alive
from worker.queueing.broker.supervisor import ChildSpec, Pauses, Supervisor

pytestmark = pytest.mark.usefixtures("processes")

SLEEPER = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
PARENT = (
    "import subprocess, sys, time;"
    f'subprocess.Popen([sys.executable, "-c", {SLEEPER!r}]); {STUBBORN}'
)

# Tests that were started with nohup hand on that SIGHUP is ignored.
SUPERVISOR = """
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from worker.queueing.broker.supervisor import ChildSpec, Pauses, Supervisor
pauses = Pauses(first=0.1, last_wish=float(sys.argv[1]), look=0.02)
children = [ChildSpec(f"c{n}", [sys.executable, "-c", code]) for n, code in enumerate(sys.argv[2:])]
Supervisor(children, lambda line: print(line, flush=True), pauses=pauses).run()
"""


class Supervised:
    """A supervisor in a process of its own, as in use; what it reports can be waited for."""

    def __init__(self, *children: str, last_wish: float = 60) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(last_wish), *children],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pids: list[int] = []

    def wait_for(self, pattern: str) -> str:
        for line in self.process.stdout:
            if pid := re.search(r"pid (\d+)", line):
                self.pids.append(int(pid[1]))
            if re.search(pattern, line):
                return line
        raise AssertionError(f"it ended without saying {pattern}")

    def wait_for_pids(self, count: int) -> None:
        while len(self.pids) < count:
            self.wait_for("pid")


@pytest.fixture
def supervised() -> Iterator[type[Supervised]]:
    started = []

    def start(*children: str, **options: float) -> Supervised:
        started.append(Supervised(*children, **options))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()
        one.process.stdout.close()


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 60
    while any(runs(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def runs(pid: int) -> bool:
    """A process that has ended, but that nobody has asked about, does not run."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return is_alive(pid) and not state.stdout.startswith("Z")


def test_a_child_that_was_killed_comes_back(supervised):
    one = supervised(SLEEPER)
    one.wait_for_pids(1)
    os.kill(one.pids[0], signal.SIGKILL)
    assert one.wait_for("ended") == (
        "worker c0 ended: killed by signal 9 (out of memory?); starting again in 0.1 s\n"
    )
    one.wait_for_pids(2)
    assert is_alive(one.pids[1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_all_children_and_the_supervisor_with_code_0(supervised, number):
    one = supervised(SLEEPER, SLEEPER)
    one.wait_for_pids(2)
    one.process.send_signal(number)
    assert one.process.wait(60) == 0
    assert not any(is_alive(pid) for pid in one.pids)


def test_a_child_may_finish_what_it_does_before_it_ends(supervised):
    one = supervised(
        "import signal, sys, time\n"
        "def leave(*_):\n    time.sleep(0.3); print('handed back', flush=True); sys.exit()\n"
        f"signal.signal(signal.SIGTERM, leave)\n{SLEEPER}"
    )
    one.wait_for_pids(1)
    one.process.terminate()
    one.wait_for("c0: handed back")
    assert one.process.wait(60) == 0


def test_a_child_that_does_not_end_is_killed_with_all_that_it_started(supervised):
    one = supervised(PARENT, last_wish=0.5)
    one.wait_for_pids(2)
    one.process.terminate()
    one.wait_for("did not end; it is killed")
    assert one.process.wait(60) == 0
    wait_until_gone(one.pids)


def test_a_second_ctrl_c_waits_for_nobody(supervised):
    one = supervised(STUBBORN)
    one.wait_for_pids(1)
    one.process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    one.process.send_signal(signal.SIGINT)
    one.wait_for("did not end; it is killed")
    assert one.process.wait(60) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: it ends a child with its parent")
def test_no_child_outlives_a_supervisor_that_was_killed(supervised):
    one = supervised(SLEEPER, STUBBORN)
    one.wait_for_pids(2)
    one.process.kill()
    wait_until_gone(one.pids)


def test_children_run_on_after_the_terminal_was_closed_and_still_end(supervised):
    one = supervised("import time\nfor n in range(600): print(n, flush=True); time.sleep(0.1)")
    one.wait_for("3")
    one.process.stdout.close()  # every report fails from now on
    time.sleep(0.5)
    assert one.process.poll() is None
    one.process.terminate()
    assert one.process.wait(60) == 0


class HeardEnoughError(Exception):
    """Ends a supervisor in this process."""


def reports(code: str, until: str, *, first=0.1, longest=0.1, settled=60.0) -> list[str]:
    """Supervise one child with short waits until a report holds a text."""
    pauses = Pauses(first=first, longest=longest, settled=settled, look=0.02)
    heard: list[str] = []

    def look() -> None:
        if any(until in line for line in heard):
            raise HeardEnoughError

    spec = ChildSpec("cpu", [sys.executable, "-S", "-c", code], {"GREETING": "hello"})
    with pytest.raises(HeardEnoughError):
        Supervisor([spec], heard.append, every_look=look, pauses=pauses).run()
    return heard


def counting(folder: Path, code: str) -> str:
    """Code that knows how many times it was run: `count`, from 1 on."""
    return (
        "import time\n"
        f"lives = open({str(folder / 'lives')!r}, 'a+'); lives.write('x'); lives.flush()\n"
        f"lives.seek(0); count = len(lives.read())\n{code}"
    )


def test_the_wait_doubles_up_to_a_limit():
    heard = reports("", "in 0.4 s", first=0.1, longest=0.4)
    assert [line.rpartition(" in ")[2] for line in heard] == ["0.1 s", "0.2 s", "0.4 s"]


def test_the_wait_is_short_again_after_a_life_that_was_long_enough(tmp_path: Path):
    code = counting(tmp_path, "time.sleep(1 if count == 3 else 0); print('end', count)")
    heard = reports(code, "end 5", first=0.1, longest=9, settled=0.8)
    waits = [line.rpartition(" in ")[2] for line in heard if "ended" in line]
    assert waits[:4] == ["0.1 s", "0.2 s", "0.1 s", "0.2 s"]


def test_a_child_that_ends_unasked_is_started_again_and_the_reason_named():
    heard = reports("raise SystemExit(0)", "ended")
    assert heard == ["worker cpu ended: exit code 0; starting again in 0.1 s"]


def test_a_child_that_is_not_there_is_named_and_tried_again(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    heard = reports("", "starting again")
    assert "cannot be started" in heard[0]
    assert "/nowhere/python" in heard[0]


def test_what_a_child_prints_comes_after_its_name_and_before_its_end():
    code = "import os; os.write(2, os.environ['GREETING'].encode() + b'\\n'); os.write(1, b'\\xff')"
    heard = reports(code, "ended")
    assert heard[:2] == ["cpu: hello", "cpu: \N{REPLACEMENT CHARACTER}"]
    assert "ended" in heard[2]


def test_a_child_that_cannot_work_says_why_once_and_is_tried_on(tmp_path: Path):
    code = counting(
        tmp_path,
        "print('Wrong password.' if count < 9 else 'Ready.', flush=True)\n"
        "if count < 9: raise SystemExit(3)\n"
        "time.sleep(600)",
    )
    heard = reports(code, "works again", first=0.01, longest=0.01, settled=1)
    assert sum("ended" in line for line in heard) == 4
    assert heard[-4:] == [
        "worker cpu cannot work: exit code 3. It said last:",
        "  Wrong password.",
        "It is tried every 0.01 s, and silent until it works.",
        "worker cpu works again",
    ]
    assert sum("Wrong password." in line for line in heard) == 6
