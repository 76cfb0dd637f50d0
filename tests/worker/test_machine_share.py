"""A process counts what it may use, not what the machine has; the control groups are files here."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from worker import machine_share
from worker.machine_share import Memory, memory_share, usable_cores

GB = 1 << 30


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Make control groups: what the process is in, and the files of each group."""
    monkeypatch.setattr(machine_share, "_OF_PROCESS", tmp_path / "cgroup")
    monkeypatch.setattr(machine_share, "_GROUPS", tmp_path / "fs")

    def make(own: str, files: dict[str, str]) -> None:
        (tmp_path / "cgroup").write_text(own)
        for name, content in files.items():
            path = tmp_path / "fs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content + "\n")

    make("", {})
    return make


@pytest.fixture
def eight_cores(groups, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: 16 if logical else 8)
    monkeypatch.setattr(psutil.Process, "cpu_affinity", lambda _: [*range(16)], raising=False)


@pytest.fixture
def machine(groups, monkeypatch: pytest.MonkeyPatch) -> None:
    """16 GB, of which 10 are free."""
    have = type("have", (), {"available": 10 * GB, "total": 16 * GB})
    monkeypatch.setattr(psutil, "virtual_memory", lambda: have)


def test_hyper_threads_do_not_count(eight_cores):
    assert usable_cores() == 8


def test_cores_that_others_have_do_not_count(eight_cores, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(psutil.Process, "cpu_affinity", lambda _: [0, 2, 4], raising=False)
    assert usable_cores() == 3


def test_where_the_cores_are_not_known_processors_count(
    eight_cores, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: None)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert usable_cores() == 6


@pytest.mark.parametrize(
    ("own", "files", "cores"),
    [
        ("0::/", {"cpu.max": "300000 100000"}, 3),
        ("0::/", {"cpu.max": "250000 100000"}, 2),
        ("0::/", {"cpu.max": "50000 100000"}, 1),
        ("0::/", {"cpu.max": "max 100000"}, 8),
        ("0::/a/b", {"a/b/cpu.max": "max 100000", "a/cpu.max": "400000 100000"}, 4),
        ("0::/gone", {"cpu.max": "500000 100000"}, 5),
        ("3:cpu,cpuacct:/", {"cpu,cpuacct/cpu.cfs_quota_us": "-1"}, 8),
        (
            "3:cpu:/a",
            {"cpu/a/cpu.cfs_quota_us": "200000", "cpu/a/cpu.cfs_period_us": "100000"},
            2,
        ),
        ("0::/", {"cpu.max": "what is this"}, 8),
        ("no group at all", {}, 8),
    ],
)
def test_a_share_of_processor_time_is_kept(eight_cores, groups, own, files, cores):
    groups(own, files)
    assert usable_cores() == cores


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no such call")
def test_a_process_that_is_bound_to_one_processor_counts_one():
    program = (
        "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]); "
        "from worker.machine_share import usable_cores; print(usable_cores())"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert int(told.stdout) == 1


def test_without_limits_the_memory_is_the_machines(machine):
    assert memory_share() == Memory(10 * GB, 16 * GB)


@pytest.mark.parametrize(
    ("own", "files", "free", "total"),
    [
        (
            "0::/",
            {
                "memory.max": str(4 * GB),
                "memory.current": str(3 * GB),
                "memory.stat": f"anon 5\ninactive_file {GB}\nactive_file {GB}",
            },
            3,
            4,
        ),
        ("0::/", {"memory.max": str(4 * GB), "memory.current": str(3 * GB)}, 1, 4),
        ("0::/", {"memory.max": str(2 * GB), "memory.current": str(3 * GB)}, 0, 2),
        ("0::/", {"memory.max": "max", "memory.current": "5"}, 10, 16),
        (
            "4:memory:/a",
            {
                "memory/memory.limit_in_bytes": str(8 * GB),
                "memory/memory.usage_in_bytes": str(2 * GB),
                "memory/memory.stat": f"active_file 7\ntotal_inactive_file 0\n"
                f"total_active_file {GB}",
            },
            7,
            8,
        ),
    ],
)
def test_a_limit_of_memory_is_kept(machine, groups, own, files, free, total):
    groups(own, files)
    assert memory_share() == Memory(free * GB, total * GB)


def test_this_machine_has_memory_and_cores():
    assert 0 < memory_share().free <= memory_share().total
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
