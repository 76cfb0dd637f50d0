"""Names and texts that would drive a terminal, through every command and way to its output."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tests.worker.queueing.worlds import rank_request
from tests.worker.test_visible_text import drives
from tests.xl_addin.conftest import Run
from tests.xl_addin.samples import answer
from worker.contract import Progress, RowReady, TextReady
from worker.errors import DocumentError
from worker.queueing.local.job_table import JobTable
from worker.settings import load_settings
from xl_addin.commands.console import Terminal, summary_table
from xl_addin.commands.screen import Screen
from xl_addin.commands.watch import Watch
from xl_addin.jobs.books import new_book

#: A title for the terminal, a clear screen, an override of the direction, markup, an emoji's name.
HOSTILE = "a\x1b]0;x\x07\x9b2J\u202e[red]:smile:"
SHOWN = "a␛]0;x␇�2J�[red]:smile:"

#: What is left of it where Typer repeats it, and where what may be a password is masked.
PARTS = ("a\\x1b]0;x\\x07", "a␛]0;…")

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no files of such names"
)


def document(folder: Path) -> Path:
    """Return a folder with a good file of a hostile name, a bad one, and one nobody reads."""
    documents = folder / f"{HOSTILE} papers"
    documents.mkdir()
    (documents / f"{HOSTILE}.txt").write_text(f"The kettle {HOSTILE} sings.", "utf-8")
    (documents / f"{HOSTILE} bad.pdf").write_bytes(b"no PDF")
    (documents / f"x.{HOSTILE}").touch()
    return documents


def workbook(folder: Path) -> Path:
    """Return a workbook of a hostile name."""
    path = folder / f"{HOSTILE}.xlsx"
    new_book(path)
    return path


def job(_folder: Path) -> str:
    """Return the id of a job that has told hostile things, and failed."""
    table = JobTable(load_settings().jobs)
    request = rank_request(1, "hostile-run").model_copy(update={"collection": HOSTILE})
    table.submit(request.run_id, HOSTILE, HOSTILE, request.model_dump_json())
    table.take_job()
    progress = Progress(stage=HOSTILE, done=1, of=2, message=HOSTILE)
    table.set_progress(request.run_id, progress.model_dump_json())
    table.finish(request.run_id, "failed", DocumentError(HOSTILE, HOSTILE, HOSTILE))
    return request.run_id


#: What is typed, made of what each case needs in a folder.
COMMANDS: dict[str, Callable[[Path], tuple[object, ...]]] = {
    "index": lambda here: ("index", "--documents", document(here), "--collection", "c"),
    "index a book": lambda here: ("index", workbook(here), "--documents", document(here)),
    "index nothing": lambda here: ("index", "--documents", here / HOSTILE),
    "rank": lambda here: ("rank", workbook(here), "--collection", HOSTILE),
    "a setting": lambda here: ("rank", workbook(here), "--score", HOSTILE),
    "answer": lambda here: ("answer", workbook(here), "--llm", f"gguf:{HOSTILE}"),
    "points of view": lambda here: ("rank", workbook(here), "--pov", here / HOSTILE),
    "new": lambda here: ("new", workbook(here)),
    "new in a place": lambda here: ("new", here / f"{HOSTILE}.txt"),
    "evaluate": lambda here: ("evaluate", "--questions", here / HOSTILE),
    "evaluate povs": lambda here: ("evaluate", "--povs", here / HOSTILE),
    "models": lambda _: ("models", "get", HOSTILE),
    "jobs": lambda here: ("jobs", job(here))[:1],
    "jobs show": lambda here: ("jobs", "show", job(here)),
    "jobs of nobody": lambda _: ("jobs", "show", HOSTILE),
    "jobs land": lambda _: ("jobs", "land", HOSTILE),
    "a broker": lambda _: ("jobs", "--broker", f"redis://{HOSTILE}"),
    "worker": lambda _: ("worker", "--broker", f"http://{HOSTILE}"),
    "a queue": lambda _: ("worker", "--queue", HOSTILE),
    "a command": lambda _: (HOSTILE,),
    "an option": lambda _: ("rank", "book.xlsx", f"--{HOSTILE}"),
    "an argument": lambda _: ("new", "a", HOSTILE),
}


@pytest.mark.parametrize("typed", COMMANDS.values(), ids=COMMANDS)
def test_no_command_lets_text_from_outside_drive_the_terminal(
    bonsai: Run, tmp_path: Path, typed: Callable[[Path], tuple[object, ...]]
):
    _, out, err = bonsai(*typed(tmp_path))
    assert not [hex(ord(character)) for character in out + err if drives(character)]
    seen = (out + err).replace("\n", "")
    assert SHOWN in seen or any(part in seen for part in PARTS)
    assert "nobody foresaw" not in seen


def test_a_whole_job_on_documents_of_such_names_shows_them(bonsai: Run, tmp_path: Path):
    documents, book = document(tmp_path), workbook(tmp_path)
    said = [
        bonsai("index", "--documents", documents, "--collection", "debate"),
        bonsai("rank", book, "--collection", "debate"),
        bonsai("answer", book, "--collection", "debate", "--modes", "rag"),
    ]
    assert [code for code, *_ in said] == [1, 0, 0]
    for _, out, err in said:
        assert not [hex(ord(character)) for character in out + err if drives(character)]
    assert SHOWN in said[1][1], "the best passage"


def watched(console: Screen) -> None:
    watch = Watch(console, quiet=False)
    watch.take(Progress(stage=HOSTILE, done=0, of=1, message=HOSTILE, estimate=HOSTILE))
    watch.take(TextReady(qid=HOSTILE, mode="rag", text=HOSTILE))
    console.print(watch._picture())
    watch.take(RowReady(row=answer(HOSTILE, "rag", HOSTILE)))


def forgotten(console: Screen) -> None:
    """What somebody may write who does not think of hostile text."""
    table = Table(title=HOSTILE, caption=HOSTILE)
    table.add_column(HOSTILE, footer=HOSTILE)
    table.add_row(Text(HOSTILE))
    for printed in (HOSTILE, Text(HOSTILE), Panel(Text(HOSTILE), title=Text(HOSTILE)), table):
        console.print(printed)
    console.log(HOSTILE)
    console.rule(Text(HOSTILE))


@pytest.mark.parametrize(
    "show",
    [
        watched,
        forgotten,
        lambda console: console.print(summary_table(HOSTILE, [HOSTILE], [[HOSTILE]])),
    ],
)
def test_nothing_that_is_printed_drives_the_terminal(show: Callable[[Screen], None]):
    console = Screen(file=io.StringIO(), width=100, force_terminal=True, color_system=None)
    show(console)
    printed = console.file.getvalue()
    assert not [hex(ord(character)) for character in printed if drives(character)]
    assert "[red]:smile:" in printed


def test_a_name_of_two_lines_cannot_pose_as_an_error_of_its_own(capsys: pytest.CaptureFixture[str]):
    terminal = Terminal(quiet=False)
    terminal.error(DocumentError("a\n✗ b", "c\n✗ d", ""))
    terminal.say("e\n✗ f")
    terminal.report("g\n✗ h")
    printed = capsys.readouterr()
    lines = (printed.out + printed.err).splitlines()
    assert [line for line in lines if line.startswith("✗")] == ["✗ a"]
