"""What another program answers, within a few seconds."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from worker.child_process import kill_group, start_child


def answer_of(
    command: Sequence[str | Path], seconds: float, folder: Path | None = None
) -> str | None:
    """Return what a program prints; nothing if it does not end in time, or says it has failed.

    :raises OSError: if it cannot be started.
    """
    with start_child(command, folder=folder, errors=subprocess.DEVNULL) as process:
        try:
            printed, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            kill_group(process)
    return printed.decode(errors="replace") if process.returncode == 0 else None
