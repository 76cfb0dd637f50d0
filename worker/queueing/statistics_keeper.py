"""What a ranking learnt of its points of view, kept where worksheet functions find it."""

from __future__ import annotations

import logging

from worker.contract import AnswerRequest, AnswerResult, JobResult, RankRequest, RankResult, Request
from worker.pov_statistics import keep_latest
from worker.settings import Settings

_log = logging.getLogger(__name__)


def keep_statistics(settings: Settings, request: Request, result: JobResult) -> None:
    """Keep the statistics of a ranking's result as the latest; other results have none.

    Every runner calls it with what came back, wherever the job ran. A result is not lost because
    its statistics cannot be kept.
    """
    if not isinstance(result, RankResult | AnswerResult) or result.statistics is None:
        return
    ranking = request.ranking if isinstance(request, AnswerRequest) else request
    assert isinstance(ranking, RankRequest)
    read = {pov_id for question in result.questions for pov_id in question.matrix.pov_ids}
    texts = [pov.text for pov in ranking.povs if pov.pov_id in read]
    model = ranking.scorer or ranking.embedder
    try:
        keep_latest(settings.statistics, model, texts, result.statistics)
    except OSError:
        _log.warning("Statistics cannot be kept in %s.", settings.statistics, exc_info=True)
