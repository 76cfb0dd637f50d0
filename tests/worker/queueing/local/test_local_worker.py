"""The worker process of one machine, as a real process that is killed for real."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.worker.pipeline.conftest import timeless
from tests.worker.queueing.quick_worker import QUICK
from tests.worker.queueing.worlds import eventually, quick_settings, rank_request
from worker.contract import OVERVIEW_BLOB, RankRequest, heatmap_blob
from worker.errors import StoreError
from worker.queueing.in_process import InProcessRunner
from worker.queueing.local import local_worker
from worker.queueing.local.job_table import JobTable
from worker.queueing.local.local_jobs import LocalJobs
from worker.queueing.local.local_worker import serve
from worker.scoring.score_modes import score_chunks
from worker.settings import IN_PROCESS, Settings

ROWS = 10


@pytest.fixture
def settings(small_store: str, tmp_path: Path) -> Settings:
    return replace(quick_settings(tmp_path / "home", IN_PROCESS), store=small_store)


@pytest.fixture
def ranking() -> RankRequest:
    return rank_request(ROWS)


@pytest.mark.usefixtures("processes")
def test_a_job_that_was_killed_goes_on_after_its_last_row(
    ranking: RankRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    table = JobTable(settings.jobs)
    table.submit(ranking.run_id, "book", "", ranking.model_dump_json())
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.worker.queueing.quick_worker", "local"],
        env={**os.environ, "BONSAI_STORE": settings.store},
        cwd=REPOSITORY,
    )

    def rows() -> int:
        return sum('"row"' in event for event in table.events(ranking.run_id))

    eventually(lambda: rows() >= 3)
    worker.kill()
    worker.wait()
    before = rows()
    assert 3 <= before < ROWS, "killed in the middle"

    scored: list[object] = []

    def score(cosine, *options):
        scored.append(cosine)
        return score_chunks(cosine, *options)

    monkeypatch.setattr("worker.pipeline.hit_scorer.score_chunks", score)
    serve(settings, QUICK)
    assert len(scored) == ROWS - before, "stored rows are not computed again"

    ended = LocalJobs(settings).ended(ranking.run_id)
    qids = [event.row.qid for event in ended.events if event.kind == "row"]
    assert qids == [question.qid for question in ranking.questions]
    assert [event.kind for event in ended.events].count("started") == 1
    assert set(ended.blobs) == {OVERVIEW_BLOB, *map(heatmap_blob, qids)}
    aside = replace(settings, home=settings.home.parent / "aside")
    whole = InProcessRunner(aside).run(
        ranking, on_event=lambda _: None, on_blob=lambda *_: None, cancelled=lambda: False
    )
    assert timeless(ended.result) == timeless(whole)


def test_a_job_whose_signs_of_life_cannot_be_written_goes_on_giving_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    fails = iter([True, True])

    def beat(_table: JobTable, _run_id: str) -> bool:
        """Stands in for a disk that is full for two beats; the third is told to stop."""
        if next(fails, False):
            raise StoreError("The job file cannot be used.", "The disk is full.", "Make room.")
        return True

    monkeypatch.setattr(JobTable, "beat", beat)
    with local_worker._heartbeat("r1", settings, 0.01) as stopped:
        eventually(stopped)
