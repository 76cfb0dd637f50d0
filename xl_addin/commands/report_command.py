"""`bonsai report`: the results of a workbook for readers who have nothing installed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from worker.errors import InputError
from xl_addin.commands.console import Terminal
from xl_addin.commands.path_options import path_argument, path_option
from xl_addin.language.catalogue import asked_language
from xl_addin.report.reports import Targets, write_report
from xl_addin.workbook.file.file_book import FileBook


def report(
    book: Annotated[Path, path_argument("Workbook with results (.xlsx or .xlsm).")],
    out: Annotated[
        Path | None, path_option("-o", "--out", help="Reader copy to write (.xlsx).")
    ] = None,
    html: Annotated[Path | None, path_option("--html", help="Page to write (.html).")] = None,
    documents: Annotated[
        Path | None,
        path_option("--documents", help="The documents, if the workbook names another folder."),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="en or ja; the language of the workbook if left out.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show errors alone.")] = False,
) -> None:
    """Write the results for readers: a workbook of values without macros, a page, or both."""
    terminal = Terminal(quiet=quiet)
    if not (out or html):
        raise InputError(
            "There is nothing to write.",
            "Neither a reader copy nor a page was asked for.",
            "Give -o READER.xlsx, --html PAGE.html, or both.",
        )
    folder = str(documents) if documents else ""
    spoken = asked_language(language) if language else None
    remarks = write_report(FileBook.open(book), book, Targets(out, html), folder, spoken)
    for target in filter(None, (out, html)):
        terminal.say(f"Wrote {target}")
    for remark in remarks:
        terminal.say(f"Note: {remark}")
