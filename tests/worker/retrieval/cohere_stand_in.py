"""A stand-in for Cohere's service: a local HTTP server that answers the real SDK's requests.

It speaks `POST /v2/embed` as the SDK 7.3 sends it and checks what the service checks. Vectors are
made from the words of a text, so that texts that share words are alike.
"""

from __future__ import annotations

import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

KEY = "a-good-key"
MODEL = "embed-english-v3.0"
DIM = 1024


class CohereStandIn(ThreadingHTTPServer):
    """Keeps the requests it got; `failures` are answered first, as (status, message).

    A `lie` is what it answers with instead of vectors, if it is set.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[dict[str, Any]] = []
        self.failures: list[tuple[int, str]] = []
        self.lie: Any = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str, key: str | None, body: dict[str, Any]) -> tuple[int, Any]:
        self.requests.append(body)
        if self.failures:
            status, message = self.failures.pop(0)
            return status, {"message": message}
        if key != f"Bearer {KEY}":
            return 401, {"message": "invalid api token"}
        if path != "/v2/embed" or body["model"] != MODEL:
            return 404, {"message": f"model '{body['model']}' not found"}
        if len(body["texts"]) > 96:
            return 400, {"message": "at most 96 texts"}
        if self.lie is not None:
            return 200, self.lie
        vectors = [_vector(body["input_type"], text) for text in body["texts"]]
        return 200, embedded(vectors)


def embedded(vectors: object) -> dict[str, Any]:
    """An answer with these vectors."""
    return {"id": "1", "embeddings": {"float": vectors}, "texts": []}


class _Handler(BaseHTTPRequestHandler):
    server: CohereStandIn

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, answer = self.server.answer(self.path, self.headers["Authorization"], body)
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Retry-After-Ms", "1")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


def _vector(input_type: str, text: str) -> list[float]:
    words = [input_type[:8], *text.lower().split()]
    rows = [np.random.default_rng(_seed(word)).normal(size=DIM) for word in words]
    return (3 * np.sum(rows, axis=0)).round(5).tolist()


def _seed(word: str) -> int:
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
