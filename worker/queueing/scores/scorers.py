"""Scores that somebody waits for: computed in this process, or by a service behind a broker."""

from __future__ import annotations

from collections.abc import Callable

from worker.contract import ScoreRequest, ScoreResult
from worker.queueing.in_process import InProcessRunner
from worker.settings import IN_PROCESS, Settings

TextScorer = Callable[[ScoreRequest], ScoreResult]


def text_scorer_for(settings: Settings) -> TextScorer:
    """Return what computes scores that somebody waits for; nothing is loaded or connected yet.

    :raises SettingError: if the broker's address cannot be used.
    """
    if settings.broker == IN_PROCESS:
        runner = InProcessRunner(settings)

        def score(request: ScoreRequest) -> ScoreResult:
            result = runner.run(
                request, on_event=lambda _: None, on_blob=lambda *_: None, cancelled=lambda: False
            )
            assert isinstance(result, ScoreResult)
            return result

        return score
    from worker.queueing.scores.score_queue import RemoteScorer

    return RemoteScorer(settings)
