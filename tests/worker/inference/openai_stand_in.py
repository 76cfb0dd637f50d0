"""A stand-in for servers that speak OpenAI's interface: says what vLLM, LM Studio and others say.

The engine itself is tested against a real server; this one is for refusals and faults.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-a-good-key"


class OpenAiStandIn(ThreadingHTTPServer):
    """Keeps the requests it got.

    `failures` are answered first, as (status, message), each once; `chunks` are the pieces of every
    other answer; `silent` lets it say nothing instead of its headers (`headers`) or after its
    chunks (`chunks`), which sets `waits` at once and `left` when the client has gone; a website
    answers every request with a page.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[dict[str, Any]] = []
        self.failures: list[tuple[int, str]] = []
        self.models = ["qwen"]
        self.chunks = [piece("Pa"), piece("ris", "stop"), usage(7, 2, cached=5)]
        self.silent = ""
        self.is_website = False
        self.waits = threading.Event()
        self.left = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


def piece(text: str, end: str | None = None) -> dict[str, Any]:
    """One chunk, which fits both kinds of completion."""
    choice = {"index": 0, "text": text, "delta": {"content": text}, "finish_reason": end}
    return {"id": "1", "created": 1, "model": "qwen", "object": "chunk", "choices": [choice]}


def usage(prompt: int, completion: int, *, cached: int | None = None) -> dict[str, Any]:
    """The last chunk, which counts."""
    counts = {"prompt_tokens": prompt, "completion_tokens": completion}
    counts["total_tokens"] = prompt + completion
    details = None if cached is None else {"cached_tokens": cached}
    return {**piece(""), "choices": [], "usage": {**counts, "prompt_tokens_details": details}}


class _Handler(BaseHTTPRequestHandler):
    server: OpenAiStandIn

    def do_GET(self) -> None:
        if self.server.is_website:
            self._answer(200, "hello", "text/html")
        elif self.path != "/v1/models":
            self._answer(404, {"error": {"message": "no such page"}})
        elif self._is_let_in():
            data = [{"id": name, "object": "model", "created": 1} for name in self.server.models]
            self._answer(200, {"object": "list", "data": data})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append({**body, "path": self.path})
        if self.server.is_website:
            self._answer(200, "hello", "text/html")
        elif not self.path.startswith("/v1/"):
            self._answer(404, {"error": {"message": "no such page"}})
        elif self.server.failures:
            status, message = self.server.failures.pop(0)
            self._answer(status, {"error": {"message": message}})
        elif self._is_let_in():
            if body["model"] not in self.server.models:
                self._answer(404, {"error": {"message": f"no model {body['model']}"}})
            else:
                self._stream()

    def _is_let_in(self) -> bool:
        given = self.headers["Authorization"]
        if given != f"Bearer {KEY}":
            self._answer(401, {"error": {"message": f"Incorrect key: {given}"}})
        return given == f"Bearer {KEY}"

    def _stream(self) -> None:
        if self.server.silent == "headers":
            self._wait_for_the_client_to_leave()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for chunk in self.server.chunks:
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
            self.wfile.flush()
        if self.server.silent == "chunks":
            self._wait_for_the_client_to_leave()

    def _wait_for_the_client_to_leave(self) -> None:
        self.server.waits.set()
        self.connection.settimeout(60)
        try:
            sent = self.connection.recv(1)
        except ConnectionError:  # it went before it had read all: a reset, no orderly end
            sent = b""
        if not sent:
            self.server.left.set()

    def _answer(self, status: int, body: object, kind: str = "application/json") -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Retry-After-Ms", "1")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass
