"""Short scoring requests of worksheet functions: cached, batched, bounded in time.

A formula is computed again and again; it must never start work that a cache could spare, and
never hold Excel up. So every value is looked up by content first, all that is missing goes into
one request, and the caller gets what is there when the time is up. The request goes on in the
background, and a later calculation finds its values. A text that is under way is not asked for
twice. The time counts from the start of a request, however many formulas wait for it: a column
of a thousand formulas holds Excel up once.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Any

from worker.contract import (
    PointOfView,
    PovStatistics,
    ScoreMode,
    ScoreRequest,
    score_formula,
)
from worker.errors import BonsaiError, UnavailableError
from worker.models.registry import made_version
from worker.pov_statistics import KeptStatistics, score_statistics, statistics_digest
from worker.queueing.patience import USUAL, Patience
from worker.queueing.scores.score_cache import ScoreCache, score_keys
from worker.queueing.scores.scorers import text_scorer_for
from worker.settings import Settings


@dataclass(frozen=True)
class TextScore:
    """The score of one text and, for each point of view in turn, cosine and contrast."""

    score: float
    cosine: Sequence[float]
    contrast: Sequence[float]


@dataclass(frozen=True)
class _Question:
    """All but the texts that a request for scores is made of."""

    povs: tuple[PointOfView, ...]
    mode: ScoreMode
    statistics: PovStatistics | None


@dataclass(frozen=True)
class _Pending:
    """A request under way; `deadline` is when formulas stop waiting for it."""

    future: Future[None]
    deadline: float


class FormulaScores:
    """The way from a formula to a score. `requests` counts the requests that were needed."""

    def __init__(self, settings: Settings, patience: Patience = USUAL) -> None:
        self.requests = 0
        self._settings = settings
        self._patience = patience
        self._score = text_scorer_for(settings)
        self._cache = ScoreCache(settings.scores)
        self._usual = KeptStatistics(settings.statistics)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bonsai-score")
        self._pending: dict[str, _Pending] = {}
        self._failure: BonsaiError | None = None
        self._failed_at = 0.0

    def scores(
        self,
        texts: Sequence[str],
        povs: Sequence[PointOfView],
        mode: ScoreMode,
        column: Sequence[str] = (),
    ) -> list[TextScore]:
        """Return the score of each text; one request is made for all that are missing.

        :param column: texts that will be asked for next. They go into the same request.
        :raises UnavailableError: if scores are not known and did not come in time.
        :raises CollectionError: if contrast is asked for and nothing was ranked by these points
            of view yet.
        :raises BonsaiError: if the request fails.
        """
        question = self._question(povs, mode)
        keys = self._keys(question, [*texts, *column])
        found = self._find(keys)
        new = {
            key: text
            for key, text in zip(keys, [*texts, *column], strict=True)
            if key not in found and key not in self._pending
        }
        if new:
            self._refuse_after_failure()
            self._pending |= dict.fromkeys(new, self._start(new, question))
        return self._collect(keys[: len(texts)], found)

    def known(
        self, texts: Sequence[str], povs: Sequence[PointOfView], mode: ScoreMode
    ) -> list[TextScore] | None:
        """Return the score of each text, or None if that would take another request.

        :raises BonsaiError: as `scores` does, for texts that are under way.
        """
        keys = self._keys(self._question(povs, mode), texts)
        found = self._find(keys)
        if any(key not in found and key not in self._pending for key in keys):
            return None
        return self._collect(keys, found)

    def _question(self, povs: Sequence[PointOfView], mode: ScoreMode) -> _Question:
        model, texts = self._settings.embedder, [pov.text for pov in povs]
        statistics = score_statistics(self._usual, model, texts, mode)
        return _Question(tuple(povs), mode, statistics)

    def _keys(self, question: _Question, texts: Sequence[str]) -> list[str]:
        views = [(pov.text, pov.weight) for pov in question.povs]
        usual = statistics_digest(question.statistics)
        formula, model = score_formula(question.mode), self._settings.embedder
        if version := made_version(self._settings, model):
            model = f"{model} {version}"
        return score_keys([model, formula, views, usual], texts)

    def _find(self, keys: Sequence[str]) -> dict[str, Any]:
        """Return what is known, and forget requests that have ended.

        These first: a request that ends in between has left its values in the cache by then.
        """
        self._pending = {k: p for k, p in self._pending.items() if not p.future.done()}
        return self._cache.find(keys)

    def _refuse_after_failure(self) -> None:
        """Say the same again for a while: a thousand cells must not try a dead server each."""
        if self._failure and time.monotonic() - self._failed_at < self._patience.failure:
            raise self._failure

    def _start(self, new: Mapping[str, str], question: _Question) -> _Pending:
        future = self._worker.submit(self._compute, new, question)
        return _Pending(future, time.monotonic() + self._patience.formula)

    def _compute(self, new: Mapping[str, str], question: _Question) -> None:
        self.requests += 1
        request = ScoreRequest(
            run_id=secrets.token_hex(8),
            embedder=self._settings.embedder,
            texts=tuple(new.values()),
            povs=question.povs,
            score=question.mode,
            statistics=question.statistics,
        )
        try:
            result = self._score(request)
        except UnavailableError as error:
            self._failure, self._failed_at = error, time.monotonic()
            raise
        contrast = result.contrast or ((),) * len(result.scores)
        values = zip(result.scores, result.cosine, contrast, strict=True)
        self._cache.keep(dict(zip(new, values, strict=True)))

    def _collect(self, keys: Sequence[str], found: Mapping[str, Any]) -> list[TextScore]:
        missing = [key for key in keys if key not in found]
        if missing:
            self._wait({self._pending[key] for key in missing})
            found = self._cache.find(keys)
        return [TextScore(*found[key]) for key in keys]

    def _wait(self, requests: Iterable[_Pending]) -> None:
        try:
            for request in requests:
                request.future.result(max(0.0, request.deadline - time.monotonic()))
        except FutureTimeoutError as error:
            seconds = f"{self._patience.formula:.0f} seconds"
            raise UnavailableError(
                "The score is not there yet.",
                f"It takes longer than the {seconds} a formula may wait.",
                "Calculate again in a moment; the work goes on in the background.",
            ) from error
