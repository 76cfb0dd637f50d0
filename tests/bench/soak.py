"""A long run of the queue under trouble: nothing may be lost, doubled or stuck; memory is shown.

    python -m tests.bench.soak                # 2,000 jobs
    python -m tests.bench.soak --jobs 60      # the short form, which the tests run too
    python -m tests.bench.soak --json FILE --report docs/soak.md

Three workers, ten clients. Linux or macOS.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from rich.console import Console
from rich.progress import Progress

from tests.bench.machine import machine_facts
from tests.bench.soak_clients import CLIENTS, Clients
from tests.bench.soak_jobs import Expected, mixed_jobs
from tests.bench.soak_outcome import Outcome
from tests.bench.soak_troubles import Disk, Troubles
from tests.worker.queueing.worlds import World, eventually, quick_settings
from worker.errors import BonsaiError
from worker.queueing.broker.embedded_server import EmbeddedServer
from worker.queueing.job import UNFINISHED

_WORKERS, _SEED = 3, 20
_QUEUES = ("rq:queue:bonsai:cpu", "rq:queue:bonsai:cpu:intermediate")


def soak(jobs: int, folder: Path, console: Console) -> Outcome:
    """Run so many jobs under trouble, in an empty folder; return what came of them."""
    disk, server = Disk(folder / "store"), EmbeddedServer(folder / "broker")
    try:
        running = server.start()
        broker = running.url.replace("//", f"//:{running.password}@")
        settings = quick_settings(folder / "home", broker)
        world = World(replace(settings, store=str(folder / "store")), folder)
        try:
            return _soaked(world, server, disk, jobs, console)
        finally:
            world.end()
    finally:
        server.stop()
        disk.release()


def _soaked(
    world: World, server: EmbeddedServer, disk: Disk, jobs: int, console: Console
) -> Outcome:
    first = world.start_worker()
    world.wait_for(first)
    for _ in range(_WORKERS - 1):
        world.start_worker()
    world.index()
    clients = Clients(world, disk, mixed_jobs(jobs, _SEED), Expected(world.run_in_process))
    troubles = Troubles(world, server, disk, jobs, _SEED)
    outcome, begun = clients.outcome, time.monotonic()
    outcome.workers, outcome.clients, outcome.disk = _WORKERS, CLIENTS, str(disk)
    clients.start()
    own = psutil.Process().pid
    with Progress(console=console, transient=True) as bar:
        shown = bar.add_task("jobs", total=jobs)
        while clients.are_busy:
            processes = {"worker": first.pid, "server": server.start().pid, "clients": own}
            _measure(outcome, processes)
            troubles.look(outcome.done.total())
            bar.update(shown, completed=outcome.done.total())
            time.sleep(0.5)
    troubles.look(outcome.done.total())  # what was due as the last jobs ended
    outcome.seconds, outcome.troubles = time.monotonic() - begun, troubles.made
    outcome.faults += [*troubles.faults, *_left_over(world, clients)]
    return outcome


def _measure(outcome: Outcome, processes: dict[str, int]) -> None:
    for name, pid in processes.items():
        with suppress(psutil.NoSuchProcess):
            outcome.memory[name].append(psutil.Process(pid).memory_info().rss / 1e6)


def _left_over(world: World, clients: Clients) -> list[str]:
    """Say what is left of jobs that have ended, and what is not as clients left it."""
    faults = []
    try:
        eventually(lambda: not any(map(world.redis.llen, _QUEUES)), 60)
        eventually(lambda: not world.redis.zcard("rq:wip:bonsai:cpu"), 60)
    except AssertionError:
        faults.append("something is left in the queue")
    for run_id in clients.run_ids:
        job, is_index = world.runs.job(run_id), run_id.startswith("index")
        if not is_index and (job is None or job.state in UNFINISHED):
            faults.append(f"{run_id} is {job.state if job else 'gone'} after its end")
        if not is_index and world.ends(run_id) != 1:
            faults.append(f"the end of {run_id} was written {world.ends(run_id)} times")
    for documents in filter(lambda each: each.is_indexed, clients.documents):
        outcome = world.run(documents.request(f"{documents.name}-at-the-end")).outcome
        if isinstance(outcome, BonsaiError) or {"unchanged"} != {s.status for s in outcome.sources}:
            faults.append(f"the index of {documents.name} is not its folder: {outcome!r}")
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the page there")
    options = parser.parse_args()
    facts = machine_facts()
    with TemporaryDirectory() as folder:
        outcome = soak(options.jobs, Path(folder), Console(stderr=True))
    if options.json:
        options.json.write_text(json.dumps({"machine": facts, **outcome.plain()}, indent=1))
    page = outcome.page(facts)
    if options.report:
        options.report.write_text(page, encoding="utf-8")
    Console().print(page, markup=False, highlight=False, soft_wrap=True)
    raise SystemExit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
