"""Ctrl-C while a command starts or clears away: it ends at once, without a trace of calls."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.xl_addin.conftest import Run
from worker.queueing.broker.embedded_server import find_running, server_folder
from worker.settings import load_settings

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows sends no signal to one process alone"
)

PATIENCE = 300  # seconds, after which a command counts as hanging

#: Sends the signal as soon as a module is looked for.
HOOK = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["INTERRUPTED_AT"]:
            sys.meta_path.remove(self)
            os.kill(getattr(os, os.environ["INTERRUPTED"])(), signal.SIGINT)

if os.environ.get("INTERRUPTED_AT"):
    sys.meta_path.insert(0, Finder())
"""


def interrupted(
    folder: Path, module: str, *command: str, whom: str = "getpid"
) -> subprocess.CompletedProcess[str]:
    """Run a command, and press Ctrl-C when it begins to import a module.

    :param whom: getpid for the process that does; getppid for the one that has started it.
    """
    (folder / "sitecustomize.py").write_text(HOOK)
    return subprocess.run(
        [sys.executable, "-m", "xl_addin.cli", *command],
        capture_output=True,
        text=True,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder), str(REPOSITORY)]),
            "INTERRUPTED_AT": module,
            "INTERRUPTED": whom,
        },
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize(
    ("module", "command"),
    [
        ("xl_addin.commands.app", "models"),
        ("typer", "models"),
        ("platformdirs", "models"),
        ("rich.console", "models"),
        ("worker.models.weights", "models"),
        ("pydantic", "rank"),
        ("numpy", "rank"),
        ("lxml.etree", "rank"),
        ("xl_addin.jobs.answer", "rank"),
    ],
)
def test_ctrl_c_while_modules_are_loaded_ends_without_a_word(
    tmp_path: Path, module: str, command: str
):
    ended = interrupted(tmp_path, module, command)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_ctrl_c_while_a_command_loads_what_it_needs_ends_it(tmp_path: Path):
    ended = interrupted(tmp_path, "worker.queueing.local.local_jobs", "jobs")
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


@pytest.mark.parametrize(
    "module", ["worker.queueing.broker.embedded_server", "worker.queueing.broker.supervisor"]
)
def test_ctrl_c_while_up_starts_leaves_no_server_behind(
    processes: None, tmp_path: Path, module: str
):
    ended = interrupted(tmp_path, module, "up")
    assert (ended.returncode, ended.stderr) == (130, "")
    assert find_running(server_folder(load_settings())) is None


@pytest.mark.parametrize("module", ["rq", "rq.worker"])
def test_ctrl_c_while_the_workers_of_up_start_ends_all_without_a_traceback(
    processes: None, tmp_path: Path, module: str
):
    ended = interrupted(tmp_path, module, "up", whom="getppid")
    assert ended.returncode == 0
    assert "Traceback" not in ended.stdout + ended.stderr
    assert find_running(server_folder(load_settings())) is None


def test_where_ctrl_c_is_ignored_it_stays_ignored(tmp_path: Path):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ended = interrupted(tmp_path, "typer", "jobs")
    finally:
        signal.signal(signal.SIGINT, before)
    assert (ended.returncode, ended.stdout) == (0, "There are no jobs.\n")


def test_after_the_start_ctrl_c_is_what_it_was(bonsai: Run, monkeypatch: pytest.MonkeyPatch):
    before, during = signal.getsignal(signal.SIGINT), []
    monkeypatch.setattr(
        "xl_addin.commands.new_command.new_book",
        lambda *_: during.append(signal.getsignal(signal.SIGINT)),
    )
    bonsai("new", "x.xlsx")
    assert during == [before]


LATE = """
import atexit, os, signal, sys
from xl_addin.cli import main

atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))
sys.argv = ["bonsai", "jobs"]
main()
"""


def test_ctrl_c_while_a_command_clears_away_loses_nothing_and_shows_no_traceback():
    ended = subprocess.run(
        [sys.executable, "-c", LATE],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "There are no jobs.\n", "")
