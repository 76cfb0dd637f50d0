"""Short scoring requests on a list of the server, and the answers to them.

A worksheet function waits seconds, not minutes, so its requests do not go the way of jobs: they
lie on a list, an answer comes on a list of its own, and whatever is too old is dropped. Nothing
is lost by that, for a formula is simply calculated again.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

from redis import Redis

from worker.contract import SCORE, Problem, ScoreRequest, ScoreResult, parse_request, parse_result
from worker.errors import InputError, UnavailableError
from worker.queueing.broker.connection import broker_errors, connect
from worker.queueing.broker.packing import pack, unpack
from worker.settings import Settings

#: Texts of one message; larger requests go in parts, so that others come in between.
MOST_TEXTS = 512

#: Seconds after which nobody waits for an answer any more.
OLDEST = 60.0

_LIST = "bonsai:score"


@dataclass(frozen=True)
class ListedRequest:
    """One request on the list; `reply` is the key of the list for its answer."""

    reply: str
    request: ScoreRequest


class ScoreQueue:
    """Both ends of the list. Every method may raise what the client library raises."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis  # redis-py types every answer as a union with awaitables

    def ask(self, request: ScoreRequest, *, wait_seconds: float = OLDEST) -> ScoreResult:
        """Put a request on the list and return its answer.

        :raises UnavailableError: if none comes in time.
        :raises BonsaiError: whatever went wrong with the request.
        """
        reply = f"bonsai:reply:{secrets.token_hex(8)}"
        message = {"reply": reply, "asked": time.time(), "request": request.model_dump_json()}
        self._redis.rpush(_LIST, pack(json.dumps(message).encode(), "request"))
        answer = self._wait(reply, time.monotonic() + wait_seconds)
        if answer is None:
            raise _no_answer()
        fields = json.loads(unpack(answer))
        if "problem" in fields:
            raise Problem.model_validate(fields["problem"]).to_error()
        result = parse_result(request, fields["result"])
        assert isinstance(result, ScoreResult)
        return result

    def _wait(self, reply: str, deadline: float) -> bytes | None:
        """Wait in short steps: a socket that waits long looks like a broken one."""
        while (left := deadline - time.monotonic()) > 0:
            found = self._redis.blpop([reply], timeout=min(left, 5.0))
            if found:
                return bytes(found[1])
        return None

    def take_requests(self, *, wait_seconds: float) -> list[ListedRequest]:
        """Return all that waits, up to `MOST_TEXTS` texts or one request; wait for the first."""
        found = self._redis.blpop([_LIST], timeout=wait_seconds)
        messages, texts = [found[1]] if found else [], 0
        listed: list[ListedRequest] = []
        while messages:
            fields = json.loads(unpack(messages.pop()))
            if time.time() - fields["asked"] < OLDEST:
                request = _scoring_request(fields["request"])
                listed.append(ListedRequest(fields["reply"], request))
                texts += len(request.texts)
            if texts < MOST_TEXTS and (more := self._redis.lpop(_LIST)):
                messages.append(more)
        return listed

    def answer(self, listed: ListedRequest, outcome: ScoreResult | Problem) -> None:
        """Answer a request."""
        if isinstance(outcome, Problem):
            fields: dict[str, object] = {"problem": outcome.model_dump(mode="json")}
        else:
            fields = {"result": outcome.model_dump_json()}
        with self._redis.pipeline() as pipe:
            pipe.rpush(listed.reply, pack(json.dumps(fields).encode(), "answer"))
            pipe.expire(listed.reply, int(OLDEST))
            pipe.execute()


class RemoteScorer:
    """Scores by way of the list, a part of the texts at a time.

    :raises SettingError: if the broker's address cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self._broker = settings.broker
        self._queue = ScoreQueue(connect(settings))

    def __call__(self, request: ScoreRequest) -> ScoreResult:
        """Return the scores of all texts.

        :raises BonsaiError: if no worker answers in time, or the request fails.
        """
        with broker_errors(self._broker):
            parts = [
                self._queue.ask(
                    request.model_copy(update={"texts": request.texts[first : first + MOST_TEXTS]})
                )
                for first in range(0, len(request.texts), MOST_TEXTS)
            ]
        return ScoreResult(
            scores=tuple(score for part in parts for score in part.scores),
            cosine=tuple(row for part in parts for row in part.cosine),
            contrast=tuple(row for part in parts for row in part.contrast),
        )


def _scoring_request(payload: str) -> ScoreRequest:
    request = parse_request(payload)
    if not isinstance(request, SCORE.request):
        raise InputError(
            f"The job '{request.job}' was asked of the scoring service.",
            "It scores texts, and does nothing else.",
            "Ask a worker for it.",
        )
    return request


def _no_answer() -> UnavailableError:
    return UnavailableError(
        "No worker has scored the text.",
        "None is there for the queue 'score', or they have too much to do.",
        "Start one with 'bonsai worker', and calculate again.",
    )
