import os
import stat
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from tests.worker.ear import listening
from tests.worker.retrieval.chroma_server import ServerProcess
from tests.worker.retrieval.test_chroma_store import VECTORS, NamedModel, chunk
from worker.errors import SettingError, StoreError
from worker.retrieval import chroma_place
from worker.retrieval.chroma_place import ChromaFolder, ChromaServer, place_of
from worker.retrieval.chroma_store import ChromaStore


class Gate(HTTPServer):
    """Stands for what may be at an address instead of a server that lets us in."""

    status = 200
    token = "secret"
    open = threading.Event()

    def answer(self, token: str | None) -> tuple[int, bytes]:
        if token != f"Bearer {self.token}":
            return 401, b"no"
        return self.status, b"<html>a page</html>"


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.open.wait(60)
        status, body = self.server.answer(self.headers["Authorization"])
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def gate() -> Iterator[Gate]:
    with Gate(("127.0.0.1", 0), Answer) as server:
        server.open.set()
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.open.set()
        server.shutdown()
        thread.join()


def url_of(gate: Gate) -> str:
    return f"http://127.0.0.1:{gate.server_port}"


def test_a_location_is_a_folder_or_the_address_of_a_server():
    assert isinstance(place_of("some/folder"), ChromaFolder)
    assert isinstance(place_of("http://host:8000"), ChromaServer)
    assert place_of("https://host/indexes/").name == "https://host/indexes"


@pytest.mark.parametrize("location", ["ftp://host/store", "http://me:hush@host:8000"])
def test_another_address_is_refused_without_showing_what_is_secret(location: str):
    with pytest.raises(SettingError, match="http://host:8000") as caught:
        place_of(location)
    assert "hush" not in str(caught.value)


def test_a_server_that_is_absent_is_named():
    with pytest.raises(StoreError, match=r"http://127.0.0.1:9 .*Check that the Chroma server runs"):
        ChromaStore(place_of("http://127.0.0.1:9"))


def test_a_server_that_does_not_answer_is_not_waited_for(gate: Gate, monkeypatch):
    monkeypatch.setattr(chroma_place, "_GREETING_PATIENCE", 0.2)
    gate.open.clear()
    with pytest.raises(StoreError, match="timed out"):
        ChromaStore(place_of(url_of(gate)))


def test_a_wrong_token_is_refused(gate: Gate):
    with pytest.raises(StoreError, match="BONSAI_STORE_TOKEN"):
        ChromaStore(place_of(url_of(gate), "wrong"))


@pytest.mark.parametrize("status", [200, 404, 410, 502])
def test_what_is_no_chroma_server_of_today_is_said_to_be_none(gate: Gate, status: int):
    gate.status = status
    with pytest.raises(StoreError, match=rf"No Chroma server .*\(status {status}\)"):
        ChromaStore(place_of(url_of(gate), "secret"))


@pytest.mark.usefixtures("processes")
def test_a_server_that_ends_and_comes_back_is_used_again(tmp_path: Path):
    server = ServerProcess(tmp_path)
    with server:
        store = ChromaStore(place_of(server.url))
        collection = store.open_or_create("ours", NamedModel())
        collection.upsert([chunk("x")], VECTORS[:1])
    for ask in (collection.count, collection.finish_changes, lambda: collection.drop("a.txt")):
        with pytest.raises(StoreError, match=server.url):
            ask()
    with pytest.raises(StoreError, match=server.url):
        store.open("ours", NamedModel())
    with server:
        assert collection.count() == 1
        assert collection.nearest(VECTORS[:1], 1)[0][0].chunk == chunk("x")
        assert store.open("ours", NamedModel()).finish_changes()


