"""Scores of worksheet functions by way of a server: a list, a process, an answer."""

import json
import threading
from dataclasses import replace

import pytest

from tests.worker.queueing.worlds import POVS, SCORE_SERVICE, World, score_request
from worker.contract import ScoreRequest
from worker.errors import CollectionError, SettingError
from worker.queueing.broker.packing import pack
from worker.queueing.patience import Patience
from worker.queueing.scores.formula_scores import FormulaScores
from worker.queueing.scores.score_queue import MOST_TEXTS, RemoteScorer
from worker.settings import IN_PROCESS

PATIENT = Patience(formula=60)

TEXTS = [f"Tanker number {number} changes its flag." for number in range(30)]


@pytest.fixture(scope="module")
def served(served: World) -> World:
    """A process that answers scoring requests, beside the worker of jobs."""
    served.start_worker(command=SCORE_SERVICE)
    return served


def asked(*texts: str, **more: str) -> ScoreRequest:
    return score_request("score", *texts).model_copy(update=more)


def test_scores_over_the_server_are_those_in_process(served, tmp_path):
    at_home = replace(served.settings, home=tmp_path / "another", broker=IN_PROCESS)
    here = FormulaScores(at_home, PATIENT).scores(TEXTS, POVS, "classic")
    formulas = FormulaScores(served.settings, PATIENT)
    there = formulas.scores(TEXTS, POVS, "classic")
    assert [score.score for score in there] == pytest.approx([score.score for score in here])
    assert formulas.requests == 1


def test_requests_of_several_workbooks_are_computed_together_and_answered_apart(served):
    scorer, answers = RemoteScorer(served.settings), {}

    def ask(number: int) -> None:
        answers[number] = scorer(asked(TEXTS[number], TEXTS[number + 1])).scores

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    alone = scorer(asked(*TEXTS)).scores
    for number in range(20):
        assert answers[number] == pytest.approx(alone[number : number + 2], abs=1e-3)


def test_a_long_column_goes_in_parts_and_comes_back_whole(served):
    texts = [f"word {number}" for number in range(2 * MOST_TEXTS + 1)]
    result = RemoteScorer(served.settings)(asked(*texts))
    assert len(result.scores) == len(result.cosine) == len(texts)
    assert result.contrast == ()


def test_a_request_that_fails_comes_back_as_its_error_and_the_next_works(served):
    scorer = RemoteScorer(served.settings)
    with pytest.raises(SettingError, match="no embedding model called"):
        scorer(asked("A tanker.", embedder="onnx"))
    with pytest.raises(CollectionError, match="no contrast score yet"):
        scorer(asked("A tanker.", score="contrast"))
    assert len(scorer(asked("A tanker.")).scores) == 1


@pytest.mark.parametrize(
    "message",
    [b"\x80\x04K\x01.", pack(b"[]", "m"), pack(b"no json", "m"), pack(b'{"asked": 0}', "m")],
    ids=["pickle", "list", "text", "incomplete"],
)
def test_a_message_that_cannot_be_read_is_dropped(served, message):
    served.redis.rpush("bonsai:score", message)
    assert len(RemoteScorer(served.settings)(asked("A tanker.")).scores) == 1
    assert served.workers[-1].poll() is None


def test_a_request_that_nobody_waits_for_any_more_is_dropped(served):
    old = {"reply": "bonsai:reply:old", "asked": 0, "request": asked("x").model_dump_json()}
    served.redis.rpush("bonsai:score", pack(json.dumps(old).encode(), "m"))
    assert len(RemoteScorer(served.settings)(asked("A tanker.")).scores) == 1
    assert not served.redis.exists("bonsai:reply:old")
