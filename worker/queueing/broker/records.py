"""Records on the server that are not as BONSAI writes them: set aside, and named.

Whoever can write to the server can write anything under any key. What all workers share must not
stop them, so a record of another kind than its key promises is moved away, where a person may
look at it, and the workers go on.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from redis import Redis
from redis.exceptions import ResponseError

_ASIDE = "bonsai:aside:"
_KEPT = 7 * 86_400  # seconds

_log = logging.getLogger(__name__)


def first_line(error: BaseException) -> str:
    """Return what an error says, in one line."""
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


def shared_kinds(queue: str) -> dict[str, bytes]:
    """Return the records that the workers of a queue share: {key: kind, as Redis names it}."""
    return {
        f"rq:queue:{queue}": b"list",
        f"rq:queue:{queue}:intermediate": b"list",
        f"rq:wip:{queue}": b"zset",
        f"rq:finished:{queue}": b"zset",
        f"rq:failed:{queue}": b"zset",
        f"rq:workers:{queue}": b"set",
        f"rq:clean_registries:{queue}": b"string",
        f"bonsai:open:{queue.removeprefix('bonsai:')}": b"set",
        "rq:workers": b"set",
        "rq:queues": b"set",
        "bonsai:runs": b"zset",
    }


def own_kinds(job_id: str) -> dict[str, bytes]:
    """Return what rq keeps of one job, beside its record: {key: kind, as Redis names it}."""
    return {
        f"rq:executions:{job_id}": b"zset",
        f"rq:results:{job_id}": b"stream",
        f"rq:job:{job_id}:dependents": b"set",
    }


def set_aside_strangers(redis: Redis, kinds: Mapping[str, bytes]) -> None:
    """Set aside what is of another kind than its key promises.

    :param kinds: {key: kind, as Redis names it}.
    """
    server: Any = redis
    with server.pipeline(transaction=False) as pipe:
        for key in kinds:
            pipe.type(key)
        found = pipe.execute()
    for (key, wanted), kind in zip(kinds.items(), found, strict=True):
        if kind not in (wanted, b"none"):
            set_aside(redis, key, f"it is a {kind.decode()} where a {wanted.decode()} belongs")


def set_aside(redis: Redis, key: str, why: str) -> None:
    """Move a record out of everybody's way, where somebody may look at it, and name it."""
    try:
        redis.rename(key, _ASIDE + key)
    except ResponseError as error:
        if "no such key" in str(error):  # another worker was faster
            return
        raise
    redis.expire(_ASIDE + key, _KEPT)
    _log.warning("The record %s was set aside: %s.", key, why)
