"""Responses of a server that are no longer than anything useful is."""

from __future__ import annotations

from collections.abc import AsyncIterator

from httpx2 import AsyncByteStream, Response

from worker.errors import EngineError

#: Bytes of a page, which is read whole, and of a stream, which is not kept.
_PAGE = 1 << 20
_STREAM = 64 << 20


async def bound(response: Response) -> None:
    """Have a response end with an EngineError at more bytes than anything useful has.

    One that is packed is refused: nobody asked for it, and a few bytes of it may be any number.
    Meant as a hook of a client: it is called before anything of the response is read.
    """
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise _refused("It is packed, which was not asked for")
    response.encoding = "utf-8"  # whatever it says: streams and JSON have no other
    assert isinstance(response.stream, AsyncByteStream)
    is_stream = response.status_code == 200 and is_event_stream(response)
    response.stream = _Bounded(response.stream, _STREAM if is_stream else _PAGE)


def is_event_stream(response: Response) -> bool:
    """Say whether a response calls itself a stream of events."""
    kind: str = response.headers.get("content-type", "")
    return kind.partition(";")[0].strip().lower() == "text/event-stream"


class _Bounded(AsyncByteStream):
    def __init__(self, inner: AsyncByteStream, most: int) -> None:
        self._inner = inner
        self._left = self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for block in self._inner:
            self._left -= len(block)
            if self._left < 0:
                raise _refused(f"It has more than {self._most >> 20} MB, and goes on")
            yield block

    async def aclose(self) -> None:
        await self._inner.aclose()


def _refused(why: str) -> EngineError:
    return EngineError(
        "The language model's server sent what can be no answer.",
        f"{why}.",
        "Check the address of the language model, and what runs there.",
    )
