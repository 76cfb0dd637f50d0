"""Redis servers that are away, deaf, strict or something else; workers and jobs."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from redis import Redis

from tests.worker.queueing.worlds import World, index_request
from tests.xl_addin.doctor.desks import (
    Desk,
    codes,
    only,
)
from worker.queueing.broker.checkup import VERSION_FIELD
from worker.queueing.local.job_table import JobTable
from xl_addin.doctor.bounded import SECONDS
from xl_addin.doctor.examination import examine
from xl_addin.doctor.finding import good
from xl_addin.doctor.patient import Probe


class _Page(BaseHTTPRequestHandler):
    """Another program: it answers any page with a greeting."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<p>Hello</p>")

    def log_message(self, *_: object) -> None: ...


@contextmanager
def another_program() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_another_program_on_the_brokers_port_is_told_from_a_server_that_is_away(desk: Desk):
    with another_program() as port:
        desk.change_settings(broker=f"redis://127.0.0.1:{port}")
        assert only(desk).code == "broker_refused"
        assert "is no Redis server" in only(desk).what


def test_another_program_on_the_port_of_the_language_model_is_called_that(desk: Desk):
    with another_program() as port:
        desk.change_settings(llm=f"openai:http://127.0.0.1:{port}/v1#m")
        assert only(desk).code == "llm_server_other"
        assert "another port" in only(desk).next_step


def test_a_broker_that_takes_calls_and_never_answers_does_not_hold_the_doctor_up(desk: Desk):
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        desk.change_settings(broker=f"redis://127.0.0.1:{deaf.getsockname()[1]}")
        assert only(desk).code == "broker"
        assert "does not answer" in only(desk).what


def test_a_look_that_hangs_is_a_finding_and_holds_nobody_up(desk: Desk):
    never = Event()
    probe = Probe("Jobs", "The deaf server", lambda _: [good("late", "heard")] * never.wait())
    found = examine(desk.settings, probes=[probe], seconds=0.2)
    assert codes([each.finding for each in found]) == ["no_answer"]
    assert "The deaf server" in found[0].finding.what
    never.set()
    assert SECONDS < 10, "with the start of the command"


def test_the_password_of_a_broker_is_shown_nowhere(desk: Desk, valkey: str):
    wrong = f"redis://:mysecret@{valkey.rpartition('@')[2]}"
    desk.change_settings(broker=wrong)
    assert only(desk).code == "broker_refused"
    assert "BONSAI_BROKER_PASSWORD" in only(desk).next_step
    assert "mysecret" not in str(desk.findings())


def test_a_right_that_is_missing_is_named(desk: Desk, valkey: str):
    with Redis.from_url(valkey) as admin:
        some = ["+hello", "+client|setinfo", "+client|setname", "+ping", "+set"]
        admin.acl_setuser("half", enabled=True, passwords=["+half"], keys=["*"], commands=some)
        desk.change_settings(broker=f"redis://half:half@{valkey.rpartition('@')[2]}")
        found = only(desk)
        admin.acl_deluser("half")
    assert found.code == "broker_refused"
    assert "script" in found.why
    assert "docs/operations.md" in found.next_step


def test_a_server_without_workers_is_a_finding(desk: Desk, valkey: str):
    desk.change_settings(broker=valkey)
    assert only(desk).code == "no_worker"


def test_a_worker_is_named_with_its_host_and_one_of_another_version_is_a_finding(
    desk: Desk, world: World
):
    world.wait_for(world.start_worker())
    desk.change_settings(broker=world.settings.broker)
    assert codes(desk.problems()) == []
    assert f"on {socket.gethostname()}" in str(desk.findings())
    [worker] = world.redis.smembers("rq:workers:bonsai:cpu")
    world.redis.hset(worker, VERSION_FIELD, "0.0.1")
    assert only(desk).code == "worker_version"
    assert "0.0.1" in only(desk).what


def test_a_job_of_this_machine_that_nobody_takes_is_a_finding(desk: Desk):
    with closing(JobTable(desk.settings.jobs)) as table:
        table.submit("run", "my.xlsm", "", index_request(desk.folder).model_dump_json())
    assert codes(desk.problems()) == [], "it may still be taken"
    with closing(sqlite3.connect(desk.settings.jobs)) as database, database:
        database.execute("UPDATE ages SET submitted = submitted - 3600")
    assert only(desk).code == "worker_missing"
    assert "python -m worker.queueing.local.local_worker" in only(desk).next_step
