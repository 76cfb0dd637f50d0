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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path

from rich.console import Console
from rq import Queue

from tests.bench.comparisons import Comparison, Target, in_turn, seconds, show
from tests.worker.queueing.worlds import POVS, World
from worker.contract import IndexRequest, PointOfView, Question, RankRequest, Request, ScoreRequest
from worker.queueing.embedded_server import EmbeddedServer
from worker.queueing.in_process import InProcessRunner
from worker.queueing.job_table import RESULT_BLOB
from worker.queueing.queue_runner import QueueRunner
from worker.queueing.runners import Runner
from worker.queueing.runs import Place
from worker.queueing.score_path import ScorePath
from worker.settings import load_settings

_TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
_EMBEDDER = "onnx:minilm"
_numbers = count()

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


class OurWorker:
    """Scores sentences on our worker, a job each."""

    def __init__(self, world: World) -> None:
        self._runs = world.runs
        self._runner = QueueRunner(world.settings)

    def one(self, text: str) -> None:
        """Do one job as a client does."""
        _run(self._runner, _score_request([text]))

    def all(self, texts: Sequence[str]) -> None:
        """Submit all jobs, then collect all results."""
        requests = [_score_request([text]) for text in texts]
        for request in requests:
            self._runs.submit(request)
        for request in requests:
            place = Place()
            while not self._runs.news(request.run_id, place, wait_seconds=5).end:
                continue
            assert self._runs.blob(request.run_id, RESULT_BLOB), "a job has failed"


class StockWorker:
    """Scores sentences on a worker of stock rq, a job each."""

    def __init__(self, world: World, kind: str, job: str) -> None:
        self._queue = Queue(kind, connection=world.redis)
        self._job = f"tests.bench.stock_jobs.{job}"

    def one(self, text: str) -> None:
        """Do one job."""
        self.all([text])

    def all(self, texts: Sequence[str]) -> None:
        """Submit all jobs in one go, then collect all results."""
        payloads = [_score_request([text]).model_dump_json() for text in texts]
        jobs = [Queue.prepare_data(self._job, args=(payload,)) for payload in payloads]
        for job in self._queue.enqueue_many(jobs):
            result = job.latest_result(timeout=20)
            assert result is not None, "a job of stock rq does not end"
            assert result.type == result.Type.SUCCESSFUL, result.exc_string


Worker = OurWorker | StockWorker


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
        world.start_worker(command=[sys.executable, "-m", "worker.queueing.score_service"])
        for kind in ("simple", "fork", "fork-loaded"):
            _start(world, kind)
        loads = "rq Worker, loads in the child"
        workers = {
            "our worker": OurWorker(world),
            "rq SimpleWorker": StockWorker(world, "simple", "score"),
            "rq Worker, loaded before the fork": StockWorker(world, "fork-loaded", "score"),
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
        _run(here, _index_request())
        world.start_worker("cpu")
        there = QueueRunner(world.settings)
        sides = {
            "in process": lambda: seconds(lambda: _run(here, _rank_request(sizes.questions))),
            "through Redis": lambda: seconds(lambda: _run(there, _rank_request(sizes.questions))),
        }
        yield Comparison(
            f"rank of {sizes.questions} questions",
            "s",
            in_turn(sizes.rounds, sides),
            {"through Redis": Target("≤", 1.15)},
        )


def _trip(worker: Worker, times: int) -> Measure:
    """Measure a job from its submission to its result, one after the other."""
    return lambda: seconds(lambda: [worker.one(text) for text in _sentences(times)]) / times


def _a_job_each(worker: Worker, times: int) -> Measure:
    """Measure a job among many that are submitted at once."""
    return lambda: seconds(lambda: worker.all(_sentences(times))) / times


def _column(world: World, cells: int) -> Measure:
    """Measure a cell of a column of formulas, computed as their macro does, nothing known yet."""

    def measure() -> float:
        home = world.folder / f"excel-{next(_numbers)}"
        path = ScorePath(replace(world.settings, home=home), time_limit=600)
        column = _sentences(cells)

        def compute() -> None:
            for text in column:
                if path.known([text], POVS, "classic") is None:
                    path.scores([text], POVS, "classic", column)

        return seconds(compute) / cells

    return measure


def _all_at_once(world: World, cells: int) -> Measure:
    """Measure a text among as many, scored in this process: the work alone."""
    here = InProcessRunner(world.settings)
    return lambda: seconds(lambda: _run(here, _score_request(_sentences(cells)))) / cells


def _sentences(number: int) -> list[str]:
    """Return texts that nobody has scored before."""
    return [f"Tanker number {next(_numbers)} changes its flag." for _ in range(number)]


def _score_request(texts: Sequence[str]) -> ScoreRequest:
    return ScoreRequest(
        run_id=f"run-{next(_numbers)}",
        embedder=_EMBEDDER,
        texts=tuple(texts),
        povs=POVS,
        score="classic",
    )


def _index_request() -> IndexRequest:
    return IndexRequest(
        run_id="index",
        folder=str(_TEMPLATES / "sample_documents"),
        collection="sample",
        embedder=_EMBEDDER,
    )


def _rank_request(questions: int) -> RankRequest:
    rows = _sample("questions")
    texts = [row[name] for name in ("QInitial", "FBQA1", "FBQB1") for row in rows][:questions]
    return RankRequest(
        run_id=f"run-{next(_numbers)}",
        collection="sample",
        embedder=_EMBEDDER,
        questions=tuple(Question(qid=f"Q{number}", text=text) for number, text in enumerate(texts)),
        povs=tuple(PointOfView(pov_id=row["ID"], text=row["POV"]) for row in _sample("povs")),
    )


def _sample(name: str) -> list[dict[str, str]]:
    with (_TEMPLATES / f"sample_{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _run(runner: Runner, request: Request) -> None:
    runner.run(request, on_event=lambda _: None, on_blob=lambda *_: None, cancelled=lambda: False)


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
    for comparison in chain(without_work(sizes), with_work(sizes), ranking(sizes)):
        console.print(f"measured: {comparison.what}")
        comparisons.append(comparison)
    show(comparisons)
    if options.json:
        rows = [row for comparison in comparisons for row in comparison.rows()]
        machine = (
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        )
        options.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
