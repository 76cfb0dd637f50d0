"""Short scoring requests on a list of the server, and the answers to them.

A worksheet function waits seconds, not minutes, so its requests do not go the way of jobs: they
lie on a list, an answer comes on a list of its own, and whatever is too old is dropped. Nothing
is lost by that, for a formula is simply calculated again.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from redis import Redis
from redis.exceptions import ResponseError

from worker.contract import SCORE, Problem, ScoreRequest, ScoreResult, parse_request, parse_result
from worker.errors import BonsaiError, InputError, UnavailableError
from worker.queueing.broker.connection import broker_errors, connect, is_outage
from worker.queueing.broker.packing import pack, unpack, unreadable_record
from worker.queueing.broker.records import first_line, set_aside_strangers
from worker.queueing.broker.runs import Runs
from worker.settings import Settings

#: Texts of one message; larger requests go in parts, so that others come in between.
MOST_TEXTS = 512

#: Seconds after which nobody waits for an answer any more.
OLDEST = 60.0

_LIST = "bonsai:score"

#: Where answers may be put; whoever asks makes up the end.
_REPLY = re.compile("bonsai:reply:[0-9a-f]{1,40}")

_log = logging.getLogger(__name__)


class _Message(BaseModel):
    """A request as it lies on the list; `asked` is the server's time in seconds."""

    reply: str
    asked: float
    request: str


class _Answer(BaseModel):
    """What comes back: one of the two."""

    result: str | None = None
    problem: Problem | None = None


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
        asked = Runs(self._redis).now()
        message = _Message(reply=reply, asked=asked, request=request.model_dump_json())
        self._redis.rpush(_LIST, pack(message.model_dump_json().encode(), "request"))
        packed = self._wait(reply, time.monotonic() + wait_seconds)
        if packed is None:
            raise _no_answer()
        try:
            answer = _Answer.model_validate_json(unpack(packed))
        except ValidationError as error:
            raise unreadable_record("It should be the answer to a formula.") from error
        if answer.problem:
            raise answer.problem.to_error()
        result = parse_result(request, answer.result or "")
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
        try:
            found = self._redis.blpop([_LIST], timeout=wait_seconds)
        except ResponseError as error:
            if is_outage(error):
                raise
            set_aside_strangers(self._redis, {_LIST: b"list"})
            return []
        packed, texts = found[1] if found else None, 0
        now = Runs(self._redis).now() if found else 0.0
        listed: list[ListedRequest] = []
        while packed:
            if request := _listed_request(packed, now):
                listed.append(request)
                texts += len(request.request.texts)
            packed = self._redis.lpop(_LIST) if texts < MOST_TEXTS else None
        return listed

    def answer(self, listed: ListedRequest, outcome: ScoreResult | Problem) -> None:
        """Answer a request; one whose answer cannot be put anywhere loses it alone."""
        if isinstance(outcome, Problem):
            answer = _Answer(problem=outcome)
        else:
            answer = _Answer(result=outcome.model_dump_json())
        try:
            packed = pack(answer.model_dump_json(exclude_none=True).encode(), "answer")
            with self._redis.pipeline() as pipe:
                pipe.rpush(listed.reply, packed)
                pipe.expire(listed.reply, int(OLDEST))
                pipe.execute()
        except (InputError, ResponseError) as error:
            if is_outage(error):
                raise
            _log.warning("An answer was dropped: %s", first_line(error))


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


def _listed_request(packed: bytes, now: float) -> ListedRequest | None:
    """Return the request in a message; nothing if it is too old, or none: then it is named."""
    try:
        message = _Message.model_validate_json(unpack(packed))
        if not _REPLY.fullmatch(message.reply):
            raise unreadable_record("Its answer would go elsewhere.")
        if now - message.asked >= OLDEST:
            return None
        return ListedRequest(message.reply, _scoring_request(message.request))
    except (BonsaiError, ValidationError) as error:
        _log.warning("A scoring request was dropped: %s", first_line(error))
        return None


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
