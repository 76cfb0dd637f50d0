"""Time and memory of an index as it grows: two processes for each size, and the table."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.table import Table

from tests.bench.comparisons import Target

#: Figures of one size, in seconds and bytes.
Scale = Mapping[str, float]


@dataclass(frozen=True)
class _Line:
    """A line of the table: how a figure is shown, and what it must be at every size."""

    what: str
    key: str
    show: Callable[[float], str]
    target: Target | None = None


def _seconds(value: float) -> str:
    return f"{value:.3g} s"


def _milliseconds(value: float) -> str:
    return f"{value * 1000:.3g} ms"


def _megabytes(value: float) -> str:
    return f"{value / 1e6:.0f} MB"


def _share(value: float) -> str:
    return f"{value:.4f}"


_LINES = (
    _Line("build", "build", _seconds),
    _Line("start, open, first question", "first question", _seconds),
    _Line(
        "a later question, without its picture",
        "question, no picture",
        _milliseconds,
        Target("≤", 0.3),
    ),
    _Line("a later question, with its picture", "question", _milliseconds, Target("≤", 0.3)),
    _Line("a search alone", "search", _milliseconds),
    _Line("exact numpy search", "exact search", _milliseconds),
    _Line("recall@10 against exact", "recall", _share, Target("≥", 0.99)),
    _Line("most memory, building", "build memory", _megabytes),
    _Line("most memory, asking", "memory", _megabytes),
    _Line("disk", "disk", _megabytes),
)


def scale(chunks: int) -> Scale:
    """Build an index of so many chunks in one process, and ask it in another."""
    figures: dict[str, float] = {"chunks": chunks}
    with tempfile.TemporaryDirectory() as folder:
        for task in ("build", "ask"):
            command = [sys.executable, "-m", "tests.bench.scale_process", task, str(chunks), folder]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            figures |= json.loads(done.stdout)
    return figures


def scale_table(scales: Sequence[Scale]) -> Table:
    """Return a table with a column for each size."""
    table = Table("chunks", title="Growing")
    for figures in scales:
        table.add_column(f"{figures['chunks']:,.0f}", justify="right")
    table.add_column("target", justify="right")
    table.add_column("memory per chunk added", justify="right")
    for line in _LINES:
        cells = [line.show(figures[line.key]) for figures in scales]
        table.add_row(line.what, *cells, _verdict(line, scales), _growth(line, scales))
    return table


def _verdict(line: _Line, scales: Sequence[Scale]) -> str:
    if line.target is None:
        return ""
    met = all(line.target.is_met(figures[line.key]) for figures in scales)
    return f"{line.target.sign} {line.show(line.target.ratio)}: {'met' if met else 'MISSED'}"


def _growth(line: _Line, scales: Sequence[Scale]) -> str:
    """Return bytes per chunk from each size to the next; equal ones mean that it grows linearly."""
    if line.show is not _megabytes:
        return ""
    steps = pairwise(scales)
    growth = [(b[line.key] - a[line.key]) / (b["chunks"] - a["chunks"]) for a, b in steps]
    return ", ".join(f"{value / 1000:.1f} kB" for value in growth)
