"""The jobs of the soak: what is asked, and what must come of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.worker.pipeline.conftest import TEXTS, timeless
from tests.worker.queueing.worlds import (
    EMBEDDER,
    LANGUAGE_MODEL,
    index_request,
    rank_request,
    score_request,
    write_documents,
)
from worker.contract import AnswerRequest, IndexRequest, IndexResult, Request, Result

#: Of a hundred jobs, how many are of a kind.
_SHARES = {"rank": 40, "score": 35, "answer": 15, "index": 10}
_SIZES = (1, 2, 3)


@dataclass(frozen=True)
class SoakJob:
    """One job; its size is a number of questions, or of texts."""

    number: int
    kind: str
    size: int


def mixed_jobs(count: int, seed: int) -> list[SoakJob]:
    """Return jobs of all kinds in a mixed order, the same for the same seed."""
    dice = random.Random(seed)
    kinds = dice.choices([*_SHARES], [*_SHARES.values()], k=count)
    return [SoakJob(number, kind, dice.choice(_SIZES)) for number, kind in enumerate(kinds)]


def _rank(size: int, run_id: str) -> Request:
    return rank_request(size, run_id).model_copy(update={"heatmaps": 1})


def _answer(size: int, run_id: str) -> Request:
    ranking = rank_request(size, run_id).model_copy(update={"heatmaps": 0})
    return AnswerRequest(
        run_id=run_id, ranking=ranking, llm=LANGUAGE_MODEL, max_tokens=20, gate=False
    )


def _score(size: int, run_id: str) -> Request:
    return score_request(run_id, *(f"Tanker {number} changes its flag." for number in range(size)))


_ASKED: dict[str, Callable[[int, str], Request]] = {
    "rank": _rank,
    "answer": _answer,
    "score": _score,
}


class Expected:
    """What each job must give: the same as in this process, without a queue.

    :param run: runs a request without a queue.
    """

    def __init__(self, run: Callable[[Request], Result]) -> None:
        self._results = {
            (kind, size): timeless(run(request(size, f"{kind}-{size}")))
            for kind, request in _ASKED.items()
            for size in _SIZES
        }

    def check(self, job: SoakJob, result: Result) -> str:
        """Say what is wrong with a result; nothing if it is right."""
        if isinstance(result, IndexResult):
            failed = [source.file for source in result.sources if source.status == "failed"]
            whole = result.chunks == len(TEXTS) + 1
            return "" if whole and not failed else f"{result.chunks} passages, {failed} failed"
        right = timeless(result) == self._results[job.kind, job.size]
        return "" if right else "another result than without a queue"


class Documents:
    """A folder of one client's own, of which one file is another before each index."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self.name = write_documents(folder / name), name
        self.is_indexed = False

    def changed(self, number: int) -> None:
        """Write the file that changes."""
        self.is_indexed = True  # it will be, and again whenever it has changed
        text = f"Ship number {number} left harbour with cocoa."
        (self._folder / "changing.txt").write_text(text, encoding="utf-8")

    def request(self, run_id: str) -> IndexRequest:
        """Ask for an index of the folder as it is."""
        request = index_request(self._folder, run_id, embedder=EMBEDDER)
        return request.model_copy(update={"collection": self.name})


def request_of(job: SoakJob, documents: Documents, run_id: str) -> Request:
    """Return what a client asks for."""
    if job.kind == "index":
        return documents.request(run_id)
    return _ASKED[job.kind](job.size, run_id)


def doubled(keys: Sequence[object]) -> bool:
    """Say whether a row came twice."""
    return len(set(keys)) != len(keys)
