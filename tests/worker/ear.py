"""A stand-in for whoever must not hear anything, and for servers that send requests on to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Ear(ThreadingHTTPServer):
    """Keeps what it hears: the paths, and all headers and bodies as one text.

    It sends every request on with `status` to `elsewhere`, if that is set, or refuses it.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.paths: list[str] = []
        self.heard = ""
        self.elsewhere = ""
        self.status = 307

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def listening() -> Iterator[Ear]:
    """An ear that listens."""
    with Ear() as ear:
        thread = threading.Thread(target=ear.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield ear
        finally:
            ear.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Ear

    def _hear(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.paths.append(self.path)
        self.server.heard += f"{self.headers}\n{body.decode()}\n"
        self.send_response(self.server.status if self.server.elsewhere else 401)
        if self.server.elsewhere:
            self.send_header("Location", f"{self.server.elsewhere}{self.path}?token=hush-hush")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = do_DELETE = _hear  # noqa: N815 - as the base calls them

    def log_message(self, *_: object) -> None:
        pass
