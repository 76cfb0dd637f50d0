"""The report to a helper: what went wrong, and nobody's names."""

from __future__ import annotations

from pathlib import Path

from worker import __version__
from xl_addin.doctor.finding import Placed, fault, good
from xl_addin.doctor.report import report_text

USER = Path("/home/anna")
BOOK = Path("/home/anna/Merger/secret plan.xlsm")


def test_a_report_says_what_was_found_and_with_which_versions():
    text = report_text([Placed("Jobs", fault("broker", "Away.", "Down.", "Start it."))], USER)
    assert f"BONSAI {__version__}" in text
    assert "✗ Jobs [broker]: Away.\n    Down.\n    Start it.\n" in text
    assert "1 wrong" in text


def test_a_report_names_no_document_no_index_no_key_and_no_home():
    placed = [
        Placed("Workbook", fault("a", f"{BOOK} is old: secret plan.", "why", "what")),
        Placed("Indexes", good("b", "The index 'project X' is here", "project X")),
        Placed("Jobs", good("c", "redis://me:mysecret@10.0.0.5:6379 answers")),
        Placed("This machine", good("d", "/home/anna/.local/share/bonsai can be written")),
    ]
    text = report_text(placed, USER, BOOK)
    for private in ("secret plan", "Merger", "project X", "mysecret", "anna"):
        assert private not in text
    assert "~/.local/share/bonsai can be written" in text


def test_a_report_cannot_drive_a_terminal():
    text = report_text([Placed("Jobs", good("a", "\x1b[31mred"))], USER)
    assert "\x1b" not in text
