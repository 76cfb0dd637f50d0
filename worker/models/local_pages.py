"""Pages of servers on this machine: asked for directly, with bounds on time and bytes.

Whatever listens on a port may answer. No proxy is asked, no name looked up, nothing followed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from typing import Any

_MOST_BYTES = 1 << 20
_SECONDS = 1.0  # for one page: a server on this machine that is well takes a few thousandths


@dataclass(frozen=True)
class Page:
    """What came back: `content` is what its JSON holds, nothing if it is none."""

    status: int
    server: str  # as it calls itself
    content: Any


def place_of(host: str, port: int) -> str:
    """Return host and port as an address writes them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def pages(host: str, port: int, paths: Sequence[str], key: str) -> list[Page | None]:
    """Return the pages at these paths, asked for at once; nothing where there is none.

    :param host: an address in numbers.
    :param key: goes along where it is not empty.
    """
    asked = (asyncio.wait_for(_received(host, port, path, key), _SECONDS) for path in paths)
    return [
        _page(received) if isinstance(received, bytes) else None
        for received in await asyncio.gather(*asked, return_exceptions=True)
    ]


async def _received(host: str, port: int, path: str, key: str) -> bytes:
    """Return all that a server sends.

    :raises OSError: if it takes no connection, or breaks it.
    :raises ValueError: if it sends more than anything useful has.
    """
    reader, writer = await asyncio.open_connection(host, port)
    try:
        lines = [f"GET {path} HTTP/1.0", f"Host: {place_of(host, port)}", "Connection: close"]
        lines += [f"Authorization: Bearer {key}"] if key.isprintable() and key else []
        writer.write("\r\n".join([*lines, "", ""]).encode())
        received = b""
        while block := await reader.read(1 << 16):
            received += block
            if len(received) > _MOST_BYTES:
                raise ValueError("more than anything useful has")
        return received
    finally:
        writer.close()


class _Received:
    """What http.client takes for a connection."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(self._received)


def _page(received: bytes) -> Page | None:
    response = HTTPResponse(_Received(received))  # type: ignore[arg-type]
    try:
        response.begin()
        body = response.read()
    except (HTTPException, OSError, ValueError):
        return None
    return Page(response.status, response.getheader("Server", ""), _json(body))


def _json(body: bytes) -> Any:  # noqa: ANN401 (as JSON has it)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
