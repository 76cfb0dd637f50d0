"""`bonsai worker` and `bonsai up`, as a person starts them."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.xl_addin.conftest import Run
from worker.queueing.broker.embedded_server import (
    EmbeddedServer,
    RunningServer,
    find_running,
    server_folder,
)
from worker.settings import load_settings
from xl_addin.commands import worker_commands

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(processes: None, tmp_path: Path) -> Iterator[Start]:
    """Start a command that runs until it is told to end, in a folder with traps in it."""
    for name in ("worker", "redis", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a trap')")
    started = []

    def run(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", "from xl_addin.cli import main; main()", *arguments]
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTHONSAFEPATH": "1", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def elsewhere(processes: None, tmp_path: Path) -> Iterator[RunningServer]:
    """A server that is not this home's own."""
    with EmbeddedServer(tmp_path / "elsewhere") as server:
        yield server


def lines_until(process: subprocess.Popen[str], pattern: str) -> list[str]:
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if re.search(pattern, line):
            return lines
    raise AssertionError(f"it ended without saying {pattern}: {lines}")


def workers_of(client: Redis) -> list[str]:
    return [name.decode() for name in client.smembers("rq:workers")]


def wait_for_worker(client: Redis) -> None:
    for _ in range(300):
        if workers_of(client):
            return
        time.sleep(0.1)
    raise AssertionError("no worker came")


def test_up_runs_a_server_with_workers_until_ctrl_c(start: Start):
    process = start("up")
    said = lines_until(process, "Next")
    server = find_running(server_folder(load_settings()))
    assert said[1] == f"Broker   {server.url}"
    assert said[-1].endswith(f"bonsai rank BOOK --broker {server.url}")
    with Redis.from_url(server.url, password=server.password) as client:
        wait_for_worker(client)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert (process.returncode, rest) == (0, "")
    assert find_running(server_folder(load_settings())) is None


def test_up_brings_a_server_back_that_was_killed(start: Start):
    process = start("up")
    lines_until(process, "Next")
    folder = server_folder(load_settings())
    first = find_running(folder)
    os.kill(first.pid, signal.SIGKILL)
    for _ in range(300):
        if (second := find_running(folder)) and second.pid != first.pid:
            break
        time.sleep(0.1)
    assert second.url == first.url
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_a_second_up_in_the_same_home_says_where_the_first_is(start: Start, bonsai: Run):
    process = start("up")
    lines_until(process, "Next")
    server = find_running(server_folder(load_settings()))
    code, out, err = bonsai("up")
    assert (code, out) == (3, "")
    assert f"already.\n  It is {server.url}." in err


def test_up_never_shows_its_password(start: Start):
    process = start("up")
    said = lines_until(process, "Next")
    server = find_running(server_folder(load_settings()))
    commands = subprocess.run(["ps", "-eww", "-o", "args="], capture_output=True, text=True).stdout
    assert server.password not in commands + "".join(said)


def test_up_on_a_system_without_a_server_says_that_none_is_needed(bonsai: Run, monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")  # stands in for Windows
    code, out, err = bonsai("up")
    assert (code, out) == (3, "")
    assert "jobs run here in a process that starts by itself" in err


def test_worker_serves_the_queues_it_is_given(start: Start, elsewhere: RunningServer):
    address = elsewhere.url.replace("//", f"//:{elsewhere.password}@")
    process = start("worker", "--queue", "cpu", BONSAI_BROKER=address)
    said = lines_until(process, "Models")
    with Redis.from_url(address) as client:
        wait_for_worker(client)
    assert said[:2] == ["Workers  cpu", f"Broker   {elsewhere.url}"]
    process.terminate()
    rest, _ = process.communicate(timeout=60)
    assert (process.returncode, rest) == (0, "")


def test_a_worker_with_a_wrong_password_is_refused_at_once(
    bonsai: Run, elsewhere: RunningServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BONSAI_BROKER_PASSWORD", "wrong")
    code, out, err = bonsai("worker", "--broker", elsewhere.url)
    assert (code, out) == (3, "")
    assert "refuses the user or the password" in err


def test_a_worker_waits_for_a_server_that_is_not_there_yet(start: Start):
    process = start("worker", "--broker", "redis://127.0.0.1:1", "--queue", "cpu")
    said = lines_until(process, "Models")
    assert said[0].startswith("The Redis server redis://127.0.0.1:1 does not answer.")
    assert said[0].endswith("Its workers start, and wait for it.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "There is no Redis server to work for"),
        (["--broker", "in-process"], "There is no Redis server to work for"),
        (["--broker", "http://example.com"], "is no address of a Redis server"),
        (["--broker", "redis://h", "--queue", "fast"], "Invalid value for '--queue'"),
    ],
)
def test_a_worker_that_cannot_work_is_refused(bonsai: Run, arguments: list[str], words: str):
    code, out, err = bonsai("worker", *arguments)
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.parametrize(
    ("driver", "names"), [(None, "cpu score"), ("nvidia-smi", "cpu score gpu")]
)
def test_a_gpu_adds_its_queue(monkeypatch, driver: str | None, names: str):
    monkeypatch.setattr(worker_commands.Path, "exists", lambda _: False)  # no driver's folder
    monkeypatch.setattr(worker_commands.shutil, "which", lambda _: driver)  # stands in for a GPU
    assert [name.value for name in worker_commands.default_queues()] == names.split()
