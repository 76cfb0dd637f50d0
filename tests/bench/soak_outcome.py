"""What a soak came to, as figures and as the page docs/soak.md."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from statistics import mean, median, quantiles

_PAGE = """# The queue under trouble

<!-- Written by: python -m tests.bench.soak --report docs/soak.md -->

{clients} clients ask {workers} workers for {jobs:,} jobs of all kinds, mixed. Meanwhile workers are
killed, the Redis server is restarted and the disk of the index runs full. Each result is compared
with that of the same job without a queue. A job that ends with "the server does not answer", or
with "the disk is full" while it is, is asked for again, as a person would.

**{verdict}**

{troubles}

{kinds}

{memory}

{facts}

How to read it:

- A job counts as lost without a right result, as doubled if one of its rows came twice or its end
  was written twice, as stuck if it took more than ten minutes, or anything of it
  was left in the queue.
- Models need no weights here: what is tested is the way of a job. Workers have a fifth of the usual
  patience, so that a killed one is missed after 3 seconds; times are not those of real work.
- The first worker is spared by kills, so that its memory can be followed from end to end. Growth is
  the mean of the last quarter over that of the second. The server keeps each run for seven days, so
  its memory grows with the number of runs.
- The disk: {disk}.
"""


@dataclass
class Outcome:
    """What a soak came to; `faults` say what was lost, doubled, stuck or wrong.

    `waited` are seconds of each job by kind, `memory` MB of each process, twice a second.
    """

    jobs: int
    clients: int = 0
    workers: int = 0
    seconds: float = 0.0
    disk: str = ""
    done: Counter[str] = field(default_factory=Counter)
    waited: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    asked_again: Counter[str] = field(default_factory=Counter)
    troubles: dict[str, int] = field(default_factory=dict)
    memory: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)

    def growth(self, process: str) -> float:
        """Return its memory in the last quarter over that in the second: 1 is flat."""
        values = self.memory[process]
        quarter = max(1, len(values) // 4)
        return mean(values[-quarter:]) / mean(values[quarter : 2 * quarter] or values)

    def plain(self) -> dict[str, object]:
        """Return all of it, ready for JSON."""
        return dict(vars(self))

    def page(self, facts: Mapping[str, str]) -> str:
        """Return docs/soak.md."""
        return _PAGE.format(
            clients=self.clients,
            workers=self.workers,
            jobs=self.jobs,
            verdict=self._verdict(),
            troubles=table(("Trouble", "Times"), [*self.troubles.items(), *self._again()]),
            kinds=table(("Job", "Done", "Median s", "95 % within s", "Longest s"), self._kinds()),
            memory=table(
                ("Memory", "MB at first", "MB at the end", "Most", "Growth"), self._memory()
            ),
            facts=table(("Machine", ""), facts.items()),
            disk=self.disk,
        )

    def _verdict(self) -> str:
        pace = f"{self.done.total():,} jobs in {self.seconds / 60:.1f} minutes"
        if not self.faults:
            return f"{pace}: nothing was lost, doubled or stuck."
        return "\n".join(
            (f"{pace}; {len(self.faults)} faults:", *(f"- {each}" for each in self.faults))
        )

    def _again(self) -> Iterator[tuple[str, int]]:
        for why, times in self.asked_again.items():
            yield f"jobs asked for again: {why}", times

    def _kinds(self) -> Iterator[tuple[object, ...]]:
        for kind, waited in sorted(self.waited.items()):
            most = quantiles(waited, n=20, method="inclusive")[-1] if len(waited) > 1 else waited[0]
            yield (
                kind,
                len(waited),
                *(f"{each:.2f}" for each in (median(waited), most, max(waited))),
            )

    def _memory(self) -> Iterator[tuple[object, ...]]:
        for process, values in self.memory.items():
            figures = (f"{each:.0f}" for each in (values[0], values[-1], max(values)))
            yield process, *figures, f"{self.growth(process):.2f}"


def table(headers: tuple[str, ...], rows: Iterator[tuple[object, ...]] | object) -> str:
    """Return a table in Markdown."""
    lines = [headers, ("---",) * len(headers), *rows]  # type: ignore[misc]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
