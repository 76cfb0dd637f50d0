"""What pictures cost a ranking of the sample: per question, with and without, before and now.

    python -m tests.bench.bench_pictures --before FOLDER    # a quarter of an hour
    python -m tests.bench.bench_pictures                    # this version alone

FOLDER is a checkout of an earlier version (`git worktree add FOLDER COMMIT`). Both take turns, a
process each; README.md beside this file says what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

_HERE = Path(__file__).resolve()
_SIZES = (8, 50)
#: Lists of seconds and of seconds of processor time, by kind of work.
Figures = dict[str, list[tuple[float, float]]]


def _process(code: Path, home: str, rounds: int) -> Figures:
    """Return what a version of the project took."""
    command = [sys.executable, str(_HERE.with_name("picture_process.py")), home, str(rounds)]
    done = subprocess.run(
        [*command, *map(str, _SIZES)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=code,
        env={**os.environ, "PYTHONPATH": str(code)},
    )
    figures: Figures = json.loads(done.stdout)
    return figures


def _row(version: str, figures: Figures) -> list[str]:
    """Return medians: milliseconds, and in brackets those of processor time."""
    cells = [version]
    for size in _SIZES:
        cells += [_each(figures[f"{size} {kind}"], size) for kind in ("with", "without")]
        cells.append(f"{median(wall for wall, _ in figures[f'{size} with']):.2f} s")
    return [*cells, _each(figures["picture"], 1)]


def _each(taken: list[tuple[float, float]], pieces: int) -> str:
    wall, of_processor = (median(values) * 1000 / pieces for values in zip(*taken, strict=True))
    return f"{wall:.0f} ({of_processor:.0f})"


def _collected(versions: dict[str, Path], turns: int, rounds: int) -> dict[str, Figures]:
    """Return all rounds of all turns; in each turn another version is the first."""
    taken: dict[str, Figures] = {name: {} for name in versions}
    names = list(versions)
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(turns):
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                home = str(Path(folder, name))
                for kind, values in _process(versions[name], home, rounds).items():
                    taken[name].setdefault(kind, []).extend(values)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, metavar="FOLDER", help="an earlier version")
    parser.add_argument("--quick", action="store_true", help="little work: to see that it runs")
    options = parser.parse_args()
    versions = {"before": options.before.resolve()} if options.before else {}
    versions["now"] = _HERE.parents[2]
    turns, rounds = (1, 1) if options.quick else (3, 3)
    table = Table("", title="ms a question (of processor time)")
    for size in _SIZES:
        for kind in (f"{size}, with pictures", f"{size}, without", f"all {size}"):
            table.add_column(kind, justify="right")
    table.add_column("a picture of 10 × 23", justify="right")
    for name, figures in _collected(versions, turns, rounds).items():
        table.add_row(*_row(name, figures))
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
