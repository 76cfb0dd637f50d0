"""Changed files, requests, results, runs and workbooks by the thousand: their fate is counted.

    python -m tests.bench.fuzz --cases 20             # of each kind: only to see that it runs
    python -m tests.bench.fuzz --seconds 60           # for each kind
    python -m tests.bench.fuzz --kind .pdf --seed 7   # one kind, other cases
    python -m tests.bench.fuzz --again FILE           # one case again, here, with its traceback

Each case runs in a process with limits of time and memory. A fault is whatever is neither taken
nor refused in words; its case is kept in --keep.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.worker import mutated_wire
from tests.worker.documents.mutated_files import readings
from tests.xl_addin.jobs import hostile_books
from tests.xl_addin.jobs.mutated_runs import LANDED, landings, make_book
from worker.documents.readers import FORMATS
from worker.limited_process import (
    LimitedProcess,
    Limits,
    MemoryLimitError,
    ProcessLostError,
    TimeLimitError,
    memory_of,
)

_LIMITS = Limits(memory=1_000_000_000, seconds=60)
_GROWTH = 50_000_000  # bytes that a process may grow by in all its cases but the first
_BATCH = 50  # cases; what hypothesis remembers of them is dropped after each batch

Case = partial[str]


def kinds(folder: Path) -> dict[str, Callable[[], st.SearchStrategy[Case]]]:
    """Return the cases of each kind; workbooks lie in a folder."""
    book = make_book(folder / "book.xlsm")
    used = hostile_books.make_book(folder / "used.xlsx")
    return {
        **{ending: partial(readings, ending) for ending in FORMATS},
        "request": mutated_wire.requests,
        "result": mutated_wire.results,
        "event": mutated_wire.events,
        **{f"landing of {kind}": partial(landings, kind, book) for kind in LANDED},
        "workbook": partial(hostile_books.cases, used),
    }


def batch_of(cases: st.SearchStrategy[Case], number: int) -> list[Case]:
    """Return some cases; the same ones for the same number."""
    found: list[Case] = []

    @seed(number)
    @settings(
        max_examples=_BATCH,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def take(case: Case) -> None:
        found.append(case)

    take()
    return found


class Fuzz:
    """Cases of one kind, in a process of their own."""

    def __init__(self, kind: str, keep: Path) -> None:
        self.counts: Counter[str] = Counter()
        self._kind, self._keep = kind, keep
        self._process = LimitedProcess()

    def run(self, cases: st.SearchStrategy[Case], first: int, most: int, seconds: float) -> None:
        """Try cases until there were enough of them, or the time is over."""
        ends, memory = time.monotonic() + seconds, 0
        for number in count(first * 1_000_000):
            for case in batch_of(cases, number):
                self._try(case)
                if self.counts.total() >= most or time.monotonic() > ends:
                    self._say(memory)
                    return
            memory = memory or self._memory()

    def _try(self, case: Case) -> None:
        try:
            outcome = self._process.call(_LIMITS, case)
        except (MemoryLimitError, TimeLimitError, ProcessLostError) as error:
            outcome = self._fault(case, type(error).__name__)
        except Exception as error:
            outcome = self._fault(case, f"{type(error).__name__}: {error}"[:300])
        self.counts[outcome] += 1

    def _fault(self, case: Case, what: str) -> str:
        self._keep.mkdir(parents=True, exist_ok=True)
        number = self.counts.total()
        path = self._keep / f"{self._kind.strip('.').replace(' ', '_')}-{number}.pickle"
        path.write_bytes(pickle.dumps(case))
        _print(f"FAULT {path} {what}")
        return f"FAULT {what[:60]}"

    def _memory(self) -> int:
        running = self._process._running
        return memory_of(running.process.pid) if running else 0

    def _say(self, memory: int) -> None:
        grown = self._memory() - memory
        if memory and grown > _GROWTH:
            self.counts["FAULT it keeps memory"] += 1
        _print(f"{self._kind}: {self.counts.total()} cases")
        for outcome, many in self.counts.most_common():
            _print(f"    {many:6} {outcome}")
        _print(f"    memory {memory / 1e6:.0f} MB, and {grown / 1e6:+.0f} MB at the end")
        self._process.close()


def _print(line: str) -> None:
    print(line.encode("utf-8", "backslashreplace").decode(), flush=True)  # noqa: T201


def main() -> None:
    """Try what was asked for; the exit code is 1 if there was a fault."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=sys.maxsize)
    options.add_argument("--seconds", type=float, default=3600.0)
    options.add_argument("--kind", action="append")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir(), "fuzz"))
    options.add_argument("--again", type=Path)
    chosen = options.parse_args()
    if chosen.again:
        _print(pickle.loads(chosen.again.read_bytes())())
        return
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for kind, cases in kinds(Path(folder)).items():
            if chosen.kind and kind not in chosen.kind:
                continue
            fuzz = Fuzz(kind, chosen.keep)
            fuzz.run(cases(), chosen.seed, chosen.cases, chosen.seconds)
            total += fuzz.counts
    faults = sum(many for outcome, many in total.items() if outcome.startswith("FAULT"))
    _print(f"{total.total()} cases, {faults} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
