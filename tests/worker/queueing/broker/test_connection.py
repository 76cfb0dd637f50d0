"""What is said when the server cannot be reached, refuses, or speaks through certificates."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.worker.queueing.worlds import World, eventually, quick_settings, score_request
from worker.errors import BonsaiError, BrokerError, BrokerRefusedError, SettingError
from worker.queueing.broker.connection import broker_errors, connect
from worker.settings import Settings, load_settings
from xl_addin.jobs.books import new_book

NOWHERE = "redis://127.0.0.1:1"

worker_kinds = pytest.mark.parametrize(
    "module", ["worker.queueing.broker.rq_worker", "worker.queueing.scores.score_service"]
)


def caught(settings: Settings, ask=Redis.ping, *, patience: int = 0) -> BonsaiError:
    with pytest.raises(BonsaiError) as error, broker_errors(settings.broker):
        ask(connect(settings, patience=patience))
    return error.value


def with_broker(url: str, **more: str) -> Settings:
    return replace(load_settings(), broker=url, **more)


def without_its_password(valkey: str) -> str:
    return f"redis://{valkey.rpartition('@')[2]}"


def run_worker(module: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, "cpu"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_server_that_is_not_there_is_named_with_what_to_do():
    error = caught(with_broker("redis://somebody:secret@127.0.0.1:1"), patience=1)
    assert type(error) is BrokerError
    assert error.what == f"The Redis server {NOWHERE} does not answer."
    assert "Connection refused" in error.why
    assert "bonsai up" in error.next_step


@pytest.mark.parametrize("url", ["redis//x", "http://x", "redis://x:port", ""])
def test_an_address_that_is_none_is_refused_before_anything_is_sent(url):
    error = caught(with_broker(url))
    assert type(error) is SettingError
    assert "is no address of a Redis server" in error.what


@pytest.mark.parametrize(
    "url",
    ["redis://host?colour=blue&password=hush-hush", "redis://:hush-hush@host?retry=1",
     "unix:///run/redis.sock?socket_timeout=1", "rediss://host?retry_on_error="],
)  # fmt: skip
def test_an_option_that_is_not_known_is_named(url: str):
    error = caught(with_broker(url))
    assert type(error) is SettingError
    assert "has an option that is not known" in error.what
    assert url.rpartition("?")[2].partition("=")[0] in error.why
    assert "hush" not in str(error)


@pytest.mark.parametrize(
    "url",
    ["redis://host?db=many&password=hush-hush", "redis://host?protocol=9",
     "rediss://:hush-hush@host?ssl_cert_reqs=some", "redis://host?ssl_cert_reqs=none",
     "me:hush-hush@host:6379", "redis://:hush#hush-hush@host",
     "redis://:hush-hush@[::1", "redis://:hush-hush@host:many"],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_without_its_secret(url: str):
    error = caught(with_broker(url))
    assert type(error) is SettingError
    assert "is no address of a Redis server" in error.what
    assert "hush" not in str(error)


@pytest.mark.parametrize("password", ["redis://:{}@{}", "redis://{1}?password={0}&db=0"])
def test_a_password_in_the_address_is_used_and_not_shown(valkey, password: str):
    secret, place = valkey.rpartition("@")[0].rpartition(":")[2], valkey.rpartition("@")[2]
    with connect(with_broker(password.format(secret, place))) as client:
        assert client.ping()
    error = caught(with_broker(password.format("hush-hush", place)))
    assert "refuses the user or the password" in error.what
    assert "hush" not in str(error)


def test_a_command_says_in_a_moment_that_the_server_is_not_there(tmp_path):
    new_book(tmp_path / "book.xlsx")
    command = "from xl_addin.cli import main; main()"
    asked = ["rank", "book.xlsx", "--broker", NOWHERE, "--collection", "any"]
    done = subprocess.run(
        [sys.executable, "-c", command, *asked],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 3
    said = " ".join((done.stdout + done.stderr).split())
    assert f"The Redis server {NOWHERE} does not answer." in said
    assert "Traceback" not in said


@worker_kinds
def test_a_worker_without_a_server_ends_with_one_line(module):
    done = run_worker(module, BONSAI_BROKER=NOWHERE)
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 1
    assert "does not answer" in done.stderr


@worker_kinds
def test_a_worker_with_a_wrong_password_ends_with_one_line(module, valkey):
    address = without_its_password(valkey)
    done = run_worker(module, BONSAI_BROKER=address, BONSAI_BROKER_PASSWORD="wrong")
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 1
    assert "refuses the user or the password" in done.stderr


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_refused_password_is_not_tried_again(valkey, password):
    settings = with_broker(without_its_password(valkey), broker_password=password)
    error = caught(settings, patience=1000)
    assert type(error) is BrokerRefusedError
    assert "refuses the user or the password" in error.what
    assert "BONSAI_BROKER_PASSWORD" in error.next_step


def test_user_and_password_come_from_the_settings(valkey):
    with Redis.from_url(valkey) as admin:
        admin.acl_setuser("anna", enabled=True, passwords=["+her word"], categories=["+@all"])
        address = without_its_password(valkey)
        settings = with_broker(address, broker_user="anna", broker_password="her word")
        with connect(settings) as client:
            assert client.acl_whoami() == "anna"
        admin.acl_deluser("anna")


def in_a_transaction(client: Redis) -> None:
    with client.pipeline() as pipe:
        pipe.hset("bonsai:run:1", "request", "a long secret")
        pipe.execute()


@pytest.mark.parametrize("ask", [lambda client: client.hset("a", "b", 1), in_a_transaction])
def test_a_user_without_a_right_is_told_which_command_it_was(valkey, ask):
    with Redis.from_url(valkey) as admin:
        some = ["+ping", "+hello", "+client", "+multi", "+exec", "+discard"]
        admin.acl_setuser("half", enabled=True, passwords=["+half"], keys=["*"], commands=some)
        address = without_its_password(valkey)
        error = caught(with_broker(address, broker_user="half", broker_password="half"), ask)
        admin.acl_deluser("half")
    assert type(error) is BrokerRefusedError
    assert "does not allow a command" in error.what
    assert "'hset'" in error.why
    assert "secret" not in str(error)
    assert "docs/operations.md" in error.next_step


@pytest.mark.parametrize("ask", [lambda client: client.hset("a", "b", 1), in_a_transaction])
def test_a_full_server_is_called_full(valkey, ask):
    with Redis.from_url(valkey) as admin:
        admin.config_set("maxmemory", "100kb")
        error = caught(with_broker(valkey), ask)
        admin.config_set("maxmemory", 0)
    assert type(error) is BrokerError
    assert "memory of the Redis server" in error.what
    assert "maxmemory" in error.next_step


def test_something_that_is_no_redis_server_is_not_taken_for_one():
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as web_server:
        Thread(target=web_server.serve_forever).start()
        error = caught(with_broker(f"redis://127.0.0.1:{web_server.server_port}"))
        web_server.shutdown()
    assert isinstance(error, BrokerError | BrokerRefusedError)


# Certificates. The packaged server knows none; Debian's redis-server does.


def make_authority(folder: Path, name: str) -> Path:
    """Make a certificate authority; its private key lies beside it."""
    certificate = folder / f"{name}.crt"
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", folder / f"{name}.key", "-out", certificate)  # fmt: skip
    return certificate


def make_certificate(folder: Path, authority: Path) -> Path:
    """Make a certificate for 127.0.0.1, signed by the authority."""
    request, extension = folder / "server.csr", folder / "server.ext"
    extension.write_text("subjectAltName=IP:127.0.0.1")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server",
            "-keyout", folder / "server.key", "-out", request)  # fmt: skip
    openssl("x509", "-req", "-in", request, "-days", "2", "-extfile", extension,
            "-CA", authority, "-CAkey", authority.with_suffix(".key"), "-CAcreateserial",
            "-out", folder / "server.crt")  # fmt: skip
    return folder / "server.crt"


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@contextmanager
def tls_server(folder: Path, authority: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    certificate = make_certificate(folder, authority)
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1",
         "--tls-cert-file", certificate, "--tls-key-file", certificate.with_suffix(".key"),
         "--tls-ca-cert-file", authority, "--tls-auth-clients", "no",
         "--requirepass", "secret", "--save", "", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        eventually(lambda: listens(port))
        yield f"rediss://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def encrypted(processes: None, tmp_path: Path) -> Iterator[Settings]:
    """Settings for a server whose certificate was signed by an authority of its own."""
    missing = [name for name in ("redis-server", "openssl") if not shutil.which(name)]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{missing} must be installed here")
    if missing:
        pytest.skip(f"{missing} is not installed")
    authority = make_authority(tmp_path, "right")
    with tls_server(tmp_path, authority) as url:
        yield with_broker(url, broker_password="secret", broker_ca=str(authority))


def test_a_server_with_a_certificate_of_a_known_authority_is_trusted(encrypted):
    with connect(encrypted) as client:
        assert client.ping()


def test_a_certificate_of_an_unknown_authority_is_refused_at_once(encrypted, tmp_path):
    for authority in ("", str(make_authority(tmp_path, "wrong"))):
        error = caught(replace(encrypted, broker_ca=authority), patience=1000)
        assert type(error) is BrokerRefusedError
        assert "certificate" in error.what
        assert "BONSAI_BROKER_CA" in error.next_step


def test_a_file_of_authorities_that_is_not_there_is_named(encrypted, tmp_path):
    error = caught(replace(encrypted, broker_ca=str(tmp_path / "none.pem")))
    assert type(error) is SettingError
    assert "none.pem" in error.what


def test_a_job_runs_over_an_encrypted_connection(encrypted, tmp_path):
    names = ("broker_password", "broker_ca")
    wire = {name: getattr(encrypted, name) for name in names}
    settings = replace(quick_settings(tmp_path / "home", encrypted.broker), **wire)
    world = World(settings, tmp_path)
    try:
        world.start_worker(**{f"BONSAI_{name.upper()}": value for name, value in wire.items()})
        assert len(world.run(score_request("over-tls")).result.scores) == 1
    finally:
        world.end()


def test_every_error_of_the_client_library_becomes_one_of_ours():
    with pytest.raises(BrokerRefusedError) as error, broker_errors("redis://a:b@host"):
        raise RedisError("ERR unknown command 'BLMOVE'")
    assert "a:b" not in str(error.value)
    assert "BLMOVE" in error.value.why
