"""Scores of worksheet functions by way of a server: a list, a process, an answer."""

import json
import threading
import time
from dataclasses import replace

import pytest

from tests.worker.queueing.worlds import (
    POVS,
    SCORE_SERVICE,
    World,
    eventually,
    rank_request,
    score_request,
)
from worker.contract import ScoreRequest, ScoreResult
from worker.errors import CollectionError, EngineError, SettingError
from worker.queueing.broker.packing import pack, unpack
from worker.queueing.patience import Patience
from worker.queueing.scores.formula_scores import FormulaScores
from worker.queueing.scores.score_queue import (
    MOST_TEXTS,
    ListedRequest,
    RemoteScorer,
    ScoreQueue,
)
from worker.queueing.scores.score_service import _answer
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


def message(**changes: object) -> bytes:
    """A request on the list, after somebody has changed it."""
    fields = {"reply": "bonsai:reply:0a", "asked": 2e9, "request": asked("x").model_dump_json()}
    return pack(json.dumps({**fields, **changes}).encode(), "m")


MESSAGES = {
    "pickle": b"\x80\x04K\x01.",
    "list": pack(b"[]", "m"),
    "text": pack(b"no json", "m"),
    "no utf-8": pack(b"\xff\xfe", "m"),
    "incomplete": pack(b'{"asked": 0}', "m"),
    "asked for ever ago": message(asked=-1e308),
    "asked in words": message(asked="yesterday"),
    "a request that is none": message(request="{}"),
    "another job": message(request=rank_request(1).model_dump_json()),
    "a foreign version": message(request=asked("x", protocol=99).model_dump_json()),
    "an answer into the queue": message(reply="rq:queue:bonsai:cpu"),
    "an answer over a lease": message(reply="bonsai:lease:x"),
    "an answer to nobody": message(reply=None),
}


@pytest.mark.parametrize("junk", MESSAGES.values(), ids=MESSAGES.keys())
def test_a_message_that_cannot_be_read_is_dropped_alone(served, junk):
    reply = "bonsai:reply:0c"
    honest = message(reply=reply, asked=served.redis.time()[0])
    served.redis.rpush("bonsai:score", junk, honest, junk)  # so that they are taken together
    _, answer = served.redis.blpop([reply], timeout=60)
    assert b"result" in unpack(answer)
    assert served.workers[-1].poll() is None
    assert not served.redis.llen("rq:queue:bonsai:cpu")
    assert not served.redis.exists("bonsai:lease:x")


@pytest.mark.parametrize("command", [("SET", "x"), ("SADD", "x"), ("HSET", "a", "b")])
def test_a_list_that_is_none_is_set_aside(served, command):
    name, *values = command
    served.redis.execute_command(name, "bonsai:score", *values)
    eventually(lambda: not served.redis.exists("bonsai:score"))
    assert len(RemoteScorer(served.settings)(asked("A tanker.")).scores) == 1
    assert served.workers[-1].poll() is None


def test_an_answer_for_which_there_is_no_room_is_lost_alone(served):
    served.redis.set("bonsai:reply:0b", "no list")
    now = served.redis.time()[0]
    served.redis.rpush("bonsai:score", message(reply="bonsai:reply:0b", asked=now))
    assert len(RemoteScorer(served.settings)(asked("A tanker.")).scores) == 1
    assert served.workers[-1].poll() is None


def test_a_request_that_fails_does_not_take_the_others_with_it(served):
    queue = ScoreQueue(served.redis)
    listed = [ListedRequest(f"bonsai:reply:{n}", asked(text)) for n, text in enumerate("ab")]

    def score(request: ScoreRequest) -> ScoreResult:
        """Stands in for a model that fails at one text."""
        if "b" in request.texts:
            raise EngineError("It failed.", "The text is odd.", "Write another.")
        return ScoreResult(scores=(1.0,), cosine=((1.0, 1.0, 1.0),), contrast=())

    _answer(listed, queue, score)

    first, second = (unpack(served.redis.lpop(one.reply)) for one in listed)
    assert b"It failed" in second
    assert b"It failed" not in first


@pytest.mark.parametrize("step", [31 * 86_400, -31 * 86_400], ids=["ahead", "behind"])
def test_a_formula_is_answered_whatever_its_computer_takes_the_time_to_be(
    served, step, monkeypatch
):
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + step)
    assert len(RemoteScorer(served.settings)(asked("A tanker.")).scores) == 1


def test_a_request_that_nobody_waits_for_any_more_is_dropped(served):
    old = {"reply": "bonsai:reply:01d", "asked": 0, "request": asked("x").model_dump_json()}
    served.redis.rpush("bonsai:score", pack(json.dumps(old).encode(), "m"))
    assert len(RemoteScorer(served.settings)(asked("A tanker.")).scores) == 1
    assert not served.redis.exists("bonsai:reply:01d")
