"""The process that answers scoring requests of worksheet functions: many at once, models warm.

Run as `python -m worker.queueing.scores.score_service`; `bonsai worker` does, and restarts it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from redis import Redis

from worker.contract import Problem, ScoreResult
from worker.errors import BonsaiError
from worker.process_log import failures_in_lines
from worker.queueing.broker.connection import broker_errors, connect
from worker.queueing.patience import USUAL
from worker.queueing.scores.score_queue import ListedRequest, ScoreQueue
from worker.queueing.scores.scorers import TextScorer, text_scorer_for
from worker.settings import IN_PROCESS, load_settings

_LOOK = 1.0  # seconds between two looks at the wish to leave


def serve(redis: Redis, score: TextScorer, leave: threading.Event) -> None:
    """Answer requests until asked to leave. What waits together is computed together."""
    queue = ScoreQueue(redis)
    while not leave.is_set():
        waiting = queue.take_requests(wait_seconds=_LOOK)
        for _, alike in groupby(sorted(waiting, key=_likeness), key=_likeness):
            _answer(list(alike), queue, score)


def _likeness(listed: ListedRequest) -> str:
    """Return what requests that can be computed together have in common: all but the texts."""
    return listed.request.model_dump_json(exclude={"run_id", "texts"})


def _answer(alike: Sequence[ListedRequest], queue: ScoreQueue, score: TextScorer) -> None:
    texts = tuple(text for listed in alike for text in listed.request.texts)
    together = alike[0].request.model_copy(update={"texts": texts})
    try:
        result = score(together)
    except BonsaiError as error:
        if len(alike) == 1:
            return queue.answer(alike[0], Problem.from_error(error))
        for listed in alike:  # whichever of them it was
            _answer([listed], queue, score)
        return
    first = 0
    for listed in alike:
        last = first + len(listed.request.texts)
        queue.answer(listed, _part(result, first, last))
        first = last


def _part(result: ScoreResult, first: int, last: int) -> ScoreResult:
    return ScoreResult(
        scores=result.scores[first:last],
        cosine=result.cosine[first:last],
        contrast=result.contrast[first:last],
    )


def main() -> None:
    """Serve until SIGTERM; a failure is a line for the supervisor, never a traceback.

    :raises SystemExit: if it fails.
    """
    leave = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: leave.set())
    with failures_in_lines():
        settings = load_settings()
        with broker_errors(settings.broker):
            connect(settings).ping()  # what is wrong from the start is said at once
            redis = connect(settings, patience=USUAL.server)
            serve(redis, text_scorer_for(replace(settings, broker=IN_PROCESS)), leave)


if __name__ == "__main__":
    main()
