"""What befalls the soak: workers killed, the server restarted, the disk full."""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.worker.queueing.test_disk_full import sentences
from tests.worker.queueing.worlds import World, index_request
from worker.contract import IndexRequest
from worker.errors import StoreError
from worker.queueing.broker.embedded_server import EmbeddedServer

_SIZE = 128  # MB of the small file system
_BLOCK = bytes(1_000_000)


class Disk:
    """The disk that the index is on, which can be full for a while.

    Where this user may mount one, it is a small file system of its own, filled up. Elsewhere a
    limit on the size of files stands for it: writes fail just so.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self.last_full = float("-inf")
        command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}m", "bonsai-soak", str(folder)]
        self.is_mounted = sys.platform == "linux" and not _failed(command)

    def __str__(self) -> str:
        """Say how it becomes full."""
        if self.is_mounted:
            return f"a file system of {_SIZE} MB, filled up"
        return "a limit on the size of the workers' files"

    def release(self) -> None:
        """Take the small file system away."""
        if self.is_mounted:
            subprocess.run(["umount", "--lazy", self._folder], check=True)

    @contextmanager
    def full(self, workers: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
        """Let the disk be full for these workers."""
        self.last_full = float("inf")
        try:
            with self._ballast() if self.is_mounted else _limited(workers, self._folder):
                yield
        finally:
            self.last_full = time.monotonic()

    @contextmanager
    def _ballast(self) -> Iterator[None]:
        ballast = self._folder / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(_BLOCK):
                pass
        try:
            yield
        finally:
            ballast.unlink()


def _failed(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True).returncode != 0
    except OSError:
        return True


@contextmanager
def _limited(workers: Sequence[subprocess.Popen[bytes]], store: Path) -> Iterator[None]:
    size = os.path.getsize(store / "chroma.sqlite3")
    _limit(workers, size)
    try:
        yield
    finally:
        _limit(workers, resource.RLIM_INFINITY)


def _limit(workers: Sequence[subprocess.Popen[bytes]], size: int) -> None:
    for worker in workers:
        with suppress(ProcessLookupError):
            resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class Troubles:
    """Makes trouble at its time: after so many jobs have ended.

    The first worker is spared by kills, so that its memory can be followed from end to end.
    """

    def __init__(
        self, world: World, server: EmbeddedServer, disk: Disk, jobs: int, seed: int
    ) -> None:
        self._world, self._server, self._disk = world, server, disk
        self._dice = random.Random(seed)
        self.made = {"worker killed": 0, "server restarted": 0, "disk full": 0}
        self.faults: list[str] = []
        kills = [(at, "worker killed") for at in range(10, jobs, 20)]
        restarts = [(at, "server restarted") for at in range(jobs // 4, jobs, max(200, jobs // 2))]
        self._waiting = sorted([*kills, *restarts, (jobs // 2, "disk full")])

    @property
    def workers(self) -> list[subprocess.Popen[bytes]]:
        """Those that run."""
        return [worker for worker in self._world.workers if worker.poll() is None]

    def look(self, done: int) -> None:
        """Make what trouble is due."""
        while self._waiting and self._waiting[0][0] <= done:
            _, what = self._waiting.pop(0)
            {
                "worker killed": self._kill,
                "server restarted": self._restart,
                "disk full": self._fill_disk,
            }[what]()
            self.made[what] += 1

    def _kill(self) -> None:
        victim = self._dice.choice(self.workers[1:])
        victim.kill()
        victim.wait()
        self._world.start_worker()

    def _restart(self) -> None:
        before = self._server.start()
        self._server.stop()
        if self._server.start().url != before.url:
            self.faults.append("the server came back at another address")

    def _fill_disk(self) -> None:
        """Index what there is no room for; it must fail, and be done when there is room."""
        documents = self._world.folder / "too much"
        documents.mkdir()
        (documents / "long.txt").write_text("\n\n".join(sentences(2000)), encoding="utf-8")

        def request(run_id: str) -> IndexRequest:
            asked = index_request(documents, run_id)
            return asked.model_copy(update={"collection": "too-much"})

        with self._disk.full(self.workers):
            outcome = self._world.run(request("full")).outcome
        if not isinstance(outcome, StoreError):
            self.faults.append(f"an index on a full disk ended with {outcome!r}")
        again = self._world.run(request("room")).outcome
        if isinstance(again, BaseException):
            self.faults.append(f"an index failed though there was room again: {again!r}")
