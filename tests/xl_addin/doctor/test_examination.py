"""This machine: its disks, fonts and settings; and the examination as a whole."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.xl_addin.doctor.desks import (
    Desk,
    only,
    windows_desk,
)
from worker import __version__
from xl_addin.doctor import storage
from xl_addin.doctor.examination import examine, examine_this_machine
from xl_addin.doctor.finding import Finding, good
from xl_addin.doctor.machine import Machine
from xl_addin.doctor.patient import Probe


def test_a_full_disk_is_a_fault_and_a_tight_one_a_warning(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    usage = namedtuple("usage", "total used free")
    for free, code in ((1_000_000, "disk_full"), (1_000_000_000, "disk_tight")):
        monkeypatch.setattr(storage.shutil, "disk_usage", lambda _, f=free: usage(10**12, 0, f))
        assert only(desk).code == code


def test_a_home_whose_place_is_a_file_is_a_fault(desk: Desk):
    (desk.folder / "file").touch()
    desk.change_settings(home=desk.folder / "file" / "home")
    assert only(desk).code == "home_unwritable"


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
