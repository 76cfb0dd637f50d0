"""A look at a Redis server: whether it lets us work, and which workers listen there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import ConnectionError, MaxConnectionsError

from worker.addresses import masked_address
from worker.errors import BrokerRefusedError
from worker.queueing.broker.connection import broker_errors, connect, is_outage
from worker.settings import Settings

_QUEUES = ("bonsai:cpu", "bonsai:gpu")
_TRACE = "bonsai:doctor"
_PORT = 6379
_ANSWER, _KNOCK = 3.0, 1.0  # seconds until a server is taken for absent, and a port for closed
_FORGOTTEN = 10  # seconds until the server has forgotten that somebody looked

#: Where a worker of ours keeps its version in the record that rq has of it.
VERSION_FIELD = "bonsai_version"


@dataclass(frozen=True)
class Listener:
    """A worker that listens to a queue; `version` is that of its BONSAI, empty if it says none."""

    queue: str
    host: str
    version: str


def check_server(settings: Settings) -> list[Listener]:
    """Return which workers listen, once it is clear that the server lets a client work.

    Nothing of a run is changed.

    :raises BonsaiError: naming what the server, its address or our rights are lacking.
    """
    with broker_errors(settings.broker), connect(settings, answer_within=_ANSWER) as redis:
        try:
            redis.ping()
        except ConnectionError as error:
            if _hangs_up(settings, error):
                raise _another_program(settings.broker) from error
            raise
        _try_rights(redis)
        return [*_listeners(redis)]


def _hangs_up(settings: Settings, error: ConnectionError) -> bool:
    """Say whether something takes the connection, and does not greet as a Redis server does."""
    if not is_outage(error) or isinstance(error, MaxConnectionsError):
        return False
    place = urlsplit(settings.broker)
    try:
        with socket.create_connection((place.hostname or "", place.port or _PORT), _KNOCK):
            return True
    except (OSError, ValueError):
        return False


def _another_program(broker: str) -> BrokerRefusedError:
    return BrokerRefusedError(
        f"What listens at {masked_address(broker)} is no Redis server.",
        "Another program has taken the port, or one of the two sides encrypts and the other does "
        "not (redis:// and rediss://).",
        "Correct BONSAI_BROKER, or end that program and start the server.",
    )


def _try_rights(redis: Redis) -> None:
    """Send a command of each kind that a client sends, on records that nobody has."""
    redis.set(_TRACE, 1, ex=_FORGOTTEN)
    redis.script_load("return 1")
    redis.info("memory")
    with redis.pipeline(transaction=True) as pipe:
        pipe.get(_TRACE)
        pipe.exists(_TRACE)
        pipe.time()
        pipe.hgetall(f"{_TRACE}:none")
        pipe.zrevrange(f"{_TRACE}:none", 0, 0)
        pipe.xread({f"{_TRACE}:none": "0"})
        pipe.execute()


def _listeners(redis: Redis) -> Iterator[Listener]:
    """Yield the workers whose records have not expired, which they do soon after a worker died."""
    server: Any = redis
    for queue in _QUEUES:
        for key in server.smembers(f"rq:workers:{queue}"):
            if record := server.hgetall(key):
                host, version = (
                    record.get(name, b"").decode(errors="replace")
                    for name in (b"hostname", VERSION_FIELD.encode())
                )
                yield Listener(queue, host, version)
