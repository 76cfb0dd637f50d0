"""A server of language models that behaves as badly as its prompts ask for.

A prompt that names one of `WAYS` is answered in that way, any other as one should be.
"""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.worker.inference.openai_stand_in import piece, usage

NO_SIGN = "\N{REPLACEMENT CHARACTER}"

Way = Callable[["_Handler"], None]


class WildServer(ThreadingHTTPServer):
    """Listens on a port of its own; its list of models is given in the way `listing`."""

    daemon_threads = True  # some ways have no end

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.listing: Way = _well

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *_: object) -> None:
        """Clients that leave in the middle are what is wanted."""


@contextmanager
def wild_server() -> Iterator[WildServer]:
    with WildServer() as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: WildServer

    def do_GET(self) -> None:
        with suppress(OSError):
            self.server.listing(self)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = body["messages"][0]["content"] if "messages" in body else body["prompt"]
        with suppress(OSError):
            WAYS.get(asked, _well)(self)

    def head(self, status: int = 200, kind: str = "text/event-stream", **more: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, *blocks: bytes) -> None:
        for block in blocks:
            self.wfile.write(block)
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


def event(chunk: object) -> bytes:
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


END = event(piece("ris", "stop")) + event(usage(7, 2)) + b"data: [DONE]\n\n"


def _well(handler: _Handler) -> None:
    handler.head()
    handler.send(event(piece("Pa")), END)


def page(content: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> Way:
    """A way that answers with a page."""

    def way(handler: _Handler) -> None:
        handler.head(status, kind, Content_Length=str(len(content)), **headers)
        handler.send(content)

    return way


def within(data: bytes) -> Way:
    """A way with one event of these bytes amid good ones."""

    def way(handler: _Handler) -> None:
        handler.head()
        handler.send(event(piece("Pa")), b"data: " + data + b"\n\n", END)

    return way


def endless(block: bytes, first: bytes = b"", *, seconds: float = 0.0, **head: object) -> Way:
    """A way that says `first`, then the same block for ever, with pauses of so many seconds."""

    def way(handler: _Handler) -> None:
        handler.head(**head)
        handler.send(first)
        while True:
            handler.send(block)
            time.sleep(seconds)

    return way


def raw(*blocks: bytes, seconds: float = 0.0, closes: bool = True) -> Way:
    """A way that sends these bytes and nothing else of HTTP, then closes or hangs."""

    def way(handler: _Handler) -> None:
        for block in blocks:
            handler.send(block)
            time.sleep(seconds)
        if closes:
            handler.connection.shutdown(socket.SHUT_WR)
        else:
            handler.rfile.read(1)

    return way


def _counting(handler: _Handler) -> None:
    handler.head()
    for number in range(1, 6):
        handler.send(event({**piece("x"), "usage": usage(7, number)["usage"]}))
    handler.send(event(piece("", "length")), event(usage(7, 5)))


def _in_circles(handler: _Handler) -> None:
    handler.head(307, Location=f"{handler.path}?again")


#: One chunk that no reader can take for one.
BROKEN_CHUNKS: dict[str, bytes] = {
    "broken JSON": b'{"choices": [{"delta"',
    "a list": b"[1, 2]",
    "a word": b'"hello"',
    "null": b"null",
    "nothing in it": b"{}",
    "choices that are a text": b'{"choices": "none"}',
    "a delta that is a list": b'{"choices": [{"delta": [1]}]}',
    "a number for a text": b'{"choices": [{"delta": {"content": 42}}]}',
    "counts that are words": b'{"choices": [], "usage": {"prompt_tokens": "many"}}',
    "counts below nothing": b'{"choices": [], "usage": {"completion_tokens": -4}}',
    "counts without an end": b'{"choices": [], "usage": {"prompt_tokens": ' + b"9" * 4000 + b"}}",
    "half a surrogate": b'{"choices": [{"delta": {"content": "\\ud83d"}}]}',
    "a NUL byte": b'{"choices": [{"delta": {"content": "\0"}}]}',
    "a thousand lists": b'{"choices": ' + b"[" * 1000,
    "an escape code": b"\x1b[2J",
}

_HTML = b"<!DOCTYPE html><html><body>Bad gateway</body></html>"

#: Answers that fail their own prompt, each with a word that its error must have.
PAGES: dict[str, tuple[Way, str]] = {
    "an error with status 200": (page(b'{"error": {"message": "no memory"}}'), "no memory"),
    "an error that is a text": (page(b'{"error": "no memory"}'), "no memory"),
    "an error that hides half a surrogate": (page(b'{"error": "no \\ud83d"}'), f"no {NO_SIGN}"),
    "an error with an escape code": (page(b'{"error": "\\u001b[2Jno"}'), f"{NO_SIGN}[2Jno"),
    "a whole completion": (page(b'{"choices": [{"message": {"content": "Paris"}}]}'), "json"),
    "a plain text": (page(b"Paris", kind="text/plain"), "text/plain"),
    "nothing": (page(b"", 204), "no stream"),
    "a web page with status 400": (page(_HTML, 400, "text/html"), "a web page"),
    "a word with status 400": (page(b"no room", 400, "text/plain"), "no room"),
    "busy for a second": (page(b"{}", 429, retry_after="1"), "no more prompts"),
    "busy until tomorrow": (page(b"{}", 503, retry_after="86400"), "no more prompts"),
    "a packed bomb": (
        page(gzip.compress(bytes(50 << 20)), kind="text/event-stream", Content_Encoding="gzip"),
        "packed",
    ),
    "an error page without an end": (endless(b"x" * 65536, status=400, kind="text/plain"), "1 MB"),
    "a page without an end": (endless(b"x" * 65536, kind="text/plain"), "1 MB"),
    "a line without an end": (endless(b"x" * 65536, b"data: "), "no end"),
    "an event without an end": (endless(b"data: x\n" * 8000), "no end"),
    "thoughts without an end": (
        endless(event({"choices": [{"delta": {"reasoning": "x" * 60_000}}]})),
        "64 MB",
    ),
}  # fmt: skip

#: Lists of models that are none.
LISTINGS: dict[str, Way] = {
    "an object": page(b"{}"),
    "a list": page(b"[]"),
    "a number": page(b'{"data": 5}'),
    "numbers for names": page(b'{"data": [{"id": 7}]}'),
    "half a surrogate": page(b'{"data": [{"id": "\\ud83d"}]}'),
    "an escape code": page(b'{"data": [{"id": "\\u001b[2J"}]}'),
    "a hundred thousand lists": page(b"[" * 100_000),
    "a web page": page(_HTML, kind="text/html"),
    "without an end": endless(b"x" * 65536, kind="application/json"),
    "packed": page(gzip.compress(bytes(50 << 20)), Content_Encoding="gzip"),
}

#: What loses the server for all.
LOSSES: dict[str, Way] = {
    "half closed in the middle": raw(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", event(piece("Pa"))
    ),
    "shorter than it says": raw(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 900\r\n\r\n",
        event(piece("Pa")),
    ),
    "no HTTP": raw(b"\x16\x03\x01\x02\x00\x01\r\n\r\n"),
    "no headers": raw(),
    "a header without an end": raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000),
}

