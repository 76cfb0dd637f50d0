"""Sides that are measured in turn, and the table of what came out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

from rich.console import Console
from rich.table import Table

#: What a number of seconds is shown as.
_UNITS: dict[str, Callable[[float], float]] = {
    "s": lambda seconds: seconds,
    "ms": lambda seconds: seconds * 1000,
    "a second": lambda seconds: 1 / seconds,
}


@dataclass(frozen=True)
class Target:
    """What the ratio of a side to the first side must be."""

    sign: Literal["≥", "≤"]
    ratio: float

    def __str__(self) -> str:
        return f"{self.sign} {self.ratio:g}"

    def is_met(self, ratio: float) -> bool:
        return ratio >= self.ratio if self.sign == "≥" else ratio <= self.ratio


@dataclass(frozen=True)
class Comparison:
    """Seconds that each side took for one piece of work, a value per round.

    The ratio of a side says how many times as long as the first side it took.
    """

    what: str
    unit: str
    sides: Mapping[str, Sequence[float]]
    targets: Mapping[str, Target] = field(default_factory=dict)

    def rows(self) -> list[dict[str, object]]:
        """Return one row for each side, ready for JSON."""
        return [self._row(side) for side in self.sides]

    def _row(self, side: str) -> dict[str, object]:
        ratio, target = self._ratio(side), self.targets.get(side)
        return {
            "what": self.what,
            "side": side,
            "unit": self.unit,
            "values": [_UNITS[self.unit](value) for value in self.sides[side]],
            "ratio": ratio,
            "target": str(target) if target else None,
            "met": target.is_met(ratio) if target else None,
        }

    def _ratio(self, side: str) -> float:
        first = next(iter(self.sides.values()))
        return median(a / b for a, b in zip(self.sides[side], first, strict=True))


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def in_turn(rounds: int, sides: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Return each side's value in each round, after one that is not counted.

    In every round all sides have their turn, each time another one first, so that whatever else
    the machine does meets all of them alike.
    """
    names = list(sides)
    values: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            values[name].append(sides[name]())
    return {name: counted for name, (_, *counted) in values.items()}


def show(comparisons: Sequence[Comparison], title: str) -> None:
    """Print one table of medians over the rounds."""
    table = Table("what", "side", title=title)
    for name in ("median", "lowest", "highest", "unit", "ratio", "target"):
        table.add_column(name, justify="right", no_wrap=True)
    for comparison in comparisons:
        for number, row in enumerate(comparison.rows()):
            table.add_row("" if number else comparison.what, *_cells(row))
        table.add_section()
    Console(width=130).print(table)


def _cells(row: dict[str, object]) -> list[str]:
    values = row["values"]
    assert isinstance(values, list)
    figures = [f"{value:.4g}" for value in (median(values), min(values), max(values))]
    verdict = f"{row['target']}: {'met' if row['met'] else 'MISSED'}" if row["target"] else ""
    return [str(row["side"]), *figures, str(row["unit"]), f"{row['ratio']:.3g}", verdict]
