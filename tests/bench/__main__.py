"""All benches with one command, each in a process of its own, one after the other.

    python -m tests.bench --report docs/benchmarks.md --json FILE    # some hours
    python -m tests.bench --quick            # only to see that all of it runs
    python -m tests.bench queue qa           # these alone

Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from tests.bench.all_benches import BENCHES, run_bench
from tests.bench.benches_page import as_json, page
from tests.bench.machine import machine_facts


def main() -> None:
    """Run the benches, and write what came of them; fail if one did."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    names = [bench.name for bench in BENCHES]
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="little work: to see that they run")
    parser.add_argument("--limit", type=float, default=7200, help="seconds for one bench")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the page there")
    parser.add_argument("--minilm", type=Path, metavar="FOLDER", help="the original's model")
    parser.add_argument("--pairs", type=Path, metavar="FILE", help="pairs of 'bonsai dataset'")
    asked = parser.parse_args()
    if unknown := set(asked.benches) - set(names):
        parser.error(f"there is no bench '{min(unknown)}'; there are {', '.join(names)}")
    given = {name: path for name in ("minilm", "pairs") if (path := getattr(asked, name))}
    console, facts, runs = Console(stderr=True), machine_facts(), []
    with TemporaryDirectory() as folder:
        for bench in BENCHES:
            if not asked.benches or bench.name in asked.benches:
                console.print(f"{bench.name}: {bench.about} …")
                run = run_bench(bench, given, Path(folder), asked.limit, quick=asked.quick)
                console.print(f"  {run.state}, {run.seconds:.0f} s")
                runs.append(run)
    written = page(runs, facts, quick=asked.quick)
    if asked.report:
        asked.report.write_text(written, encoding="utf-8")
    else:
        Console().print(written, markup=False, highlight=False, soft_wrap=True)
    if asked.json:
        asked.json.write_text(as_json(runs, facts, quick=asked.quick), encoding="utf-8")
    raise SystemExit(any(run.command and run.code != 0 for run in runs))


if __name__ == "__main__":
    main()
