"""A LibreOffice that runs macros for the tests, and saves copies of workbooks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from time import monotonic

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"
_DRIVER = Path(__file__).with_name("office_driver.py")
_PATIENCE = 30  # seconds for an entry of the log
_LIMIT = 120  # seconds for one request: the first one waits for LibreOffice to start


def missing_parts() -> str:
    """Return what these tests would need and do not find; empty when all is there."""
    missing = []
    if not shutil.which("soffice"):
        missing.append("soffice (Debian: libreoffice-calc)")
    if not Path(SYSTEM_PYTHON).exists():
        missing.append(SYSTEM_PYTHON)
    elif subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True).returncode:
        missing.append("the Python module uno (Debian: python3-uno)")
    return " and ".join(missing)


def require_office() -> None:
    """Skip, naming what is missing; in CI, where it must be there, fail instead."""
    missing = missing_parts()
    if missing and os.environ.get("CI"):
        pytest.fail(f"LibreOffice cannot run macros here: {missing} not found")
    if missing:
        pytest.skip(f"LibreOffice cannot run macros here: {missing} not found")


class Office:
    """Each method of the driver as a method here."""

    def __init__(self, profile: Path) -> None:
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(_DRIVER), str(profile)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._replies: Queue[str] = Queue()
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._process.stdout:
            self._replies.put(line)

    def __getattr__(self, method: str):
        return lambda *arguments: self._ask(method, *arguments)

    def _ask(self, method: str, *arguments: object) -> object:
        self._process.stdin.write(json.dumps([method, *arguments]) + "\n")
        self._process.stdin.flush()
        try:
            reply = json.loads(self._replies.get(timeout=_LIMIT))
        except Empty:
            self._process.kill()
            raise TimeoutError(f"LibreOffice did not answer: {method} {arguments}") from None
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return reply["result"]

    def log_until(self, entry: str) -> list[str]:
        """Return the log up to and with the given entry, waiting for it as long as it takes."""
        lines: list[str] = []
        deadline = monotonic() + _PATIENCE
        while entry not in lines:
            if monotonic() > deadline:
                raise TimeoutError(f"{entry!r} did not come; the log is {lines}")
            self.wait(0.1)
            lines += self.take_log()
        return lines

    def leave(self) -> None:
        """End LibreOffice and the driver."""
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()
