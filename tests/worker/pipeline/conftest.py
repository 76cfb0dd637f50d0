"""A small corpus whose meaning a reader sees at once, and jobs run on it for real."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from worker.contract import Event, IndexRequest, PointOfView, Question, RankRequest
from worker.pipeline.indexing import index
from worker.pipeline.job_context import JobContext
from worker.runtime import Runtime

TEXTS = {
    "kettle.txt": "A red kettle stands on the stove. Steam rises while the family sits in silence.",
    "tanker.txt": "Old oil tankers change their flags and names to carry crude past the sanctions.",
    "cocoa.txt": "Cocoa farmers earn a few cents of every bar of chocolate that is sold abroad.",
    "goal.txt": "The striker scored in the last minute and the whole football stadium sang.",
    "border.txt": "A lawyer drew the border with a pencil, and millions of people had to flee.",
    "coins.txt": "Central banks bought gold because their dollar reserves could be frozen.",
}


@dataclass
class Watched:
    """A job context that remembers what came out of the job."""

    runtime: Runtime
    events: list[Event] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    stop: Callable[[], bool] = lambda: False

    @property
    def context(self) -> JobContext:
        return JobContext(
            self.runtime, self.events.append, lambda: self.stop(), self.blobs.__setitem__
        )

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


@pytest.fixture
def watched(warm_runtime: Runtime) -> Watched:
    return Watched(warm_runtime)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def index_request(documents: Path, tmp_path: Path) -> IndexRequest:
    return IndexRequest(
        run_id="index-run",
        folder=str(documents),
        collection="small",
        embedder="onnx:minilm",
        store=str(tmp_path / "store"),
    )


@pytest.fixture
def rank_request(index_request: IndexRequest, watched: Watched) -> RankRequest:
    """A request on the indexed corpus."""
    index(index_request, watched.context)
    watched.events.clear()
    return RankRequest(
        run_id="rank-run",
        collection="small",
        embedder="onnx:minilm",
        store=index_request.store,
        questions=(
            Question(qid="Q1", text="What moves the world economy?"),
            Question(qid="Q2", text="What do people remember?"),
        ),
        povs=(
            PointOfView(pov_id="P1", text="Oil does not care about sanctions."),
            PointOfView(pov_id="P2", text="A kettle can break your heart."),
            PointOfView(pov_id="P3", text="Football tells the truth."),
        ),
        top_k=6,
    )
