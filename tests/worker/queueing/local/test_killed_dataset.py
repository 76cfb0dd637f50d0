"""A data set whose worker process is killed for real: no pair is made twice, none is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.worker.pipeline.conftest import timeless
from tests.worker.qa_documents import TOWNS, write_towns
from tests.worker.queueing.quick_worker import QUICK
from tests.worker.queueing.worlds import EMBEDDER, eventually, index_request, quick_settings
from worker.contract import DatasetRequest, Request, Result
from worker.queueing.in_process import InProcessRunner
from worker.queueing.local.job_table import JobTable
from worker.queueing.local.local_jobs import LocalJobs
from worker.queueing.local.local_worker import serve
from worker.settings import IN_PROCESS, Settings

#: A worker whose model takes its time, so that it can be killed in the middle.
SLOW_WORKER = """
import time
from tests.worker.queueing.quick_worker import QUICK
from worker.inference import scripted_model
from worker.queueing.local import local_worker

def slowly(prompt):
    time.sleep(0.1)
    yield from scripted_model.asking(prompt)

scripted_model._SCRIPTS["scripted:asking"] = slowly
raise SystemExit(local_worker.main(QUICK))
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return quick_settings(tmp_path / "home", IN_PROCESS)


@pytest.fixture
def asked(settings: Settings, tmp_path: Path) -> DatasetRequest:
    """A request on indexed towns."""
    run(settings, index_request(write_towns(tmp_path / "towns")))
    return DatasetRequest(
        run_id="dataset-run", collection="small", embedder=EMBEDDER, llm="scripted:asking"
    )


def run(settings: Settings, request: Request) -> Result:
    """Run a request here, to its end."""
    return InProcessRunner(settings).run(
        request, on_event=lambda _: None, on_blob=lambda *_: None, cancelled=lambda: False
    )


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("kills", [1, 3])
def test_a_killed_run_goes_on_after_its_last_pair(
    asked: DatasetRequest, settings: Settings, kills: int
):
    table = JobTable(settings.jobs)
    table.submit(asked.run_id, "book", "", asked.model_dump_json())

    def rows() -> int:
        return sum('"row"' in event for event in table.events(asked.run_id))

    for kill in range(kills):
        before = rows()
        worker = subprocess.Popen(
            [sys.executable, "-c", SLOW_WORKER],
            env={**os.environ, "BONSAI_HOME": str(settings.home), "BONSAI_STORE": settings.store},
            cwd=REPOSITORY,
        )
        eventually(lambda before=before: rows() > before)
        worker.kill()
        worker.wait()
        assert before < rows() < TOWNS, f"kill {kill} was in the middle"
    serve(settings, QUICK)

    ended = LocalJobs(settings).ended(asked.run_id)
    told = [event.row.pair_id for event in ended.events if event.kind == "row"]
    assert len(told) == len(set(told)) == TOWNS
    assert [event.kind for event in ended.events].count("started") == 1
    whole = run(replace(settings, home=settings.home.parent / "aside"), asked)
    assert timeless(ended.result) == timeless(whole)
