"""`bonsai new`: a fresh workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xl_addin.commands.console import Terminal
from xl_addin.commands.path_options import path_argument
from xl_addin.jobs.books import new_book
from xl_addin.language.catalogue import asked_language


def new(
    path: Annotated[Path, path_argument("Where to put it.")],
    language: Annotated[
        str | None, typer.Option(help="en or ja; the language of this machine if left out.")
    ] = None,
) -> None:
    """Make a fresh workbook, with the sample questions and points of view in it."""
    new_book(path, asked_language(language) if language else None)
    Terminal(quiet=False).say(f"Made {path}")
