"""A package index on this machine, which pip reads as any other; it can be slow, deaf and wrong.

Stands in for PyPI below pip: pages of the simple index and wheels, over HTTP.
"""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def write_wheel(folder: Path, name: str, version: str, member: str, content: bytes) -> Path:
    """Write a wheel with one file beside what every wheel has."""
    stem = f"{name.replace('-', '_')}-{version}"
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(member, content)
        wheel.writestr(
            f"{stem}.dist-info/METADATA",
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        )
        wheel.writestr(
            f"{stem}.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{stem}.dist-info/RECORD", "")
    return path


class PackageIndex(ThreadingHTTPServer):
    """Serves the wheels of a folder.

    :ivar refusal: an HTTP status that everything is answered with, if it is not 0.
    :ivar stuck_at: the name of a wheel of which half is sent, and the rest when `go_on` is set;
        never, if it `cuts`.
    :ivar asked_for: the names of the wheels that were asked for.
    """

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.folder = folder
        self.refusal = 0
        self.stuck_at = ""
        self.cuts = False
        self.is_stuck = threading.Event()
        self.go_on = threading.Event()
        self.asked_for: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/simple"


class _Answer(BaseHTTPRequestHandler):
    server: PackageIndex

    def do_GET(self) -> None:
        if self.server.refusal:
            self._send(self.server.refusal, b"")
        elif self.path.endswith(".whl"):
            self._send_wheel(self.path.rpartition("/")[2])
        else:
            self._send_page(self.path.strip("/").rpartition("/")[2])

    def do_CONNECT(self) -> None:
        self._send(self.server.refusal or 403, b"")

    def _send_page(self, package: str) -> None:
        wheels = sorted(self.server.folder.glob(f"{package.replace('-', '_')}-*.whl"))
        links = "".join(f'<a href="/files/{wheel.name}">{wheel.name}</a>' for wheel in wheels)
        page = f"<!DOCTYPE html><html><body>{links}</body></html>".encode()
        self._send(200 if wheels else 404, page, "text/html")

    def _send_wheel(self, name: str) -> None:
        self.server.asked_for.append(name)
        content = (self.server.folder / name).read_bytes()
        if name != self.server.stuck_at:
            self._send(200, content)
            return
        half = len(content) // 2
        self._send(200, content[:half], size=len(content))
        if self.server.cuts:
            return
        self.server.is_stuck.set()
        self.server.go_on.wait()
        with suppress(OSError):  # whoever asked may be gone
            self.wfile.write(content[half:])

    def _send(
        self, status: int, content: bytes, kind: str = "application/zip", size: int = 0
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(size or len(content)))
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="packages"')
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[PackageIndex]:
    """Serve the wheels of a folder."""
    with PackageIndex(folder) as index:
        thread = threading.Thread(target=index.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield index
        finally:
            index.go_on.set()
            index.shutdown()
            thread.join()
