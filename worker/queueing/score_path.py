"""Short scoring requests of worksheet functions: cached, batched, bounded in time.

A formula is computed again and again; it must never start work that a cache could spare, and
never hold Excel up. So every value is looked up by content first, all that is missing goes into
one request, and the caller gets what is there when the time is up. The request goes on in the
background, and the next calculation finds its values.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass

from worker.contract import PointOfView, ScoreMode, ScoreRequest, ScoreResult
from worker.errors import UnavailableError
from worker.queueing.in_process import InProcessRunner
from worker.queueing.score_cache import ScoreCache, score_keys
from worker.settings import Settings
from worker.statistics_file import statistics_digest

#: Seconds a formula waits for a request.
TIME_LIMIT = 5.0


@dataclass(frozen=True)
class TextScore:
    """The score of one text and, for each point of view in turn, cosine and contrast."""

    score: float
    cosine: Sequence[float]
    contrast: Sequence[float]


class ScorePath:
    """The way from a formula to a score. `requests` counts the requests that were needed."""

    def __init__(self, settings: Settings, *, time_limit: float = TIME_LIMIT) -> None:
        self.requests = 0
        self._settings = settings
        self._time_limit = time_limit
        self._runner = InProcessRunner(settings)
        self._cache = ScoreCache(settings.scores)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bonsai-score")
        self._pending: dict[tuple[str, ...], Future[None]] = {}

    def scores(
        self, texts: Sequence[str], povs: Sequence[PointOfView], mode: ScoreMode
    ) -> list[TextScore]:
        """Return the score of each text.

        :raises UnavailableError: if they are not known and did not come in time.
        :raises BonsaiError: if the request fails.
        """
        keys = score_keys(self._context(povs, mode), texts)
        found = self._cache.find(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            self._wait(self._request(missing, povs, mode))
            found = self._cache.find(keys)
        return [TextScore(*found[key]) for key in keys]

    def _request(
        self, missing: dict[str, str], povs: Sequence[PointOfView], mode: ScoreMode
    ) -> Future[None]:
        """Start one request for all that is missing; the same one is not started twice."""
        wanted = tuple(missing)
        pending = self._pending.get(wanted)
        if pending is None or pending.done():
            pending = self._worker.submit(self._compute, missing, tuple(povs), mode)
            self._pending = {k: f for k, f in self._pending.items() if not f.done()}
            self._pending[wanted] = pending
        return pending

    def _compute(
        self, missing: dict[str, str], povs: tuple[PointOfView, ...], mode: ScoreMode
    ) -> None:
        self.requests += 1
        request = ScoreRequest(
            run_id=secrets.token_hex(8),
            embedder=self._settings.embedder,
            texts=tuple(missing.values()),
            povs=povs,
            score=mode,
        )
        result = self._runner.run(
            request, on_event=lambda _: None, on_blob=lambda *_: None, cancelled=lambda: False
        )
        assert isinstance(result, ScoreResult)
        contrast = result.contrast or ((),) * len(result.scores)
        values = zip(result.scores, result.cosine, contrast, strict=True)
        self._cache.keep(dict(zip(missing, values, strict=True)))

    def _wait(self, request: Future[None]) -> None:
        try:
            request.result(self._time_limit)
        except FutureTimeoutError as error:
            raise UnavailableError(
                "The score is not there yet.",
                f"It takes longer than the {self._time_limit:.0f} seconds a formula may wait.",
                "Calculate again in a moment; the work goes on in the background.",
            ) from error

    def _context(self, povs: Sequence[PointOfView], mode: ScoreMode) -> list[object]:
        """Return all but the text that a score depends on."""
        model, texts = self._settings.embedder, [pov.text for pov in povs]
        usual = statistics_digest(self._settings.statistics, model, texts)
        return [model, mode, texts, [pov.weight for pov in povs], usual]
