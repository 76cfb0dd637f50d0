"""Background processes give way; the session of a person stays as it is."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from worker import priority
from worker.priority import give_way

NEEDS_UNIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has classes, no numbers")
#: The share of the processors that the session has; empty in the one that the system began itself.
SESSION = Path("/proc/self/autogroup")
NEEDS_SESSIONS = pytest.mark.skipif(
    not SESSION.exists(), reason="this system does not share by sessions"
)
TELL = (
    "import os; from pathlib import Path; from worker.priority import give_way; {before}; "
    "give_way(); give_way(); group = Path('/proc/self/autogroup'); "
    "print(os.nice(0), *(group.read_text().split()[-1:] if group.exists() else ()))"
)


def told(before: str = "pass", *, own_session: bool = False) -> list[str]:
    """Niceness of a process that gives way, and of its session if it has one."""
    command = [sys.executable, "-c", TELL.format(before=before)]
    finished = subprocess.run(
        command, capture_output=True, check=True, text=True, start_new_session=own_session
    )
    return finished.stdout.split()


@NEEDS_UNIX
def test_a_process_gives_way_once():
    assert told()[0] == "10"


@NEEDS_UNIX
def test_one_that_gave_way_more_stays_so():
    assert told("os.nice(15)")[0] == "15"


@NEEDS_SESSIONS
def test_a_session_of_its_own_gives_way_too_and_that_of_others_does_not():
    assert told(own_session=True) == ["10", "10"]
    assert told()[1:] == SESSION.read_text().split()[-1:]


CHILD = (
    "import sys; from worker.child_process import start_child; {before}; "
    "tell = \"print(open('/proc/self/autogroup').read().split()[-1])\"; "
    "print(start_child([sys.executable, '-c', tell]).communicate()[0].decode())"
)


@NEEDS_SESSIONS
@pytest.mark.parametrize(
    ("before", "nice"), [("pass", "0"), ("from worker.priority import give_way; give_way()", "10")]
)
def test_a_child_in_a_session_of_its_own_gives_way_as_its_parent_does(before: str, nice: str):
    command = [sys.executable, "-c", CHILD.format(before=before)]
    finished = subprocess.run(command, capture_output=True, check=True, text=True)
    assert finished.stdout.split() == [nice]


def test_on_windows_it_is_a_class_below_the_usual_one(monkeypatch: pytest.MonkeyPatch):
    asked: list[int | None] = []
    monkeypatch.setattr(priority.sys, "platform", "win32")
    monkeypatch.setattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", 0x4000, raising=False)
    monkeypatch.setattr(psutil.Process, "nice", lambda _, value=None: asked.append(value))
    give_way()
    assert asked == [0x4000]
