"""What of this machine a process may use: processor cores and memory.

A container, a service or a batch system may give it less than there is. On Linux the control groups
of the process say so, and those around them: each may have a limit of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import psutil

_OF_PROCESS = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Memory:
    """Bytes of memory: what this process may take without harm to others, and what there is."""

    free: int
    total: int


def usable_cores() -> int:
    """Return how many processor cores this process can keep busy, at least one.

    Two threads on one core compute no faster than one, so hyper-threads do not count.
    """
    cores = [float(psutil.cpu_count(logical=False) or os.cpu_count() or 1)]
    if allowed := getattr(psutil.Process(), "cpu_affinity", None):  # macOS has none
        cores.append(len(allowed()))
    cores += [quota for group in _groups("cpu") if (quota := _quota(group))]
    return max(1, int(min(cores)))


def memory_share() -> Memory:
    """Return the memory of this process as it is now.

    What the system keeps of files only to be faster counts as free.
    """
    machine = psutil.virtual_memory()
    shares = [Memory(machine.available, machine.total)]
    shares += [share for group in _groups("memory") if (share := _memory(group))]
    return Memory(min(one.free for one in shares), min(one.total for one in shares))


def _groups(controller: str) -> Iterator[Path]:
    """Yield the folders of the groups around this process; none on other systems than Linux."""
    lines = _text(_OF_PROCESS).splitlines()
    for _, controllers, place in (line.split(":", 2) for line in lines if line.count(":") > 1):
        if not controllers or controller in controllers.split(","):
            base = _GROUPS / controllers
            own = PurePosixPath(place.lstrip("/"))
            yield from (base / group for group in (own, *own.parents))


def _quota(group: Path) -> float | None:
    """Return the processors that a group may use in the mean; nothing if there is no limit."""
    quota, _, period = _text(group / "cpu.max").partition(" ")
    if not quota:  # the first version of control groups
        quota, period = _text(group / "cpu.cfs_quota_us"), _text(group / "cpu.cfs_period_us")
    with suppress(ValueError, ZeroDivisionError):  # 'max', or no such file
        processors = int(quota) / int(period)
        return processors if processors > 0 else None
    return None


def _memory(group: Path) -> Memory | None:
    with suppress(ValueError):
        limit = int(_text(group / "memory.max") or _text(group / "memory.limit_in_bytes"))
        used = int(_text(group / "memory.current") or _text(group / "memory.usage_in_bytes"))
        return Memory(max(0, limit - used + _of_files(group)), limit)
    return None


def _of_files(group: Path) -> int:
    """Return the bytes that a group holds of files, and can let go."""
    entries = [line.split() for line in _text(group / "memory.stat").splitlines()]
    kept = {name: int(number) for name, number in entries}
    names = ("total_inactive_file", "total_active_file")  # those of the first version come first
    if names[0] not in kept:
        names = ("inactive_file", "active_file")
    return sum(kept.get(name, 0) for name in names)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
