"""Scores of worksheet functions by way of a server: a list, a process, an answer."""

import json
import signal
import sys
import threading
from dataclasses import replace

import pytest

from tests.worker.queueing.worlds import POVS, World, eventually
from worker.contract import ScoreRequest
from worker.errors import CollectionError, SettingError, UnavailableError
from worker.queueing.broker.packing import pack
from worker.queueing.scores.formula_scores import ScorePath
from worker.queueing.scores.score_queue import MOST_TEXTS, RemoteScorer, ScoreQueue
from worker.settings import IN_PROCESS

TEXTS = [f"Tanker number {number} changes its flag." for number in range(30)]


@pytest.fixture
def served(world: World) -> World:
    """A world with a process that answers scoring requests."""
    world.start_worker(command=[sys.executable, "-m", "worker.queueing.scores.score_service"])
    return world


def score_request(*texts: str, embedder: str = "onnx:minilm", score: str = "classic"):
    return ScoreRequest(run_id="score", embedder=embedder, texts=texts, povs=POVS, score=score)


def test_scores_over_the_server_are_those_in_process(served, tmp_path):
    at_home = replace(served.settings, home=tmp_path / "another", broker=IN_PROCESS)
    here = ScorePath(at_home, time_limit=60).scores(TEXTS, POVS, "classic")
    path = ScorePath(served.settings, time_limit=60)
    there = path.scores(TEXTS, POVS, "classic")
    assert [score.score for score in there] == pytest.approx([score.score for score in here])
    assert path.requests == 1


def test_requests_of_several_workbooks_are_computed_together_and_answered_apart(served):
    scorer, answers = RemoteScorer(served.settings), {}

    def ask(number: int) -> None:
        answers[number] = scorer(score_request(TEXTS[number], TEXTS[number + 1])).scores

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    alone = scorer(score_request(*TEXTS)).scores
    for number in range(20):
        assert answers[number] == pytest.approx(alone[number : number + 2], abs=1e-3)


def test_a_long_column_goes_in_parts_and_comes_back_whole(served):
    texts = [f"word {number}" for number in range(2 * MOST_TEXTS + 1)]
    result = RemoteScorer(served.settings)(score_request(*texts))
    assert len(result.scores) == len(result.cosine) == len(texts)
    assert result.contrast == ()


def test_a_request_that_fails_comes_back_as_its_error_and_the_next_works(served):
    scorer = RemoteScorer(served.settings)
    with pytest.raises(SettingError, match="no embedding model called"):
        scorer(score_request("A tanker.", embedder="onnx"))
    with pytest.raises(CollectionError, match="no contrast score yet"):
        scorer(score_request("A tanker.", score="contrast"))
    assert len(scorer(score_request("A tanker.")).scores) == 1


@pytest.mark.parametrize(
    "message",
    [b"\x80\x04K\x01.", pack(b"[]", "m"), pack(b"no json", "m"), pack(b'{"asked": 0}', "m")],
    ids=["pickle", "list", "text", "incomplete"],
)
def test_a_message_that_cannot_be_read_is_dropped(served, message):
    served.redis.rpush("bonsai:score", message)
    assert len(RemoteScorer(served.settings)(score_request("A tanker.")).scores) == 1
    assert served.workers[0].poll() is None


def test_a_request_that_nobody_waits_for_any_more_is_dropped(served):
    old = {"reply": "bonsai:reply:old", "asked": 0, "request": score_request("x").model_dump_json()}
    served.redis.rpush("bonsai:score", pack(json.dumps(old).encode(), "m"))
    assert len(RemoteScorer(served.settings)(score_request("A tanker.")).scores) == 1
    assert not served.redis.exists("bonsai:reply:old")


def test_without_a_worker_a_formula_says_so(world):
    with pytest.raises(UnavailableError, match="No worker has scored"):
        ScoreQueue(world.redis).ask(score_request("A tanker."), wait_seconds=0.5)


def test_the_process_ends_when_it_is_asked_to(served):
    assert len(RemoteScorer(served.settings)(score_request("A tanker.")).scores) == 1
    served.workers[0].send_signal(signal.SIGTERM)
    eventually(lambda: served.workers[0].poll() == 0, seconds=20)
