"""A small corpus whose meaning a reader sees at once, and jobs run on it.

The models are stubs; where real ones matter, a file has a `watched` of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from worker.contract import (
    Event,
    IndexRequest,
    IndexResult,
    OpenIndexRequest,
    PointOfView,
    Question,
    RankRequest,
    RunResult,
)
from worker.pipeline import indexing
from worker.pipeline.chunk_storing import open_index, store_chunks
from worker.pipeline.job_context import JobContext
from worker.retrieval.base import Embedder
from worker.runtime import Runtime

TEXTS = {
    "kettle.txt": "A red kettle stands on the stove. Steam rises while the family sits in silence.",
    "tanker.txt": "Old oil tankers change their flags and names to carry crude past the sanctions.",
    "cocoa.txt": "Cocoa farmers earn a few cents of every bar of chocolate that is sold abroad.",
    "goal.txt": "The striker scored in the last minute and the whole football stadium sang.",
    "border.txt": "A lawyer drew the border with a pencil, and millions of people had to flee.",
    "coins.txt": "Central banks bought gold because their dollar reserves could be frozen.",
}


class CountingEmbedder:
    """The real embedder, counting what it is asked for."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.documents = 0
        self.queries: list[str] = []

    def __getattr__(self, name: str):
        return getattr(self._embedder, name)

    def embed_documents(self, texts):
        self.documents += len(texts)
        return self._embedder.embed_documents(texts)

    def embed_queries(self, texts):
        self.queries += texts
        return self._embedder.embed_queries(texts)


class KilledError(BaseException):
    """Stands for the end of a worker process that is killed: no part of a job may catch it."""


@dataclass
class Watched:
    """A job context that remembers what came out of the job."""

    runtime: Runtime
    events: list[Event] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    stop: Callable[[], bool] = lambda: False
    kill: Callable[[], bool] = lambda: False
    earlier: list[Event] = field(default_factory=list)

    @property
    def context(self) -> JobContext:
        return JobContext(
            self.runtime,
            self._emit,
            lambda: self.stop(),
            self.blobs.__setitem__,
            self.earlier,
        )

    def _emit(self, event: Event) -> None:
        if self.kill():
            raise KilledError
        self.events.append(event)

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def end_after(self, how: str, rows: int) -> None:
        """Stop or kill the job when it has handed over so many rows."""
        setattr(self, how, lambda: self.kinds().count("row") == rows)

    def next_try(self) -> Watched:
        """The same job, tried again with what this try has stored: progress and pieces are not."""
        stored = [event for event in self.events if event.kind not in ("progress", "text")]
        return Watched(self.runtime, earlier=[*self.earlier, *stored])


def timeless(result: RunResult) -> dict[str, object]:
    """A result without what two runs of the same job never have in common."""
    by_chance = {"seconds", "time", "indexed_at", "run_id", "reused_tokens"}
    return _without(result.model_dump(), by_chance)


def _without(value, names: set[str]):
    if isinstance(value, dict):
        return {key: _without(part, names) for key, part in value.items() if key not in names}
    if isinstance(value, list | tuple):
        return [_without(part, names) for part in value]
    return value


def index(request: IndexRequest, context: JobContext) -> IndexResult:
    """Index with reader and worker in one process."""

    def ask(asked):
        serve = open_index if isinstance(asked, OpenIndexRequest) else store_chunks
        return serve(asked, context)

    return indexing.index(request, context, ask)


@pytest.fixture
def watched(stub_runtime: Runtime, one_picture: None) -> Watched:
    return Watched(stub_runtime)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def index_request(documents: Path, tmp_path: Path, watched: Watched) -> IndexRequest:
    return IndexRequest(
        run_id="index-run",
        folder=str(documents),
        collection="small",
        embedder=watched.runtime.settings.embedder,
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
        embedder=index_request.embedder,
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
