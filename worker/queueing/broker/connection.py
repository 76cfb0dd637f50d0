"""The one way to a Redis server: set up so that nothing hangs, with errors a person can read."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import (
    AuthenticationError,
    ConnectionError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,
    TryAgainError,
    WatchError,
)
from redis.retry import Retry

from worker.addresses import masked_address
from worker.errors import BonsaiError, BrokerError, BrokerRefusedError, SettingError
from worker.queueing.broker.embedded_server import password_of
from worker.queueing.broker.packing import unreadable_record
from worker.settings import IN_PROCESS, Settings

#: Longest a blocking command may wait, in seconds. The socket waits longer, so that an answer
#: that is late by design never looks like a broken connection.
LONGEST_BLOCK = 5.0
_SOCKET_TIMEOUT = 30.0

_SCHEMES = ("redis://", "rediss://", "unix://")

#: What may stand behind the ? of an address; all else is not for the user to change.
_OPTIONS = ("db", "username", "password", "protocol", "ssl_cert_reqs", "ssl_check_hostname",
            "ssl_ca_certs", "ssl_certfile", "ssl_keyfile")  # fmt: skip

#: Between two tries of a command, in seconds: at first, and at most.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0

#: What a server says, at the beginning of an error, that cannot write for now: its disk is full, a
#: script runs, a copy of it is away.
_FOR_NOW = ("MISCONF", "BUSY", "NOREPLICAS", "CLUSTERDOWN", "MASTERDOWN")

#: What a server says of a record that holds something else than its name promises.
_OTHER_KIND = ("WRONGTYPE", "value is not an", "hash value is not", "equal or smaller")


def connect(
    settings: Settings, *, patience: int = 0, answer_within: float = _SOCKET_TIMEOUT
) -> Redis:
    """Return a client of the broker; nothing is sent yet.

    :param patience: seconds that each command goes on trying while the server does not answer, or
        has no room.
    :param answer_within: seconds after which a server that says nothing does not answer.
    :raises SettingError: if the broker's address or its certificate file cannot be used.
    """
    url = settings.broker
    if not url.startswith(_SCHEMES):
        raise _no_address(url)
    options: dict[str, object] = {
        "socket_timeout": answer_within,
        "health_check_interval": 15,
        "retry": _Patience(patience),
        "retry_on_error": [ConnectionError, TimeoutError, ResponseError],
        "client_name": "bonsai",
    }
    if not url.startswith("unix://"):
        options |= {"socket_connect_timeout": min(5, answer_within), "socket_keepalive": True}
    if own := password_of(settings):  # the settings' own are for another server
        options["password"] = own
    else:
        options |= {"username": settings.broker_user or None}
        options |= {"password": settings.broker_password or None}
    if url.startswith("rediss://") and settings.broker_ca:
        if not Path(settings.broker_ca).is_file():
            raise _no_authority(settings.broker_ca)
        options["ssl_ca_certs"] = settings.broker_ca
    _refuse_unknown_options(url)
    try:
        client = Redis.from_url(url, **options)
        pool = client.connection_pool
        pool.connection_class(**pool.connection_kwargs)  # looks at options, and sends nothing
    except (ValueError, TypeError, RedisError) as error:
        raise _no_address(url) from error
    return client


class _Patience(Retry):
    """Waits, longer each time, for a server that is away or full; nothing else is asked again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(ExponentialBackoff(cap=_LONGEST_PAUSE, base=_FIRST_PAUSE / 2), -1)
        self._seconds = seconds

    def call_with_retry(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as there
        """Do something, again and again if that may help."""
        end = time.monotonic() + self._seconds

        def may_help(error: Exception) -> bool:
            return is_outage(error) and time.monotonic() < end

        return super().call_with_retry(*args, **{**options, "is_retryable": may_help})


def pauses() -> Iterator[float]:
    """Give the seconds to wait between tries of one thing, more each time."""
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, _LONGEST_PAUSE)


