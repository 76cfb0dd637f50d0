"""A worker is started outside Excel's processes on Windows.

The stand-in for WMI is NOT Windows: it has the calls that are made, and starts the
command for real, in a session of its own and with nothing but the variables it was given.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from tests.conftest import REPOSITORY
from tests.excel.com.com_types import com_error
from tests.excel.com.pywin32 import pywin32_modules
from tests.excel.com.windows import Windows
from tests.worker.queueing.quick_worker import QUICK
from tests.worker.queueing.worlds import eventually, quick_settings, rank_request
from worker.queueing.local.job_table import JobTable
from worker.queueing.local.local_jobs import LocalJobs
from worker.queueing.local.worker_process import start_worker
from worker.settings import IN_PROCESS, Settings

LOCAL = ("tests.worker.queueing.quick_worker", "local")
NOT_FOUND = -2147217406  # wbemErrNotFound
FIELDS = {
    "Win32_ProcessStartup": ("ShowWindow", "CreateFlags", "EnvironmentVariables"),
    "Create": ("CommandLine", "CurrentDirectory", "ProcessStartupInformation"),
}


class Items(dict[str, Any]):
    """A set of WMI: an unknown name is an error."""

    def Item(self, name: str) -> Any:  # noqa: N802 - as WMI names it
        if name not in self:
            raise com_error(NOT_FOUND, "Not found", None, None)
        return self[name]


def instance(kind: str) -> SimpleNamespace:
    cells = {name: SimpleNamespace(Value=None) for name in FIELDS[kind]}
    return SimpleNamespace(Properties_=Items(cells))


class Wmi:
    """The service; `answers` is what it says instead of starting anything."""

    def __init__(self, answers: int | None = None) -> None:
        self.answers = answers
        self.started: list[dict[str, Any]] = []

    def Get(self, name: str) -> SimpleNamespace:  # noqa: N802 - as WMI names it
        if name == "Win32_ProcessStartup":
            return SimpleNamespace(SpawnInstance_=lambda: instance(name))
        assert name == "Win32_Process"
        create = SimpleNamespace(
            InParameters=SimpleNamespace(SpawnInstance_=lambda: instance("Create"))
        )
        return SimpleNamespace(Methods_=Items(Create=create), ExecMethod_=self._exec)

    def _exec(self, method: str, asked: SimpleNamespace) -> SimpleNamespace:
        assert method == "Create"
        given = {name: cell.Value for name, cell in asked.Properties_.items()}
        startup = given["ProcessStartupInformation"].Properties_
        given |= {name: cell.Value for name, cell in startup.items()}
        if self.answers is None:
            self.started.append(given)
            _run_apart(given)
        answer = SimpleNamespace(Value=self.answers or 0)
        return SimpleNamespace(Properties_=Items(ReturnValue=answer))


def _run_apart(given: dict[str, Any]) -> None:
    """Start a process that is neither our child nor in our session."""
    line = f"setsid {shlex.join(shlex.split(given['CommandLine']))} &"
    environment = dict(entry.split("=", 1) for entry in given["EnvironmentVariables"])
    subprocess.run(
        ["/bin/sh", "-c", line],
        env=environment,
        cwd=given["CurrentDirectory"],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def on_windows(monkeypatch: pytest.MonkeyPatch, wmi: Wmi | None) -> None:
    """Let the code think that it is on Windows; without WMI, pywin32 is not installed."""
    windows = Windows(classes={"winmgmts:root\\cimv2": lambda: wmi})
    for name, module in pywin32_modules(windows).items():
        monkeypatch.setitem(sys.modules, name, module if wmi else None)
    monkeypatch.setattr("sys.platform", "win32")


@pytest.fixture
def settings(
    processes: None, small_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    home = tmp_path / "a home"
    for name, value in {"HOME": home, "STORE": small_store, "BROKER": IN_PROCESS}.items():
        monkeypatch.setenv(f"BONSAI_{name}", str(value))
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    return quick_settings(home, IN_PROCESS)


def submitted(settings: Settings) -> tuple[str, str]:
    """Submit a ranking and wait for its end; return the remark and the state."""
    request = rank_request(3)
    with closing(LocalJobs(settings, QUICK, partial(start_worker, command=LOCAL))) as jobs:
        remark = jobs.submit(request, book="book")
        eventually(lambda: jobs.ended(request.run_id) is not None)
        job = jobs.job(request.run_id)
    assert job is not None
    return remark, job.state


def test_on_windows_the_worker_is_nobodys_child(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    wmi = Wmi()
    monkeypatch.setenv("BONSAI_API_KEY", "a secret")
    on_windows(monkeypatch, wmi)
    below: list[object] = []
    monkeypatch.setattr("worker.queueing.local.worker_process.start_below", below.append)
    assert submitted(settings) == ("", "done")
    (given,) = wmi.started
    assert given["ShowWindow"] == 0, "no window"
    assert "BONSAI_API_KEY=a secret" in given["EnvironmentVariables"]
    assert "secret" not in given["CommandLine"], "command lines can be read by everybody"
    assert given["CurrentDirectory"] == os.getcwd()
    assert not below


@pytest.mark.parametrize(
    ("wmi", "reason"),
    [(Wmi(2), "access denied"), (Wmi(8), "code 8"), (None, "pywin32 is missing")],
    ids=["forbidden", "unknown", "no pywin32"],
)
def test_where_windows_forbids_it_the_job_runs_and_the_user_is_told(
    wmi: Wmi | None, reason: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    on_windows(monkeypatch, wmi)
    remark, state = submitted(settings)
    assert state == "done"
    assert remark.startswith("The job ends when Excel is closed")
    assert reason in remark


def test_elsewhere_the_worker_outlives_who_started_it(settings: Settings):
    request = rank_request(3)
    submitter = (
        "import sys; from functools import partial; from worker.contract import parse_request;"
        "from worker.queueing.local.local_jobs import LocalJobs;"
        "from worker.queueing.local.worker_process import start_worker;"
        "from worker.settings import load_settings;"
        f"start = partial(start_worker, command={LOCAL!r});"
        "request = parse_request(sys.stdin.read());"
        "LocalJobs(load_settings(), start=start).submit(request, book='book');"
        "import os, signal; os.killpg(0, signal.SIGKILL)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", submitter],
        input=request.model_dump_json().encode(),
        start_new_session=True,
    )
    assert ended.returncode == -signal.SIGKILL
    with closing(LocalJobs(settings, QUICK, lambda _settings: None)) as jobs:
        eventually(lambda: jobs.ended(request.run_id) is not None)
        assert jobs.job(request.run_id).state == "done"


def test_the_worker_gives_way_to_whoever_works_at_the_machine(settings: Settings):
    start_worker(settings, LOCAL)
    with closing(JobTable(settings.jobs)) as table:
        eventually(table.has_worker)
    homes = {each.environ().get("BONSAI_HOME"): each for each in psutil.Process().children()}
    worker = homes[str(settings.home)]
    assert worker.nice() == 10
    session = Path(f"/proc/{worker.pid}/autogroup")
    assert not session.exists() or session.read_text().endswith("nice 10\n")
