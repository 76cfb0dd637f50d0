"""`bonsai doctor`, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.xl_addin.conftest import Run


def test_a_machine_that_is_well_is_told_so_and_ends_with_0(bonsai: Run):
    code, out, _ = bonsai("doctor")
    assert code == 0, out
    for group in ("Python", "Excel", "Jobs", "Models", "Indexes", "This machine"):
        assert f"\n{group}\n" in f"\n{out}"
    assert "✓ Jobs run on this machine" in out
    assert "In all:" in out


def test_a_fault_is_told_with_its_reason_and_what_to_do_and_ends_with_1(
    bonsai: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BONSAI_BROKER", "redis://127.0.0.1:9")
    code, out, _ = bonsai("doctor")
    assert code == 1
    assert "✗ The Redis server redis://127.0.0.1:9 does not answer." in out
    assert "'bonsai up' starts one" in out
    assert "1 wrong" in out


def test_json_goes_to_the_screen_alone_or_into_a_file(bonsai: Run, tmp_path: Path, book: Path):
    _, out, _ = bonsai("doctor", book, "--json", "-")
    result = json.loads(out)
    assert {"group", "code", "mark", "what", "why", "next_step"} == set(result["findings"][0])
    assert "workbook" in {each["code"] for each in result["findings"]}
    bonsai("doctor", "--json", tmp_path / "found.json")
    assert json.loads((tmp_path / "found.json").read_text())["findings"]


def test_a_report_is_written_without_names_and_replaces_nothing(
    bonsai: Run, tmp_path: Path, book: Path
):
    report = tmp_path / "report.txt"
    _, out, _ = bonsai("doctor", book, "--report", report)
    assert "read it before you send it" in out
    text = report.read_text()
    assert text.startswith("BONSAI doctor\n")
    assert book.stem not in text
    code, _, err = bonsai("doctor", "--report", report)
    assert code == 2
    assert "is there already" in err
    assert report.read_text() == text


def test_a_workbook_that_is_not_there_is_a_finding(bonsai: Run, tmp_path: Path):
    code, out, _ = bonsai("doctor", tmp_path / "none.xlsm")
    assert code == 1
    assert "There is no workbook 'none.xlsm'" in out
