"""How fast the queue is: our worker and our score path beside stock rq, a ranking beside itself.

Run as `python -m tests.bench.bench_queue`; README.md beside this file says what the figures mean.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from rich.console import Console

from tests.bench.clients import (
    EMBEDDER,
    OurWorker,
    StockWorker,
    Worker,
    numbers,
    run,
    score_request,
    sentences,
)
from tests.bench.comparisons import Comparison, Target, in_turn, seconds, show
from tests.worker.queueing.worlds import POVS, World
from worker.contract import IndexRequest, PointOfView, Question, RankRequest
from worker.queueing.broker.embedded_server import EmbeddedServer
from worker.queueing.broker.queue_runner import QueueRunner
from worker.queueing.in_process import InProcessRunner
from worker.queueing.patience import Patience
from worker.queueing.scores.formula_scores import FormulaScores
from worker.settings import load_settings

_TEMPLATES = Path(__file__).resolve().parents[2] / "templates"

#: Gives the seconds that one piece of work took.
Measure = Callable[[], float]


@dataclass(frozen=True)
class Sizes:
    """How much is done in each of the rounds."""

    rounds: int = 5
    trips: int = 20
    jobs: int = 200
    slow_jobs: int = 5  # of a worker that loads the model for each
    cells: int = 5000
    questions: int = 20


_QUICK = Sizes(rounds=2, trips=3, jobs=50, slow_jobs=2, cells=500, questions=3)


def without_work(sizes: Sizes) -> Iterator[Comparison]:
    """Compare the way there and back alone: a stand-in counts letters instead of scoring."""
    with _world() as world:
        for kind in ("our-worker-counting", "our-service-counting", "simple", "fork"):
            _start(world, kind)
        workers = {
            "our worker": OurWorker(world),
            "rq SimpleWorker": StockWorker(world, "simple", "count"),
            "rq Worker (fork)": StockWorker(world, "fork", "count"),
        }
        trips = {name: _trip(worker, sizes.trips) for name, worker in workers.items()}
        yield Comparison("one job without work", "ms", in_turn(sizes.rounds, trips))
        column = {"score path": _column(world, sizes.cells)}
        column |= {name: _a_job_each(worker, sizes.jobs) for name, worker in workers.items()}
        yield Comparison(
            "cells without work",
            "a second",
            in_turn(sizes.rounds, column),
            dict.fromkeys(workers, Target("≥", 50)),
        )


def with_work(sizes: Sizes) -> Iterator[Comparison]:
    """Compare sentences embedded; every worker that can keep a model warm has one."""
    with _world() as world:
        world.start_worker("cpu")
        world.start_worker(command=[sys.executable, "-m", "worker.queueing.scores.score_service"])
        for kind in ("simple", "fork"):
            _start(world, kind)
        loads = "rq Worker (fork), loads in the child"
        workers = {
            "our worker": OurWorker(world),
            "rq SimpleWorker": StockWorker(world, "simple", "score"),
            loads: StockWorker(world, "fork", "score"),
        }
        most = dict.fromkeys(workers, sizes.jobs) | {loads: sizes.slow_jobs}
        trips = {
            name: _trip(worker, min(sizes.trips, most[name])) for name, worker in workers.items()
        }
        yield Comparison(
            "a second job, one sentence embedded",
            "ms",
            in_turn(sizes.rounds, trips),
            {loads: Target("≥", 10)},
        )
        column = {
            "score path": _column(world, sizes.cells),
            "no queue, all embedded at once": _all_at_once(world, sizes.cells),
        }
        column |= {name: _a_job_each(worker, most[name]) for name, worker in workers.items()}
        yield Comparison(
            "cells embedded",
            "a second",
            in_turn(sizes.rounds, column),
            dict.fromkeys(workers, Target("≥", 50)),
        )


def ranking(sizes: Sizes) -> Iterator[Comparison]:
    """Compare a ranking of the sample documents in this process and through the queue."""
    with _world() as world:
        here = InProcessRunner(world.settings)
        run(here, _index_request())
        world.start_worker("cpu")
        there = QueueRunner(world.settings)
        sides = {
            "in process": lambda: seconds(lambda: run(here, _rank_request(sizes.questions))),
            "through Redis": lambda: seconds(lambda: run(there, _rank_request(sizes.questions))),
        }
        yield Comparison(
            f"rank of {sizes.questions} questions",
            "s",
            in_turn(sizes.rounds, sides),
            {"through Redis": Target("≤", 1.15)},
        )


def _trip(worker: Worker, times: int) -> Measure:
    """Measure a job from its submission to its result, one after the other."""
    return lambda: seconds(lambda: [worker.one(text) for text in sentences(times)]) / times


def _a_job_each(worker: Worker, times: int) -> Measure:
    """Measure a job among many that are submitted at once."""
    return lambda: seconds(lambda: worker.all(sentences(times))) / times


def _column(world: World, cells: int) -> Measure:
    """Measure a cell of a column of formulas, computed as their macro does, nothing known yet."""

    def measure() -> float:
        home = world.folder / f"excel-{next(numbers)}"
        path = FormulaScores(replace(world.settings, home=home), Patience(formula=600))
        column = sentences(cells)

        def compute() -> None:
            for text in column:
                if path.known([text], POVS, "classic") is None:
                    path.scores([text], POVS, "classic", column)

        return seconds(compute) / cells

    return measure


def _all_at_once(world: World, cells: int) -> Measure:
    """Measure a text among as many, scored in this process: the work alone."""
    here = InProcessRunner(world.settings)
    return lambda: seconds(lambda: run(here, score_request(sentences(cells)))) / cells


def _index_request() -> IndexRequest:
    return IndexRequest(
        run_id="index",
        folder=str(_TEMPLATES / "sample_documents"),
        collection="sample",
        embedder=EMBEDDER,
    )


def _rank_request(questions: int) -> RankRequest:
    rows = _sample("questions")
    texts = [row[name] for name in ("QInitial", "FBQA1", "FBQB1") for row in rows][:questions]
    return RankRequest(
        run_id=f"run-{next(numbers)}",
        collection="sample",
        embedder=EMBEDDER,
        questions=tuple(Question(qid=f"Q{number}", text=text) for number, text in enumerate(texts)),
        povs=tuple(PointOfView(pov_id=row["ID"], text=row["POV"]) for row in _sample("povs")),
    )


def _sample(name: str) -> list[dict[str, str]]:
    with (_TEMPLATES / f"sample_{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@contextmanager
def _world() -> Iterator[World]:
    """Give a server of its own in a folder of its own; one thread for every embedder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with EmbeddedServer(folder / "broker") as server:
            home = folder / "home"
            settings = replace(
                load_settings(),
                home=home,
                store=str(home / "store"),
                threads=1,
                broker=server.url.replace("//", f"//:{server.password}@"),
            )
            world = World(settings, folder)
            try:
                yield world
            finally:
                world.end()


def _start(world: World, kind: str) -> None:
    world.start_worker(command=[sys.executable, "-m", "tests.bench.worker_process", kind])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there")
    parser.add_argument("--quick", action="store_true", help="little work: to see that it runs")
    options = parser.parse_args()
    sizes = _QUICK if options.quick else Sizes()
    console, comparisons = Console(stderr=True), []
    try:
        for comparison in chain(without_work(sizes), with_work(sizes), ranking(sizes)):
            console.print(f"measured: {comparison.what}")
            comparisons.append(comparison)
    finally:  # what was measured is shown also if somebody has had enough
        show(comparisons, "The queue")
    if options.json:
        rows = [row for comparison in comparisons for row in comparison.rows()]
        machine = (
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        )
        options.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