@pytest.mark.usefixtures("processes")
def test_a_server_that_stops_answering_is_not_waited_for(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(chroma_place, "_PATIENCE", 2)
    monkeypatch.setattr(chroma_place, "_GREETING_PATIENCE", 2)
    with ServerProcess(tmp_path) as server:
        collection = ChromaStore(place_of(server.url)).open_or_create("ours", NamedModel())
        with server.paused(), pytest.raises(StoreError, match="timed out"):
            collection.count()


@pytest.mark.usefixtures("processes")
def test_calls_carry_no_more_rows_than_chroma_takes(tmp_path: Path):
    with ServerProcess(tmp_path / "server") as server:
        for location in (str(tmp_path / "folder"), server.url):
            client = ChromaStore(place_of(location))._client
            assert client.batch_size(10) == 10
            assert 1000 <= client.batch_size(1_000_000) < 1_000_000


def test_a_folder_that_another_process_does_not_let_go_is_named(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(chroma_place, "_PATIENCE", 0.2)
    with place_of(str(tmp_path)).lock(), pytest.raises(StoreError, match=str(tmp_path)):
        ChromaStore(place_of(str(tmp_path)))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
@pytest.mark.parametrize("shared", [False, True], ids=["new", "shared"])
def test_a_new_store_is_its_owners_alone_and_a_shared_one_stays_so(tmp_path: Path, shared: bool):
    store, mask = tmp_path / "store", os.umask(0o022)
    if shared:
        store.mkdir(mode=0o755)
    try:
        collection = ChromaStore(place_of(str(store))).open_or_create("ours", NamedModel())
        many = [chunk(f"{number:04}") for number in range(1500)]  # Chroma writes vectors at 1,000
        collection.upsert(many, np.tile(VECTORS[:1], (1500, 1)))
    finally:
        os.umask(mask)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (store, *store.rglob("*"))}
    assert len(list(store.rglob("*.bin"))) > 1
    assert modes == ({0o755, 0o644} if shared else {0o700, 0o600})


def test_a_file_that_lies_about_names_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Chroma reads settings from a file `.env` in the current folder, whoever put it there."""
    with listening() as ear:
        named = {"API_IMPL": "chromadb.api.fastapi.FastAPI", "SERVER_HOST": "127.0.0.1",
                 "SERVER_HTTP_PORT": ear.server_port}  # fmt: skip
        lines = [f"CHROMA_{name}={value}" for name, value in named.items()]
        (tmp_path / ".env").write_text("\n".join(lines))
        monkeypatch.chdir(tmp_path)
        collection = ChromaStore(place_of(str(tmp_path))).open_or_create("ours", NamedModel())
        collection.upsert([chunk("x")], VECTORS[:1])
    assert collection.count() == 1
    assert ear.paths == []


def test_pages_that_are_damaged_are_named_wherever_they_lie(tmp_path: Path):
    whole = ChromaStore(place_of(str(tmp_path))).open_or_create("ours", NamedModel())
    whole.upsert([chunk(f"{number:04}") for number in range(500)], np.tile(VECTORS[:1], (500, 1)))
    content = (tmp_path / "chroma.sqlite3").read_bytes()
    said = []
    for page in range(1, len(content) // 4096, len(content) // 4096 // 12):
        damaged = bytearray(content)
        damaged[4096 * page : 4096 * (page + 1)] = b"\xa5" * 4096
        (tmp_path / "chroma.sqlite3").write_bytes(damaged)
        try:
            list(ChromaStore(place_of(str(tmp_path))).open("ours", NamedModel()).chunks())
        except StoreError as error:
            said.append(str(error))
    assert any("malformed" in words for words in said)
    assert all("run Index again" in words for words in said)


def test_a_damaged_store_is_called_that_and_the_disk_is_not_blamed(tmp_path: Path):
    ChromaStore(place_of(str(tmp_path))).open_or_create("ours", NamedModel())
    (tmp_path / "chroma.sqlite3").write_bytes(b"no database " * 1000)
    with pytest.raises(StoreError, match="not a database") as caught:
        ChromaStore(place_of(str(tmp_path)))
    assert "run Index again" in caught.value.next_step
    assert "disk" not in caught.value.next_step
