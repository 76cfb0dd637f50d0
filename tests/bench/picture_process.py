"""One process of the bench of pictures: it ranks the sample with and without pictures.

    python tests/bench/picture_process.py HOME ROUNDS QUESTIONS...

It imports the project from PYTHONPATH, which may be another version of it than this file's. HOME
keeps the index of the sample from process to process. It prints its figures as JSON: for each
number of questions, and for a picture of 10 × 23 alone, the seconds and the seconds of processor
time of each round.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np

from tests.bench.our_path import EMBEDDER, OurPath, sample_documents, sample_povs, sample_questions
from worker.contract import Question, RankRequest
from worker.jobs import run_job
from worker.pipeline.job_context import JobContext
from worker.scoring.heatmap import CONTRAST, draw_heatmap

_COLLECTION = "sample"
_PICTURES = 10  # of the picture alone, in a round
_numbers = count()

#: Seconds, and seconds of processor time.
Taken = tuple[float, float]


def figures(home: Path, rounds: int, sizes: list[int]) -> dict[str, list[Taken]]:
    """Return what each kind of work took in each round, after one that is not counted."""
    ours = OurPath(home)
    ours.index(sample_documents()[0].parent, _COLLECTION)
    taken: dict[str, list[Taken]] = {}
    for counted in range(rounds + 1):
        for name, work in _kinds(ours, sizes):
            values = taken.setdefault(name, [])
            if counted:
                values.append(_timed(work))
            else:
                work()
    return taken


def _kinds(ours: OurPath, sizes: list[int]) -> Iterator[tuple[str, Callable[[], object]]]:
    for size in sizes:
        yield f"{size} with", lambda size=size: _rank(ours, size, pictures=50)  # type: ignore[misc]
        yield f"{size} without", lambda size=size: _rank(ours, size, pictures=0)  # type: ignore[misc]
    yield "picture", _draw


def _rank(ours: OurPath, questions: int, pictures: int) -> None:
    """Rank for questions that nobody has asked before."""
    texts = [f"{text} ({next(_numbers)})" for text in (sample_questions() * questions)[:questions]]
    request = RankRequest(
        run_id=f"rank-{next(_numbers)}",
        collection=_COLLECTION,
        embedder=EMBEDDER,
        questions=tuple(Question(qid=f"Q{n}", text=text) for n, text in enumerate(texts)),
        povs=tuple(sample_povs()),
        heatmaps=pictures,
    )
    run_job(request, JobContext(ours.runtime, lambda _event: None, lambda: False))


def _draw() -> None:
    values = np.random.default_rng(0).normal(0, 2, (10, 23))
    rows = [f"{number}. brics_from_acronym_to_bloc.txt @{number}00" for number in range(1, 11)]
    columns = [f"{pov.pov_id} {pov.text[:26]}" for pov in sample_povs()]
    title = "Q1 Can BRICS become a counterweight?\nRAG documents against points of view"
    for _ in range(_PICTURES):
        draw_heatmap(values, rows, columns, title=title, palette=CONTRAST)


def _timed(work: Callable[[], object]) -> Taken:
    begun, of_processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - of_processor


if __name__ == "__main__":
    place, number, *questions = sys.argv[1:]
    taken = figures(Path(place), int(number), list(map(int, questions)))
    of_one = [(wall / _PICTURES, cpu / _PICTURES) for wall, cpu in taken.pop("picture")]
    print(json.dumps(taken | {"picture": of_one}))  # noqa: T201
