"""The `bonsai` program: a command for each job, and the doors to all the others."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from worker import __version__
from xl_addin.commands.failures import failures_reported
from xl_addin.commands.late_commands import LateGroup, Listed

#: The commands in the order of the help.
COMMANDS = {
    "demo": Listed(
        "xl_addin.commands.demo:demo",
        "Run the whole job on the sample: index, rank, answer. Fetches the models it needs.",
    ),
    "new": Listed(
        "xl_addin.commands.new_command:new",
        "Make a fresh workbook, with the sample questions and points of view in it.",
    ),
    "index": Listed(
        "xl_addin.jobs.index:JOB",
        "Read a folder of documents into an index. Only new and changed files cost time.",
    ),
    "rank": Listed(
        "xl_addin.jobs.rank:JOB",
        "Rank passages for each question by how strongly they touch the points of view.",
    ),
    "answer": Listed(
        "xl_addin.jobs.answer:JOB",
        "Rank, then answer each question without passages, with similar ones, with SEXY ones.",
    ),
    "dataset": Listed(
        "xl_addin.jobs.dataset:JOB",
        "Make questions and answers from passages, to train and to test an embedding model.",
    ),
    "taste": Listed(
        "xl_addin.jobs.taste:JOB",
        "Learn from Keep marks where your points of view lead, as a taste to rank by.",
    ),
    "tune": Listed(
        "xl_addin.jobs.tune:JOB",
        "Tune an embedding model on questions and their passages, and prove what it does.",
    ),
    "regress": Listed(
        "xl_addin.jobs.regress:JOB",
        "Say how much of ratings the texts of items explain, and which taste that speaks of. "
        "Without tables it takes the sample.",
    ),
    "diff": Listed(
        "xl_addin.commands.state_commands:diff",
        "Say what a run has changed, and write it onto the sheet Changes.",
    ),
    "restore": Listed(
        "xl_addin.commands.state_commands:restore",
        "Put back the results of before the last write; once more takes that back.",
    ),
    "export": Listed(
        "xl_addin.commands.export_command:export",
        "Write the pairs with Kept = yes as a file that trainers and evaluators read.",
    ),
    "report": Listed(
        "xl_addin.commands.report_command:report",
        "Write the results for readers: a workbook of values without macros, a page, or both.",
    ),
    "evaluate": Listed(
        "xl_addin.commands.evaluate_command:evaluate",
        "Answer questions whose facts are known, and measure the answers of each model and mode.",
    ),
    "setup": Listed(
        "xl_addin.commands.setup_command:setup",
        "Connect Excel with this Python, make a first workbook, fetch the models, ask the doctor.",
    ),
    "storage": Listed(
        "xl_addin.commands.storage_command:storage",
        "Show what BONSAI keeps on this machine, where, and how large it is.",
    ),
    "doctor": Listed(
        "xl_addin.commands.doctor_command:doctor",
        "Look for what is wrong with this machine, its settings and a workbook; it takes seconds.",
    ),
    "mcp": Listed(
        "xl_addin.commands.mcp_command:mcp",
        "Serve agents over standard input and output (Model Context Protocol), until they leave.",
    ),
    "worker": Listed(
        "xl_addin.commands.worker_commands:worker",
        "Work for a Redis server until Ctrl-C. A worker process that ends is started again.",
    ),
    "up": Listed(
        "xl_addin.commands.worker_commands:up",
        "Run everything on this machine until Ctrl-C: a Redis server and its workers.",
    ),
    "models": Listed(
        "xl_addin.commands.model_commands:models_app",
        "Model weights: what there is, fetch one, where they are.",
    ),
    "jobs": Listed(
        "xl_addin.commands.land_command:jobs_app",
        "Jobs of buttons and of the queue: list, show, cancel.",
    ),
    "tuned": Listed(
        "xl_addin.commands.tuned_commands:tuned_app",
        "Models that were tuned here, and tastes: list, show, delete.",
    ),
}


class _Bonsai(LateGroup):
    listed = COMMANDS


app = typer.Typer(cls=_Bonsai, no_args_is_help=True, pretty_exceptions_enable=False)


def _tell_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"bonsai {__version__}\n")
        raise typer.Exit


@app.callback()
def bonsai(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """Rank passages by your points of view, and answer from the best."""


def _take_every_character() -> None:
    """Let output show by number what its encoding lacks: Windows writes files in a code page."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def run() -> None:
    """Run the command that the command line names.

    :raises SystemExit: with its exit code.
    """
    _take_every_character()
    with failures_reported():
        raise SystemExit(app(prog_name="bonsai", standalone_mode=False))
