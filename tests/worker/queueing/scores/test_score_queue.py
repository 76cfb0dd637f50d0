"""The list of scoring requests when nobody answers, and a process that is asked to leave it."""

import signal

import pytest

from tests.worker.queueing.worlds import SCORE_SERVICE, World, score_request
from worker.errors import UnavailableError
from worker.queueing.scores.score_queue import RemoteScorer, ScoreQueue


def test_without_a_worker_a_formula_says_so(world: World):
    with pytest.raises(UnavailableError, match="No worker has scored"):
        ScoreQueue(world.redis).ask(score_request("score"), wait_seconds=0.5)


def test_the_process_ends_when_it_is_asked_to(world: World):
    service = world.start_worker(command=SCORE_SERVICE)
    assert len(RemoteScorer(world.settings)(score_request("score")).scores) == 1
    service.send_signal(signal.SIGTERM)
    assert service.wait(60) == 0
