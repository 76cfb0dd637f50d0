"""The page of all benches, docs/benchmarks.md, and the same as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from tests.bench.all_benches import Ran
from tests.bench.soak_outcome import table

_PAGE = """# Benchmarks

<!-- Written by: python -m tests.bench --report docs/benchmarks.md -->

Figures of one machine and one day. [tests/bench](../tests/bench/README.md) says what each bench
compares and how its figures are to be read; the older ones stand there.{quick}

{facts}

## What was run

{runs}

## Comparisons

The ratio says how many times as long as the first side of its comparison a side took.

{comparisons}

## What each bench says

{outputs}
"""
_QUICK = """

**These are quick runs: little work, to see that all of it runs. No figure here is a
measurement.**"""

_COLOURS = re.compile("\x1b\\[[0-9;]*m")


def page(runs: Sequence[Ran], facts: Mapping[str, str], *, quick: bool) -> str:
    """Return the page in Markdown."""
    return _PAGE.format(
        quick=_QUICK if quick else "",
        facts=table(("Machine", ""), facts.items()),
        runs=table(("Bench", "What", "Caveat", "Minutes", "State"), _run_rows(runs)),
        comparisons=table(
            ("Bench", "What", "Side", "Median", "Unit", "Ratio", "Target"), _comparison_rows(runs)
        ),
        outputs="\n\n".join(_output(run) for run in runs if run.command),
    )


def as_json(runs: Sequence[Ran], facts: Mapping[str, str], *, quick: bool) -> str:
    """Return all of it for programs."""
    benches = [
        {
            "name": run.bench.name,
            "command": run.command,
            "caveat": run.bench.caveat,
            "state": run.state,
            "seconds": run.seconds,
            "output": run.output,
            "values": json.loads(run.values) if run.values else None,
        }
        for run in runs
    ]
    return json.dumps({"quick": quick, "machine": facts, "benches": benches}, indent=1)


def _run_rows(runs: Sequence[Ran]) -> Iterator[tuple[str, ...]]:
    for run in runs:
        bench = run.bench
        yield bench.name, bench.about, bench.caveat, f"{run.seconds / 60:.1f}", run.state


def _comparison_rows(runs: Sequence[Ran]) -> Iterator[tuple[str, ...]]:
    for run in runs:
        for row in _comparisons(json.loads(run.values)) if run.values else ():
            target = (
                f"{row['target']}: {'met' if row['met'] else 'MISSED'}" if row["target"] else ""
            )
            figures = f"{median(row['values']):.4g}", row["unit"], f"{row['ratio']:.3g}"
            yield run.bench.name, row["what"], row["side"], *figures, target


def _comparisons(values: Any) -> list[dict[str, Any]]:
    """Return the rows of comparisons in a bench's values, wherever it keeps them."""
    if isinstance(values, dict):
        values = values.get("rows", values.get("times", []))
    keys = {"what", "side", "values", "unit", "ratio", "target", "met"}
    return [row for row in values if isinstance(row, dict) and keys <= row.keys()]


def _output(run: Ran) -> str:
    text = _COLOURS.sub("", run.output).replace("```", "'''").strip()
    lines = "\n".join(line.rsplit("\r", 1)[-1].rstrip() for line in text.splitlines())
    return f"### {run.bench.name}\n\n`{run.command}`\n\n```\n{lines}\n```"