def is_outage(error: BaseException) -> bool:
    """Say whether the server is away, full or busy: the same may work later, without a change.

    All else, a record of another kind for example, is the same at every try.
    """
    if isinstance(error, AuthenticationError) or _is_certificate_problem(error):
        return False
    if isinstance(error, ResponseError):
        temporary = (OutOfMemoryError, ReadOnlyError, TryAgainError)
        return isinstance(error, temporary) or _own_words(error).startswith(_FOR_NOW)
    return isinstance(error, ConnectionError | TimeoutError | WatchError | OSError)


def _own_words(error: Exception) -> str:
    """Return what the server said, without what was sent to it."""
    return str(error).rpartition("of pipeline caused error: ")[2]


@contextmanager
def broker_errors(address: str) -> Iterator[None]:
    """Turn errors of the client library for the server at an address into ours.

    :raises BrokerError: if the server does not answer or its memory is full.
    :raises InputError: if a record there holds something else than BONSAI has written.
    :raises BrokerRefusedError: if it refuses the password, a command or the certificate.
    """
    try:
        yield
    except BonsaiError:
        raise
    except (RedisError, OSError) as error:
        raise _bonsai_error(error, masked_address(address)) from error


def _bonsai_error(error: Exception, broker: str) -> BonsaiError:
    lines = _own_words(error).splitlines() or [type(error).__name__]
    text = lines[0].rstrip(".")
    if isinstance(error, AuthenticationError):
        return BrokerRefusedError(
            f"The Redis server {broker} refuses the user or the password.",
            f"{text}.",
            "Set BONSAI_BROKER_USER and BONSAI_BROKER_PASSWORD, or write broker_user and "
            "broker_password into the settings file.",
        )
    if isinstance(error, NoPermissionError):
        return BrokerRefusedError(
            f"The Redis server {broker} does not allow a command that BONSAI needs.",
            f"{text}.",
            "Give its user the rights listed in docs/operations.md.",
        )
    if _is_certificate_problem(error):
        return BrokerRefusedError(
            f"The certificate of the Redis server {broker} cannot be trusted.",
            f"{text}.",
            "Set BONSAI_BROKER_CA to the file of the authority that signed it.",
        )
    if isinstance(error, OutOfMemoryError):
        return BrokerError(
            f"The memory of the Redis server {broker} is full.",
            "It holds as much as its setting 'maxmemory' allows.",
            "Raise its maxmemory, or wait until older results expire.",
        )
    if isinstance(error, ResponseError) and is_outage(error):
        return BrokerError(
            f"The Redis server {broker} cannot write for now.",
            f"{text}.",
            "See its log: its disk may be full. Then try again.",
        )
    if any(words in text for words in _OTHER_KIND):
        return unreadable_record(f"{broker} says of it: {text}.")
    if is_outage(error):
        return BrokerError(
            f"The Redis server {broker} does not answer.",
            f"{text}.",
            "Start it, or correct --broker; 'bonsai up' starts one on this machine.",
        )
    return BrokerRefusedError(
        f"The Redis server {broker} does not understand BONSAI.",
        f"{text}.",
        "Use Redis 6.2 or later, or Valkey.",
    )


def _is_certificate_problem(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError) or "CERTIFICATE" in str(error).upper():
            return True
        error = error.__cause__ or error.__context__
    return False


def _refuse_unknown_options(url: str) -> None:
    given = parse_qsl(url.partition("?")[2], keep_blank_values=True)
    for name in [name for name, _ in given if name not in _OPTIONS]:
        raise SettingError(
            f"The address of the broker {masked_address(url)} has an option that is not known.",
            f"'{name}' is none of {', '.join(_OPTIONS)}.",
            "Correct --broker, BONSAI_BROKER or the line 'broker' in the settings file.",
        )


def _no_address(url: str) -> SettingError:
    return SettingError(
        f"The broker '{masked_address(url)}' is no address of a Redis server.",
        f"It begins with {', '.join(_SCHEMES)}, or is '{IN_PROCESS}'.",
        "Correct --broker, BONSAI_BROKER or the line 'broker' in the settings file.",
    )


def _no_authority(path: str) -> SettingError:
    return SettingError(
        f"The file {path} is not there.",
        "It is to hold the certificate of the authority that signed the Redis server's.",
        "Correct BONSAI_BROKER_CA or the line 'broker_ca' in the settings file.",
    )
