"""`bonsai restore` and `bonsai diff`: states of a workbook before its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from worker.settings import load_settings
from xl_addin.commands.console import Terminal, summary_table
from xl_addin.commands.json_file import check_json_place, write_json
from xl_addin.commands.path_options import path_argument, path_option
from xl_addin.jobs.compare import changes_since, counted, has_place, write_changes
from xl_addin.jobs.landing import lost_note
from xl_addin.jobs.restore import last_snapshot, restore_file
from xl_addin.sheets.changes import Change, count_by_kind
from xl_addin.sheets.job_sheet import clock
from xl_addin.workbook.cells import shortened
from xl_addin.workbook.file.disk import read_bytes
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.snapshots import Snapshots

_BOOK = Annotated[Path, path_argument("Workbook (.xlsx or .xlsm).")]
_OTHER = Annotated[
    Path | None,
    path_argument("Compare with this workbook. Without it: with the state before the last write."),
]
_JSON = Annotated[
    Path | None, path_option("--json", help="Also write all changes here (- for screen).")
]
_QUIET = Annotated[bool, typer.Option("--quiet", help="Show errors alone.")]
_SHOWN, _TEXT_LENGTH = 10, 60


def restore(book: _BOOK, quiet: _QUIET = False) -> None:
    """Put back the results of before the last write; once more takes that back."""
    terminal = Terminal(quiet=quiet)
    restored = restore_file(book, load_settings().home)
    terminal.say(f"The results in {book} are as they were until {clock(restored.seconds)}")
    if not restored.exact:
        terminal.say("It was saved since: questions, points of view, settings and labels stay")
    for note in (*restored.notes, *map(lost_note, restored.lost)):
        terminal.say(f"Note: {note}")


def diff(book: _BOOK, other: _OTHER = None, json: _JSON = None, quiet: _QUIET = False) -> None:
    """Say what a run has changed, and write it onto the sheet Changes."""
    terminal = Terminal(quiet=quiet or str(json) == "-")
    check_json_place(json, (book, other))
    home = load_settings().home
    then = other or last_snapshot(book, home).path
    now = FileBook.open(book)
    changes = changes_since(FileBook.open(then), now)
    since = str(other) if other else "the last write"
    terminal.say(f"Since {since}: {counted(changes)}")
    _show(terminal, changes)
    if json:
        write_json(json, _result(changes))
    if has_place(now):
        _write(now, changes, home)
        terminal.say(f"All {len(changes)} are on the sheet Changes of {book}")
    else:
        terminal.say(f"Note: {book} is of an earlier version and has no sheet Changes")


def _write(book: FileBook, changes: Sequence[Change], home: Path) -> None:
    """Save the sheet; the workbook may still be put back to the byte."""
    before = read_bytes(book.path)
    write_changes(book, changes)
    book.save()
    Snapshots(home, book.path.absolute()).follow(before, read_bytes(book.path))


def _show(terminal: Terminal, changes: Sequence[Change]) -> None:
    """Show the passages that moved furthest, and the answers that are others."""
    moved = sorted(changes, key=lambda c: (-abs(c.move or 0), -abs(c.change or 0)))
    passages = [
        (c.qid, c.what, _rank(c.rank_before), _rank(c.rank_now), shortened(c.of, _TEXT_LENGTH))
        for c in moved
        if c.what != "answer"
    ][:_SHOWN]
    if passages:
        headers = ("Question", "What", "Before", "Now", "Passage")
        terminal.show(summary_table("Passages", headers, passages))
    answers = [(c.qid, c.of, c.before, c.now) for c in changes if c.what == "answer"][:_SHOWN]
    if answers:
        terminal.show(summary_table("Answers", ("Question", "Mode", "Before", "Now"), answers))


def _rank(rank: int | None) -> str:
    return "" if rank is None else str(rank)


def _result(changes: Sequence[Change]) -> Mapping[str, object]:
    rows = [{**asdict(c), "move": c.move, "change": c.change} for c in changes]
    return {"counts": count_by_kind(changes), "changes": rows}
