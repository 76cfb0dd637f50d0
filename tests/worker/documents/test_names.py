"""Names of files that are no text: an escape, and how they may have read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from worker.documents.names import name_reading, readable


@pytest.mark.parametrize(
    "name", ["a.txt", "日本語　メモ.txt", "née.txt", "👩‍🔬.md", "a\\b [x] 100%.txt", "ｱ.txt"]
)
def test_a_name_that_is_text_stays_as_it_is(name: str):
    assert readable(name) == name
    assert name_reading(Path(name)) == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\udc83e.txt", r"\x83e.txt"),
        ("half \ud83d.txt", r"half \ud83d.txt"),
        ("a\tb\x1b\x7f\x9b.txt", r"a\x09b\x1b\x7f\x9b.txt"),
        ("none \uffff.txt", r"none \uffff.txt"),
    ],
)
def test_what_is_no_text_is_escaped(name: str, shown: str):
    assert readable(name) == shown
    readable(name).encode()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
@pytest.mark.parametrize(
    ("meant", "encoding", "system"),
    [
        ("テスト.txt", "cp932", "a Japanese Windows"),
        ("議事録.docx", "cp932", "a Japanese Windows"),
        ("Résumé.txt", "cp1252", "a Western Windows"),
        ("cafés.txt", "cp1252", "a Western Windows"),
    ],
)
def test_how_a_name_may_have_read_is_said(meant: str, encoding: str, system: str):
    path = Path("folder") / os.fsdecode(meant.encode(encoding))
    assert name_reading(path) == f"name: {meant}, as {system} has it"


def test_a_control_character_has_no_other_reading():
    assert name_reading(Path("two\nlines.txt")) == ""
