"""`bonsai doctor`: what is right and wrong with this machine, and what to do about it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Annotated

import psutil
import typer

from worker import __version__
from worker.errors import InputError
from worker.small_files import replace_output
from xl_addin.commands.console import Terminal
from xl_addin.commands.json_file import check_json_place, write_json
from xl_addin.commands.path_options import path_argument, path_option
from xl_addin.doctor.bounded import SECONDS
from xl_addin.doctor.finding import SIGNS, Placed, count
from xl_addin.doctor.report import report_text
from xl_addin.workbook.file.disk import check_writable

_BOOK = Annotated[Path | None, path_argument("Look at this workbook, too.")]
_JSON = Annotated[
    Path | None, path_option("--json", help="Also write all findings here (- for screen).")
]
_REPORT = Annotated[
    Path | None,
    path_option(
        "--report",
        help="Also write a text to send to a helper: without names of documents, texts and keys.",
    ),
]
_WRONG = 1
_WHOLE, _FEWEST = 9.3, 4.0  # seconds: of the whole command, and for the probes in any case


def doctor(book: _BOOK = None, json: _JSON = None, report: _REPORT = None) -> None:
    """Look for what is wrong with this machine, its settings and a workbook; it takes seconds."""
    from xl_addin.doctor.examination import examine_this_machine

    terminal = Terminal(quiet=str(json) == "-")
    check_json_place(json, (book, report))
    if report:
        _check_free(report)
    started = time.monotonic()
    placed = examine_this_machine(book, seconds=_seconds_left())
    show_findings(terminal, placed)
    if json:
        seconds = round(time.monotonic() - started, 2)
        findings = [{"group": one.group, **_told(one)} for one in placed]
        write_json(json, {"version": __version__, "seconds": seconds, "findings": findings})
    if report:
        _write_report(report, placed, book)
        terminal.say(f"Report for a helper: {report}   (read it before you send it)")
    if any(one.finding.mark == "fault" for one in placed):
        raise typer.Exit(_WRONG)


def _seconds_left() -> float:
    """Return what is left of the seconds that the whole command may take, its start included."""
    since_start = time.time() - float(psutil.Process().create_time())
    return min(SECONDS, max(_FEWEST, _WHOLE - since_start))


def show_findings(terminal: Terminal, placed: Sequence[Placed]) -> None:
    """Print what was found, by groups."""
    for group, findings in groupby(placed, key=lambda one: one.group):
        terminal.say(group)
        for one in findings:
            finding = one.finding
            terminal.say(f"  {SIGNS[finding.mark]} {finding.what}")
            for part in (finding.why, finding.next_step):
                if part:
                    terminal.say(f"      {part}")
    terminal.say(f"In all: {count(placed)}")


def _told(one: Placed) -> dict[str, object]:
    told = asdict(one.finding)
    del told["private"]
    return told


def _check_free(path: Path) -> None:
    check_writable(path)
    if path.exists():
        raise InputError(
            f"The file {path.absolute()} is there already.",
            "A report never replaces another file.",
            "Choose another name, or move the old file away.",
        )


def _write_report(path: Path, placed: Sequence[Placed], book: Path | None) -> None:
    replace_output(path, report_text(placed, Path.home(), book).encode())
