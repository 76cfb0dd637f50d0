"""Ten hostile documents beside ten good ones, read by the command itself: what becomes of each.

    python -m tests.bench.bench_hostile              # limits as they usually are
    python -m tests.bench.bench_hostile --stop 12    # Ctrl-C at so many moments of such a run

Linux alone: memory is that of the command and all its processes, what they share counted once
(PSS), looked at ten times a second.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.hostile_files import write_good, write_hostile
from worker.settings import load_settings

_PROGRAM = "from xl_addin.cli import main; main()"
_NOTES = "On day {} the harbour lay in the rain, and no ship left before the evening. "


def _start(folder: Path, home: Path) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "BONSAI_HOME": str(home),
        "BONSAI_MODELS": str(load_settings().models),
    }
    command = [sys.executable, "-c", _PROGRAM, "index", "--documents", str(folder)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from _tree(int(child))


def _memory(pid: int) -> int:
    """Return the kilobytes of a process and all below it."""
    total = 0
    for member in _tree(pid):
        try:
            lines = Path(f"/proc/{member}/smaps_rollup").read_text().splitlines()
        except OSError:  # it has just ended
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def name_all(folder: Path, home: Path) -> None:
    """Index the folder; print what the command says of its files, and the most memory."""
    started, peak = time.monotonic(), 0
    with _start(folder, home) as process:
        while process.poll() is None:
            try:
                peak = max(peak, _memory(process.pid))
            except OSError:
                continue
            time.sleep(0.1)
        _say(process.communicate()[0])
    _say(f"{time.monotonic() - started:.0f} s, at most {peak / 1e6:.2f} GB")


def stop_at(folder: Path, home: Path, moments: int, apart: float) -> None:
    """Press Ctrl-C at moments so many seconds apart; print how long each run took to end."""
    for number in range(1, moments + 1):
        with _start(folder, home / str(number)) as process:
            time.sleep(number * apart)
            pressed = time.monotonic()
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate()
        last = (said.strip().splitlines() or [""])[-1]
        took = time.monotonic() - pressed
        _say(f"{number * apart:5.1f} s: ended {took:.1f} s later, code {process.returncode} {last}")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def main() -> None:
    """Make the folder, and run what was asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--stop", type=int, default=0)
    options.add_argument("--apart", type=float, default=1.0)
    options.add_argument("--good", action="store_true", help="long notes alone, much to embed")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, home = Path(place, "documents"), Path(place, "home")
        folder.mkdir()
        home.mkdir()
        write_good(folder)
        if chosen.good:
            for number in range(200):
                (folder / f"note{number}.txt").write_text(_NOTES.format(number) * 400)
        else:
            write_hostile(folder)
        if chosen.stop:
            stop_at(folder, home, chosen.stop, chosen.apart)
        else:
            name_all(folder, home)


if __name__ == "__main__":
    main()
