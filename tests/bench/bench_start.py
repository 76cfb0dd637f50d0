"""How long the worksheet functions and the command take to start.

    python -m tests.bench.bench_start            # a minute
    python -m tests.bench.bench_start --json FILE

Each start is a process of its own, and all sides take their turn in each round. What a side takes
of its own is beside what it is held against: functions beside xlwings, the help beside Python.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from rich.console import Console

from tests.bench.comparisons import Comparison, in_turn, seconds, show
from tests.bench.machine import machine_facts

REPOSITORY = Path(__file__).resolve().parents[2]

#: Sides of the two comparisons, by what Python is told; the first is what the others are beside.
FUNCTIONS = {
    "import xlwings": ("-c", "import xlwings"),
    "import xl_addin.functions": ("-c", "import xl_addin.functions"),
}
HELP = {
    "python -c pass": ("-c", "pass"),
    "bonsai --version": ("-m", "xl_addin.cli", "--version"),
    "bonsai --help": ("-m", "xl_addin.cli", "--help"),
}
#: Seconds that a side may take beside the first one.
MOST = {"import xl_addin.functions": 0.2, "bonsai --help": 0.4}


def started(arguments: tuple[str, ...]) -> float:
    """Return how long a Python takes from its start to its end."""
    command = [sys.executable, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}

    def run() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)

    return seconds(run)


def compared(what: str, sides: dict[str, tuple[str, ...]], rounds: int) -> Comparison:
    """Start all sides in each round."""
    calls = {name: lambda words=words: started(words) for name, words in sides.items()}
    return Comparison(what, "s", in_turn(rounds, calls))


def own_seconds(comparison: Comparison) -> dict[str, float]:
    """Return what each side takes beside the first: the median of the rounds' differences."""
    (_, first), *others = comparison.sides.items()
    return {
        name: median(a - b for a, b in zip(values, first, strict=True)) for name, values in others
    }


def main() -> None:
    """Measure, print, and write the values."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there")
    asked = parser.parse_args()
    found = [
        compared("worksheet functions", FUNCTIONS, asked.rounds),
        compared("the command", HELP, asked.rounds),
    ]
    show(found, "Start, each in a process of its own")
    own = {name: value for comparison in found for name, value in own_seconds(comparison).items()}
    for name, value in own.items():
        most = f" (at most {MOST[name]:g})" if name in MOST else ""
        Console().print(f"{name}: {value:.3f} s of its own{most}", highlight=False)
    if asked.json:
        rows = [row for comparison in found for row in comparison.rows()]
        values = {"machine": machine_facts(), "rows": rows, "own": own}
        asked.json.write_text(json.dumps(values, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
