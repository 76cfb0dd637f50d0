"""A hub of models on this machine: it speaks the protocol of huggingface.co, below the library.

It knows what BONSAI and the libraries ask: a model's description, and its files by `resolve`, large
ones (LFS) sent on to another host, as the hub does. It keeps what it was asked, and can be busy,
cut connections, want a login, or answer with a page. It does not know Xet, uploads or searches.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_LARGE = (".gguf", ".safetensors")


@dataclass
class Repository:
    """A repository: its commits, oldest first, each with all its files."""

    commits: dict[str, dict[str, bytes]]
    card: dict[str, Any] = field(default_factory=lambda: {"license": "apache-2.0"})
    tags: dict[str, str] = field(default_factory=dict)
    gated: bool = False

    def at(self, revision: str) -> str | None:
        """Return the commit of a branch, a tag or the first digits of one."""
        if revision == "main":
            return [*self.commits][-1]
        known = self.tags.get(revision, revision)
        return next((commit for commit in self.commits if commit.startswith(known)), None)


@dataclass(frozen=True)
class Asked:
    """A request that the hub was sent; `host` is the name that it was asked under."""

    method: str
    path: str
    host: str
    range: str
    authorization: str


_TRUTH = object()


class HubServer:
    """The hub; `with HubServer() as hub:` runs it."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.asked: list[Asked] = []
        #: Answers of these kinds are given first, with these headers: (429, {"Retry-After": "0"}).
        self.busy: list[tuple[int, dict[str, str]]] = []
        #: By file: after how many bytes each of its next downloads is cut.
        self.cuts: dict[str, list[int]] = defaultdict(list)
        #: Files that are sent with other bytes than announced.
        self.flipped: set[str] = set()
        self.is_login_page = False
        self.tells_sizes = True
        #: What is said of every model instead of the truth, if it is not this.
        self.told: Any = _TRUTH
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.hub = self  # type: ignore[attr-defined]
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign] # who asked left
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        #: The same server under another name: what is asked here is asked of another host.
        self.store = f"http://localhost:{self._server.server_port}"

    def __enter__(self) -> HubServer:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, name: str, files: Mapping[str, bytes], **options: Any) -> Repository:
        """Put a repository onto the hub, with one commit."""
        self.repositories[name] = Repository({}, **options)
        self.push(name, files)
        return self.repositories[name]

    def push(self, name: str, files: Mapping[str, bytes]) -> str:
        """Move `main` to a new commit with these files, and return it."""
        commits = self.repositories[name].commits
        commit = hashlib.sha1(f"{name} {len(commits)}".encode()).hexdigest()
        commits[commit] = dict(files)
        return commit

    def downloads(self) -> list[Asked]:
        """Return the requests for the bytes of files."""
        return [one for one in self.asked if one.method == "GET" and "/resolve/" in one.path]


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    @property
    def hub(self) -> HubServer:
        return self.server.hub  # type: ignore[attr-defined]

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        header = self.headers.get
        self.hub.asked.append(
            Asked(
                self.command,
                self.path,
                header("Host", "").partition(":")[0],
                header("Range", ""),
                header("Authorization", ""),
            )
        )
        path = unquote(urlsplit(self.path).path)
        if self.hub.busy:
            status, headers = self.hub.busy.pop(0)
            self._send(status, b"", headers)
        elif self.hub.is_login_page:
            self._send(200, b"<html>Log in</html>", {"Content-Type": "text/html"})
        elif path.startswith("/api/models/") and self.hub.told is not _TRUTH:
            self._send(200, json.dumps(self.hub.told).encode())
        elif path.startswith("/api/models/"):
            self._describe(path.removeprefix("/api/models/"))
        else:
            self._resolve(path.lstrip("/").removeprefix("store/"))

    def _describe(self, path: str) -> None:
        name, _, revision = path.partition("/revision/")
        if found := self._found(name, revision or "main"):
            repository, commit = found
            wants_sizes = "blobs" in parse_qs(urlsplit(self.path).query) and self.hub.tells_sizes
            files = [
                _listed(file, content, in_full=wants_sizes)
                for file, content in repository.commits[commit].items()
            ]
            told = {"id": name, "sha": commit, "siblings": files, "cardData": repository.card}
            self._send(200, json.dumps(told | {"tags": [], "private": False}).encode())

    def _resolve(self, path: str) -> None:
        name, _, rest = path.partition("/resolve/")
        revision, _, file = rest.partition("/")
        if not (found := self._found(name, revision)):
            return
        repository, commit = found
        content = repository.commits[commit].get(file)
        if content is None:
            self._send(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": commit})
            return
        is_large = file.endswith(_LARGE)
        headers = {"X-Repo-Commit": commit, "ETag": f'"{_etag(file, content)}"'}
        if is_large and not self.path.startswith("/store/"):
            headers |= {"X-Linked-Etag": headers["ETag"], "X-Linked-Size": str(len(content))}
            self._send(302, b"", headers | {"Location": f"{self.hub.store}/store{self.path}"})
            return
        self._send_file(file, content, headers)

    def _send_file(self, file: str, content: bytes, headers: dict[str, str]) -> None:
        first = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if file in self.hub.flipped:
            content = content[:-1] + bytes([content[-1] ^ 1])
        if first:
            headers = headers | {"Content-Range": f"bytes {first}-/{len(content)}"}
        cuts = self.hub.cuts[file] if self.command == "GET" else []
        self._send(206 if first else 200, content[first:], headers, cuts.pop(0) if cuts else -1)

    def _found(self, name: str, revision: str) -> tuple[Repository, str] | None:
        repository = self.hub.repositories.get(name)
        is_signed = self.path.startswith("/store/")
        if not repository:
            self._send(401, b'{"error":"Invalid username or password."}')
        elif repository.gated and not (is_signed or self.headers.get("Authorization")):
            self._send(401, b"", {"X-Error-Code": "GatedRepo"})
        elif not (commit := repository.at(revision)):
            self._send(404, b"", {"X-Error-Code": "RevisionNotFound"})
        else:
            return repository, commit
        return None

    def _send(
        self, status: int, body: bytes, headers: Mapping[str, str] = {}, cut: int = -1
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body if cut < 0 else body[:cut])


def _listed(file: str, content: bytes, *, in_full: bool) -> dict[str, Any]:
    if not in_full:
        return {"rfilename": file}
    told: dict[str, Any] = {"rfilename": file, "size": len(content), "blobId": _git(content)}
    if file.endswith(_LARGE):
        sha256 = hashlib.sha256(content).hexdigest()
        told["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 134}
    return told


def _etag(file: str, content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if file.endswith(_LARGE) else _git(content)


def _git(content: bytes) -> str:
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()