#: What nobody waits for, however long the connection stays open.
STALLS: dict[str, Way] = {
    "keep-alives and no beginning": endless(b": ping\n\n", seconds=0.05),
    "keep-alives in the middle": endless(b": ping\n\n", event(piece("Pa")), seconds=0.05),
    "empty pieces": endless(event(piece("")), seconds=0.05),
    "silence": raw(closes=False),
    "headers by the letter": raw(
        b"HTTP/1.1 200 OK\r\nX: ", *[b"x"] * 5000, seconds=0.05, closes=False
    ),
}

WAYS: dict[str, Way] = {
    **{name: within(data) for name, data in BROKEN_CHUNKS.items()},
    **{name: way for name, (way, _) in PAGES.items()},
    **LOSSES,
    **STALLS,
    "a text without an end": endless(event(piece("x"))),
    "a slow text without an end": endless(event(piece("x")), seconds=0.05),
    "a token that is a book": within(event(piece("x" * 300_000))[6:-2]),
    "a byte that is no UTF-8": within(b'{"choices": [{"delta": {"content": "caf\xe9"}}]}'),
    "an unheard-of alphabet": page(
        event(piece("Pa")) + END, kind="text/event-stream; charset=rot13"
    ),
    "counts with each piece": _counting,
    "a website": page(_HTML, kind="text/html"),
    "in circles": _in_circles,
    "no goodbye": endless(b": ping\n\n", event(piece("Pa")) + END[:-14], seconds=0.05),
}
