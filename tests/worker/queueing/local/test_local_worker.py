"""The worker process of one machine, as a real process that is killed for real."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from tests.worker.pipeline.conftest import TEXTS, timeless
from worker.contract import IndexRequest, PointOfView, Question, RankRequest, heatmap_blob
from worker.queueing.in_process import InProcessRunner
from worker.queueing.local.job_table import JobTable
from worker.queueing.local.local_jobs import LocalJobs
from worker.queueing.local.local_worker import serve
from worker.scoring.heatmap import draw_heatmap
from worker.settings import Settings

OPTIONS = {"on_event": lambda _: None, "on_blob": lambda *_: None, "cancelled": lambda: False}


@pytest.fixture
def request_of_many(settings: Settings) -> RankRequest:
    """A ranking that takes some seconds, on an index that is there."""
    folder = settings.home.parent / "papers"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    names = {"collection": "c", "embedder": settings.embedder}
    InProcessRunner(settings).run(IndexRequest(run_id="i", folder=str(folder), **names), **OPTIONS)
    return RankRequest(
        run_id="r1",
        questions=tuple(Question(qid=f"Q{n}", text=f"What are {n} ships?") for n in range(1, 21)),
        povs=(PointOfView(pov_id="P1", text="A kettle can break your heart."),),
        **names,
    )


@pytest.mark.usefixtures("processes")
def test_a_job_that_was_killed_goes_on_after_its_last_row(
    request_of_many: RankRequest,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
):
    table = JobTable(settings.jobs)
    table.submit("r1", "book", "", request_of_many.model_dump_json())
    environment = {**os.environ, "BONSAI_MODELS": str(settings.models)}
    worker = subprocess.Popen(
        [sys.executable, "-m", "worker.queueing.local.local_worker"], env=environment
    )
    until = time.monotonic() + 120
    while len(table.events("r1")) < 4 and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    before = len([event for event in table.events("r1") if '"row"' in event])
    assert 3 <= before < 20, "killed in the middle"

    drawn: list[str] = []

    def draw(*values, title: str, **options) -> bytes:
        drawn.append(title)
        return draw_heatmap(*values, title=title, **options)

    monkeypatch.setattr("worker.pipeline.hit_scorer.draw_heatmap", draw)
    monkeypatch.setattr("worker.queueing.local.job_table.HEARTBEAT_LIMIT", 2.0)
    serve(settings, idle_limit=4.0)
    assert len(drawn) == 20 - before, "stored rows are not computed again"

    finished = LocalJobs(settings).finished("r1")
    rows = [event.row.qid for event in finished.events if event.kind == "row"]
    assert rows == [question.qid for question in request_of_many.questions]
    assert [event.kind for event in finished.events].count("started") == 1
    assert set(finished.blobs) == {heatmap_blob(qid) for qid in rows}
    aside = replace(settings, home=settings.home.parent / "aside")
    whole = InProcessRunner(aside).run(request_of_many, **OPTIONS)
    assert timeless(finished.result) == timeless(whole)
