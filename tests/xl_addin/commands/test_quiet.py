"""Commands that are asked to be quiet, and libraries that would not be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from tests.conftest import REPOSITORY
from tests.xl_addin.conftest import Run
from tests.xl_addin.marks import mark
from xl_addin.commands.app import app
from xl_addin.jobs.books import new_book

EMOJI = "📈 growth 🎉 성장"
PAIRS = '[{"id": "1", "doc": "A kettle sings.", "question": "What sings?", "answer": "A kettle."}]'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workbook, documents with emoji and Hangul in their names, and a small world."""
    new_book(tmp_path / "book.xlsx")
    documents = tmp_path / "documents"
    documents.mkdir()
    for number in range(3):
        text = f"The kettle {EMOJI} sings in kitchen {number}. Tankers carry oil."
        (documents / f"{EMOJI} {number}.md").write_text(text, "utf-8")
    shipped = (REPOSITORY / "templates" / "evaluation" / "questions.csv").read_text("utf-8")
    (tmp_path / "pairs.json").write_text(PAIRS, "utf-8")
    (tmp_path / "questions.csv").write_text("".join(shipped.splitlines(True)[:2]), "utf-8")
    return tmp_path


def quietly(folder: Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command as a program of its own: pytest would hold back what libraries warn of."""
    return subprocess.run(
        [sys.executable, "-m", "xl_addin.cli", *command, "--quiet"],
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        check=False,
    )


def test_quiet_jobs_say_nothing_whatever_the_names_of_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BONSAI_EMBEDDER", "test:hash")
    monkeypatch.setenv("BONSAI_LLM", "scripted:quoting")
    commands = [
        ("index", "--documents", "documents", "--collection", "book"),
        ("rank", "book.xlsx"),
        ("answer", "book.xlsx", "--json", "result.json"),
        ("report", "book.xlsx", "-o", "r.xlsx", "--html", "p.html", "--documents", "documents"),
        ("regress", "--out", "films.xlsx", "--mode", "original"),
        ("evaluate", "--documents", "documents", "--questions", "questions.csv"),
        ("export", "pairs.json", "pairs.jsonl"),
    ]
    for command in commands:
        ended = quietly(folder, *command)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b""), command
    mark(folder / "book.xlsx")
    for state in (("taste", "book.xlsx"), ("diff", "book.xlsx"), ("restore", "book.xlsx")):
        ended = quietly(folder, *state)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b""), state


def test_a_quiet_demo_says_nothing(bonsai: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("xl_addin.commands.demo.fetch_weights", lambda *_: None)  # stubs have none
    assert bonsai("demo", "--out", tmp_path / "out", "--quiet") == (0, "", "")


def test_quiet_still_tells_of_errors(folder: Path):
    ended = quietly(folder, "rank", "absent.xlsx")
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert b"absent.xlsx" in ended.stderr


def test_every_command_that_can_be_quiet_is_tried_here():
    quiet = {
        name
        for name, command in typer.main.get_command(app).commands.items()
        if "quiet" in {parameter.name for parameter in command.params}
    }
    assert quiet == {
        "answer", "dataset", "demo", "diff", "evaluate", "export", "index", "rank", "regress",
        "report", "restore", "taste", "tune",
    }  # fmt: skip


LOUD = """
import sys, warnings
from xl_addin.commands import app, new_command

def warn(*_):
    warnings.warn("Data Validation extension is not supported.")

new_command.new_book = warn
sys.argv = ["bonsai", "new", "x.xlsx"]
app.run()
"""


def test_a_library_that_warns_is_not_heard(tmp_path: Path):
    ended = subprocess.run(
        [sys.executable, "-c", LOUD],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "Made x.xlsx\n", "")
