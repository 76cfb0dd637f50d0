"""Outputs never destroy what is there: inputs, documents, workbooks, folders."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from tests.conftest import REPOSITORY
from tests.xl_addin.conftest import FBQ_HEADERS, Run, fbq_row
from worker.errors import BonsaiError
from xl_addin.commands.app import app
from xl_addin.commands.demo import _prepare
from xl_addin.commands.json_file import check_json_place, write_json
from xl_addin.jobs.books import new_book
from xl_addin.jobs.session import Session

Place = Callable[[Path], Path]

NEEDS_UNIX = pytest.mark.skipif(sys.platform == "win32", reason="needs links and pipes of Unix")


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the job was started")

    monkeypatch.setattr(Session, "run", refuse)


@pytest.fixture
def here(tmp_path: Path, plain_book: Callable[..., Path]) -> Path:
    """A folder as a user may have it: a workbook, plain files, documents."""
    new_book(tmp_path / "book.xlsx")
    plain_book("FBQ.xlsx", FBQ_HEADERS, [fbq_row("Why do kettles sing?")])
    plain_book("POV.xlsx", ["POV"], [["Kettles sing."]])
    plain_book("budget.xlsx", ["Sum"], [[5]])
    (tmp_path / "questions.csv").write_text("id,question,kind,facts,document\n")
    (tmp_path / "povs.csv").write_text("POV\nKettles sing.\n")
    (tmp_path / "page.html").write_text("<p>Not ours.</p>")
    (tmp_path / "page.xlsx").write_text("no workbook")
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "notes.md").write_text("{ not ours }")
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def itself(path: Path) -> Path:
    return path


def linked(path: Path) -> Path:
    link = path.with_name(f"link to {path.name}")
    link.symlink_to(path)
    return link


def hard_linked(path: Path) -> Path:
    link = path.with_name(f"hard {path.name}")
    os.link(path, link)
    return link


def around(path: Path) -> Path:
    return path.parent / ".." / path.parent.name / path.name


VICTIMS = {
    "rank book.xlsx --json": ("book.xlsx", "budget.xlsx", "documents/notes.md", "documents"),
    "rank book.xlsx --pov POV.xlsx --json": ("POV.xlsx",),
    "answer FBQ.xlsx --pov POV.xlsx --json": ("FBQ.xlsx", "POV.xlsx"),
    "rank book.xlsx --pov POV.xlsx --out": ("POV.xlsx", "budget.xlsx", "documents"),
    "answer FBQ.xlsx --pov POV.xlsx -o": ("FBQ.xlsx", "POV.xlsx", "budget.xlsx", "documents"),
    "rank FBQ.xlsx --pov book.xlsx -o": ("book.xlsx",),
    "evaluate --questions questions.csv --povs povs.csv --json": (
        "questions.csv",
        "povs.csv",
        "budget.xlsx",
        "documents/notes.md",
        "documents",
    ),
    "dataset book.xlsx --json": ("book.xlsx", "budget.xlsx", "documents/notes.md", "documents"),
    "dataset book.xlsx -o": ("budget.xlsx", "documents"),
    "regress --ratings budget.xlsx --users povs.csv --items povs.csv -o": ("budget.xlsx",),
    "regress -o": ("budget.xlsx", "documents"),
    "regress --pov POV.xlsx -o": ("POV.xlsx",),
    "regress book.xlsx --json": ("book.xlsx", "budget.xlsx", "documents"),
    "diff book.xlsx --json": ("book.xlsx", "budget.xlsx", "documents/notes.md", "documents"),
    "report book.xlsx -o": ("book.xlsx", "budget.xlsx", "page.xlsx"),
    "report book.xlsx --html": ("page.html", "documents"),
    "new": ("book.xlsx", "documents/notes.md", "documents"),
}
REFUSALS = ("not written over", "is a folder", "is there already", "cannot take what is in")
SPELLINGS = (itself, linked, hard_linked, around)
CASES = [
    (command, victim, spelt)
    for command, victims in VICTIMS.items()
    for victim in victims
    for spelt in (SPELLINGS if "." in victim else (itself,))
]


@NEEDS_UNIX
@pytest.mark.parametrize(("typed", "victim", "spelt"), CASES)
def test_an_output_that_is_there_already_is_refused_before_anything_runs(
    bonsai: Run,
    here: Path,
    nothing_runs: None,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    victim: str,
    spelt: Place,
):
    monkeypatch.chdir(here)
    target = spelt(here / victim)
    before = contents(here)
    code, _, err = bonsai(*typed.split(), target)
    assert code == 2
    assert any(words in err.lower() for words in REFUSALS), err
    assert contents(here) == before


def test_a_folder_that_is_not_there_is_named_before_anything_runs(
    bonsai: Run, here: Path, nothing_runs: None
):
    code, _, err = bonsai("rank", here / "book.xlsx", "--json", here / "absent" / "r.json")
    assert code == 2
    assert "does not exist" in err


def test_its_own_file_is_replaced(bonsai: Run, here: Path):
    (here / "documents" / "more.txt").write_text("The kettle sings.")
    bonsai("index", "--documents", here / "documents", "--collection", "debate")
    rank = ("rank", here / "book.xlsx", "--collection", "debate", "--json", here / "r.json")
    assert bonsai(*rank)[0] == 0
    first = json.loads((here / "r.json").read_bytes())
    assert bonsai(*rank)[0] == 0
    second = json.loads((here / "r.json").read_bytes())
    assert len(first["questions"]) == len(second["questions"]) > 0
    assert first["run"]["run_id"] != second["run"]["run_id"]


HALVES = {"text": "half \ud83d, whole 📈, 日本"}


def test_half_a_character_does_not_empty_the_file(tmp_path: Path):
    path = tmp_path / "r.json"
    write_json(path, {"text": "before"})
    write_json(path, HALVES)
    assert json.loads(path.read_bytes()) == {"text": "half �, whole 📈, 日本"}


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_on_the_screen_it_is_json_in_any_encoding_and_drives_no_terminal(encoding: str):
    program = (
        "from pathlib import Path; from xl_addin.commands.json_file import write_json\n"
        "write_json(Path('-'), {'text': 'half \\ud83d, whole 📈, 日本', 'hostile': '\\x9b2J\\x1b'})"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(REPOSITORY)},
        check=True,
    )
    got = json.loads(ended.stdout.decode(encoding))
    assert got["hostile"] == "\x9b2J\x1b"
    assert got["text"].endswith("whole 📈, 日本")
    assert "\x9b" not in ended.stdout.decode(encoding)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: it can limit a running process")
def test_a_full_disk_leaves_the_old_file_and_the_message_says_so(tmp_path: Path):
    """A limit on the size of files stands for the full disk: writes fail just so."""
    import resource

    path = tmp_path / "r.json"
    write_json(path, {"text": "before"})
    _, hard = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(BonsaiError, match="the file is as it was"):
            write_json(path, {"text": "long" * 1000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert json.loads(path.read_bytes()) == {"text": "before"}


@NEEDS_UNIX
def test_a_pipe_gets_the_result_and_stays_a_pipe(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    check_json_place(pipe, ())
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)
    write_json(pipe, HALVES)
    out, _ = reader.communicate(timeout=60)
    assert json.loads(out)["text"].startswith("half")
    assert pipe.is_fifo()


def test_a_file_that_comes_meanwhile_is_still_the_target(tmp_path: Path):
    """Two outputs that are not there yet, under names that a Mac takes for one."""
    with pytest.raises(BonsaiError, match="not written over"):
        check_json_place(tmp_path / "Results.xlsx", (tmp_path / "results.XLSX",))


def test_the_demo_leaves_documents_that_somebody_has_worked_on(tmp_path: Path):
    book = _prepare(tmp_path)
    edited = next((tmp_path / "documents").iterdir())
    edited.write_text("My own words.")
    assert _prepare(tmp_path) != book
    assert edited.read_text() == "My own words."


def test_every_path_that_a_command_takes_is_known_here():
    """A new output needs its row in the table above."""
    inputs = {"index book", "index documents", "rank book", "rank pov", "answer book"}
    inputs |= {"answer pov", "evaluate documents", "evaluate questions", "evaluate povs"}
    inputs |= {"land_job book", "land_job pov", "dataset book", "dataset documents"}
    inputs |= {
        "dataset val",
        "export source",
        "regress book",
        "regress pov",
        "taste book",
        "tune book",
        "diff book",
        "diff other",
        "restore book",
    }
    inputs |= {"report book", "report documents"}
    inputs |= {"regress ratings", "regress users", "regress items"}
    outputs = {"rank json", "rank out", "answer json", "answer out", "evaluate json"}
    outputs |= {"new path", "demo out", "land_job out", "dataset json", "dataset out", "export to"}
    outputs |= {"regress json", "regress out", "tune json", "tune out", "diff json"}
    inputs |= {"doctor book"}
    outputs |= {"report out", "report html", "doctor json", "doctor report"}
    group = typer.main.get_command(app)
    groups = {"models", "tuned", "jobs"}
    single = [command for name, command in group.commands.items() if name not in groups]
    commands = (*single, *group.commands["jobs"].commands.values())
    paths = {
        f"{command.callback.__name__} {name}"
        for command in commands
        for name, parameter in inspect.signature(command.callback, eval_str=True).parameters.items()
        if "Path" in str(parameter.annotation)
    }
    assert paths == inputs | outputs
