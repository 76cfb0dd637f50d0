"""Large rankings to their end, each in a process of its own: seconds and peak memory.

    python -m tests.bench.bench_large            # half an hour, and 16 GB of memory
    python -m tests.bench.bench_large --quick    # two minutes: only to see that it runs

Each is ranked, landed in the shipped workbook and saved. Vectors of passages are made up, as
`tests.bench.scale_process` says; all else is real.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Size:
    """What is ranked at once; pictures are drawn of the first `heatmaps` questions."""

    chunks: int
    questions: int
    passages: int
    povs: int
    retrieval: str = "hybrid"
    heatmaps: int = 0


_SIZES = (
    Size(5000, 33, 1000, 23, heatmaps=50),
    Size(5000, 225, 50, 23, heatmaps=50),
    Size(5000, 2000, 200, 23),
    Size(5000, 20_000, 10, 23),
    Size(5000, 10, 10, 5000, heatmaps=50),
    Size(100_000, 10, 10, 23, heatmaps=50),
)
_QUICK = (Size(1000, 33, 100, 5, heatmaps=1), Size(1000, 10, 10, 300, "dense"))


def _figures(sizes: tuple[Size, ...]) -> Iterator[tuple[Size, dict[str, float]]]:
    """Yield the figures of each size; an index is built once for all of its size in a row."""
    built, folder = 0, tempfile.TemporaryDirectory()
    for size in sizes:
        if size.chunks != built:
            folder.cleanup()
            built, folder = size.chunks, tempfile.TemporaryDirectory()
            _process("scale_process", "build", size.chunks, folder.name)
        asked = (size.questions, size.passages, size.povs, size.retrieval, size.heatmaps)
        yield size, _process("large_process", folder.name, *asked)
    folder.cleanup()


def _process(module: str, *arguments: object) -> dict[str, float]:
    command = [sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="little work: to see that it runs")
    options = parser.parse_args()
    table = Table("size", "rank", "memory", "workbook", "memory", "file", title="Large rankings")
    for size, figures in _figures(_QUICK if options.quick else _SIZES):
        table.add_row(
            f"{size.questions:,} questions × {size.passages:,} passages × {size.povs:,} POVs over "
            f"{size.chunks:,} ({size.retrieval}, {size.heatmaps} pictures)",
            f"{figures['rank']:.0f} s",
            f"{figures['rank memory'] / 1e6:,.0f} MB",
            f"{figures['land'] + figures['save']:.0f} s",
            f"{figures['memory'] / 1e6:,.0f} MB",
            f"{figures['file'] / 1e6:.1f} MB",
        )
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
