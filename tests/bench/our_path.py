"""Our indexing and ranking, in this process and in a folder of its own."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from unittest.mock import patch

from worker.contract import (
    IndexRequest,
    IndexResult,
    PointOfView,
    Question,
    RankRequest,
    RankResult,
    Result,
)
from worker.jobs import run_job
from worker.pipeline.job_context import JobContext
from worker.retrieval.base import Collection
from worker.runtime import Runtime
from worker.settings import load_settings

EMBEDDER = "onnx:minilm"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"

_numbers = count()


class OurPath:
    """Jobs in this process. Indexes lie in `home`, which is the worker's too.

    :param threads: for embedding; 0 means all there are.
    """

    def __init__(self, home: Path, threads: int = 0) -> None:
        settings = replace(load_settings(), home=home, store=str(home / "store"), threads=threads)
        self.runtime = Runtime(settings)
        self.embedder = self.runtime.embedder(EMBEDDER)

    def index(self, documents: Path, collection: str) -> IndexResult:
        """Bring a collection in line with a folder, at the original's chunk size."""
        request = IndexRequest(
            run_id=f"index-{next(_numbers)}",
            folder=str(documents),
            collection=collection,
            embedder=EMBEDDER,
            chunk_size=1000,
            chunk_overlap=60,
        )
        return self._run(request)

    def rank(self, collection: str, question: str, povs: Sequence[PointOfView]) -> RankResult:
        """Rank ten passages for one question, and draw the picture."""
        request = RankRequest(
            run_id=f"rank-{next(_numbers)}",
            collection=collection,
            embedder=EMBEDDER,
            questions=(Question(qid="Q1", text=question),),
            povs=tuple(povs),
            top_k=10,
        )
        return self._run(request)

    def rank_only(self, collection: str, question: str, povs: Sequence[PointOfView]) -> RankResult:
        """Do the same but for the picture, for which a stand-in gives nothing."""
        with patch("worker.pipeline.ranking_pictures.draw_heatmap", return_value=b""):
            return self.rank(collection, question, povs)

    def opened(self, collection: str) -> Collection:
        """Return a collection that is there."""
        return self.runtime.store("").open(collection, self.embedder)

    def _run(self, request: IndexRequest | RankRequest) -> Result:
        context = JobContext(self.runtime, emit=lambda _event: None, cancelled=lambda: False)
        return run_job(request, context)


def sample_povs() -> list[PointOfView]:
    """Return the 23 points of view of the sample workbook."""
    return [PointOfView(pov_id=row["ID"], text=row["POV"]) for row in _rows("povs")]


def sample_questions() -> list[str]:
    """Return the questions of the sample workbook."""
    names = ("QInitial", "FBQA1", "FBQB1")
    return [row[name] for row in _rows("questions") for name in names]


def sample_documents() -> list[Path]:
    """Return the English sample documents."""
    folder = TEMPLATES / "sample_documents"
    return sorted(path for path in folder.iterdir() if ".ja" not in path.suffixes)


def _rows(name: str) -> list[dict[str, str]]:
    with (TEMPLATES / f"sample_{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))
