"""The `bonsai` program: a command for each job, and the doors to all the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from worker import __version__
from worker.settings import IN_PROCESS, load_settings
from xl_addin.commands import worker_commands
from xl_addin.commands.console import Terminal, take_every_character
from xl_addin.commands.demo import run_demo
from xl_addin.commands.evaluate_command import evaluate
from xl_addin.commands.export_command import export
from xl_addin.commands.failures import failures_reported
from xl_addin.commands.job_commands import jobs_app
from xl_addin.commands.land_command import land_job
from xl_addin.commands.model_commands import models_app
from xl_addin.commands.path_options import path_argument, path_option
from xl_addin.commands.report_command import report
from xl_addin.commands.run_command import run_command
from xl_addin.commands.state_commands import diff, restore
from xl_addin.commands.tuned_commands import tuned_app
from xl_addin.jobs import EXCEL_JOBS
from xl_addin.jobs.books import new_book
from xl_addin.language.catalogue import asked_language

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(models_app, name="models")
app.add_typer(jobs_app, name="jobs")
app.add_typer(tuned_app, name="tuned")
jobs_app.command("land")(land_job)


def _tell_version(asked: bool) -> None:
    if asked:
        Terminal(quiet=False).say(f"bonsai {__version__}")
        raise typer.Exit


@app.callback()
def bonsai(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """Rank passages by your points of view, and answer from the best."""


@app.command()
def demo(
    out: Annotated[Path, path_option(help="Folder for the workbook and the documents.")] = Path(
        "bonsai-demo"
    ),
    quiet: Annotated[bool, typer.Option("--quiet", help="Show errors alone.")] = False,
) -> None:
    """Run the whole job on the sample: index, rank, answer. Fetches the models it needs."""
    terminal = Terminal(quiet=quiet)
    here = replace(load_settings(), broker=IN_PROCESS)
    raise typer.Exit(run_demo(out, here, terminal))


@app.command()
def new(
    path: Annotated[Path, path_argument("Where to put it.")],
    language: Annotated[
        str | None, typer.Option(help="en or ja; the language of this machine if left out.")
    ] = None,
) -> None:
    """Make a fresh workbook, with the sample questions and points of view in it."""
    new_book(path, asked_language(language) if language else None)
    Terminal(quiet=False).say(f"Made {path}")


for _job in EXCEL_JOBS:
    if _job.about:
        app.command(_job.kind.name)(run_command(_job))
app.command()(diff)
app.command()(restore)
app.command()(export)
app.command()(report)
app.command()(evaluate)
app.command()(worker_commands.worker)
app.command()(worker_commands.up)


def run() -> None:
    """Run the command that the command line names.

    :raises SystemExit: with its exit code.
    """
    take_every_character()
    with failures_reported():
        raise SystemExit(app(prog_name="bonsai", standalone_mode=False))
