"""Excel on Windows and macOS, its Python, its macros and the places of workbooks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.xl_addin.doctor.desks import (
    POLICY,
    SECURITY,
    Desk,
    codes,
    mac_desk,
    only,
    stand_in_python,
    this_python,
)
from xl_addin.doctor import interpreter
from xl_addin.doctor.machine import registry_keys, registry_values


def test_a_real_python_elsewhere_is_asked_and_told_apart(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(interpreter, "_SECONDS", 60.0)
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
