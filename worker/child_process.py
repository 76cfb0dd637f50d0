"""Child processes that end with the one that started them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from worker.priority import session_gives_way

_PR_SET_PDEATHSIG = 1


def start_child(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    stdin: int = subprocess.DEVNULL,
    output: int | IO[bytes] = subprocess.PIPE,
    errors: int = subprocess.STDOUT,
    gently: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own, so that Ctrl-C in the terminal does not reach it.

    :param environment: variables that it gets on top of ours.
    :param output: where both its output streams go, but for `errors` if that says otherwise.
    :param gently: on Linux the process ends if the *thread* that called this ends: killed, or
        asked (SIGTERM) if this is true.
    :raises OSError: if it cannot be started.
    """
    return subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        cwd=folder,
        stdin=stdin,
        stdout=output,
        stderr=errors,
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        | getattr(subprocess, "CREATE_NO_WINDOW", 0),
        preexec_fn=_tied_to_us(gently) if sys.platform == "linux" else None,
    )


def is_alive(pid: int) -> bool:
    """Say whether a process of this user has this number."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process at once, with all that it has started."""
    if sys.platform == "win32":
        process.kill()
    elif process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _tied_to_us(gently: bool) -> Callable[[], None]:
    """Return what the new process does first."""
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()
    orphaned = signal.SIGTERM if gently else signal.SIGKILL

    def tie() -> None:
        session_gives_way()  # to whom we do
        prctl(_PR_SET_PDEATHSIG, int(orphaned))
        if os.getppid() != parent:  # it ended before the line above
            os.kill(os.getpid(), orphaned)

    return tie
