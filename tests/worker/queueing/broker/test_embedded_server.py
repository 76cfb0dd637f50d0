import os
import signal
import socket
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from worker.child_process import is_alive
from worker.errors import BrokerError, PackageMissingError
from worker.queueing.broker import embedded_server
from worker.queueing.broker.embedded_server import (
    EmbeddedServer,
    RunningServer,
    find_running,
    password_of,
    server_folder,
)
from worker.settings import load_settings

pytestmark = pytest.mark.usefixtures("processes")


def client_of(server: RunningServer) -> Redis:
    return Redis.from_url(server.url, password=server.password, decode_responses=True)


def wait_until(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_data_port_and_password_survive_a_restart(tmp_path: Path):
    with EmbeddedServer(tmp_path) as first, client_of(first) as client:
        client.set("run", "half done")
    with EmbeddedServer(tmp_path) as second, client_of(second) as client:
        assert client.get("run") == "half done"
    assert (second.port, second.password) == (first.port, first.password)


def test_data_survive_a_server_that_was_killed_and_start_brings_it_back(tmp_path: Path):
    keeper = EmbeddedServer(tmp_path)
    with keeper as first, client_of(first) as client:
        client.set("run", "half done")
        os.kill(first.pid, signal.SIGKILL)
        wait_until(lambda: keeper.start().pid != first.pid)
        second = keeper.start()
        assert second.url == first.url
        assert client.get("run") == "half done"


def test_start_leaves_a_server_that_runs_as_it_is(tmp_path: Path):
    keeper = EmbeddedServer(tmp_path)
    with keeper as server:
        assert keeper.start() == server


def test_the_server_is_set_up_to_lose_nothing(tmp_path: Path):
    with EmbeddedServer(tmp_path) as server, client_of(server) as client:
        for name, value in {
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "bind": "127.0.0.1",
        }.items():
            assert client.config_get(name) == {name: value}


@pytest.mark.parametrize("password", [None, "wrong"])
def test_nobody_gets_in_without_the_password(tmp_path: Path, password: str | None):
    with (
        EmbeddedServer(tmp_path) as server,
        Redis.from_url(server.url, password=password) as client,
        pytest.raises(AuthenticationError),
    ):
        client.ping()


def test_the_password_stands_in_one_file_that_its_owner_alone_can_read(tmp_path: Path):
    folder = tmp_path / "broker"
    with EmbeddedServer(folder) as server:
        files = [path for path in folder.rglob("*") if path.is_file()]
        holders = [path for path in files if server.password.encode() in path.read_bytes()]
        command = subprocess.run(["ps", "-ww", "-o", "args=", str(server.pid)], capture_output=True)
    assert holders == [folder / "server.json"]
    assert (mode(folder), mode(holders[0])) == (0o700, 0o600)
    assert server.password.encode() not in command.stdout


def test_all_that_it_writes_is_its_owners_alone(tmp_path: Path):
    before = os.umask(0o022)
    try:
        with EmbeddedServer(tmp_path / "broker") as server, client_of(server) as client:
            client.set("run", "half done")
    finally:
        os.umask(before)
    modes = {mode(path) for path in (tmp_path / "broker").rglob("*") if path.is_file()}
    folders = {mode(path) for path in tmp_path.rglob("*") if path.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})


def test_a_server_is_found_while_it_runs(tmp_path: Path):
    assert find_running(tmp_path) is None
    with EmbeddedServer(tmp_path) as server:
        assert find_running(tmp_path) == server
    assert find_running(tmp_path) is None


@pytest.mark.parametrize("content", ["", "no json", '{"port": 1}'])
def test_a_file_that_says_nothing_of_use_is_replaced(tmp_path: Path, content: str):
    state = tmp_path / "server.json"
    state.write_text(content)
    state.chmod(0o600)
    with EmbeddedServer(tmp_path) as server:
        assert find_running(tmp_path) == server


def test_a_file_that_names_another_process_is_not_believed(tmp_path: Path):
    with EmbeddedServer(tmp_path) as server:
        pass
    with socket.create_server(("127.0.0.1", server.port)):  # something else took the port
        stale = server.model_copy(update={"pid": os.getpid()})
        (tmp_path / "server.json").write_text(stale.model_dump_json())
        with EmbeddedServer(tmp_path) as second:
            assert second.port != server.port


def test_a_password_file_that_others_can_read_is_not_believed(tmp_path: Path):
    with EmbeddedServer(tmp_path) as first:
        pass
    (tmp_path / "server.json").chmod(0o644)
    with EmbeddedServer(tmp_path) as second:
        assert second.password != first.password
    assert mode(tmp_path / "server.json") == 0o600


def test_a_second_keeper_is_told_where_the_first_one_is(tmp_path: Path):
    with EmbeddedServer(tmp_path) as server:
        with pytest.raises(BrokerError, match=f"already.*{server.url}"):
            EmbeddedServer(tmp_path).start()
        assert find_running(tmp_path) == server


def test_a_server_whose_keeper_is_gone_is_taken_over_and_ended(tmp_path: Path):
    keeper = EmbeddedServer(tmp_path)
    server = keeper.start()
    os.close(keeper._lock)  # stands in for a keeper that was killed on a system other than Linux
    keeper._lock = None
    with EmbeddedServer(tmp_path) as taken_over:
        assert taken_over == server
    assert find_running(tmp_path) is None
    keeper.stop()


KEEPER = """
import sys, time
from pathlib import Path
from worker.queueing.broker.embedded_server import EmbeddedServer
print(EmbeddedServer(Path(sys.argv[1])).start().pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: it ends a child with its parent")
def test_a_server_ends_with_a_keeper_that_is_killed(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(tmp_path)], stdout=subprocess.PIPE
    ) as keeper:
        pid = int(keeper.stdout.readline())
        assert is_alive(pid)
        keeper.kill()
    wait_until(lambda: find_running(tmp_path) is None)
    with EmbeddedServer(tmp_path) as server:
        assert server.pid != pid


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BrokerError, match=r"folder .*file.* cannot be used"):
        EmbeddedServer(tmp_path / "file" / "broker").start()


def test_a_server_that_does_not_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(embedded_server, "_free_port", lambda: port)
        with pytest.raises(BrokerError, match="does not start") as raised, EmbeddedServer(tmp_path):
            pass
    assert str(port) in raised.value.why


def test_a_system_without_a_server_is_told_that_none_is_needed(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")  # stands in for Windows
    with pytest.raises(PackageMissingError, match="None is needed"):
        EmbeddedServer(tmp_path).start()


def test_the_password_goes_to_this_homes_own_server_alone():
    settings = load_settings()
    with EmbeddedServer(server_folder(settings)) as server:

        def password(broker: str) -> str:
            return password_of(replace(settings, broker=broker))

        assert password(server.url) == password(f"{server.url}/0") == server.password
        assert not password("redis://127.0.0.1:1")
        assert not password(f"redis://example.com:{server.port}")
        assert not password(f"rediss://127.0.0.1:{server.port}")
        assert not password(f"redis://me@127.0.0.1:{server.port}")
        assert not password("redis://:hush-hush@[::1")  # no address, as others have to say
        assert not password("redis://[127.0.0.1]:port")
    assert not password(server.url)  # whoever has the port now is not ours
