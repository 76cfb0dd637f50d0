"""`bonsai jobs land`: results that could not be written go into a workbook after all."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from worker.errors import InputError
from worker.queueing.job import Job
from worker.queueing.local.local_jobs import EndedJob, LocalJobs
from worker.settings import Settings, load_settings
from xl_addin.commands.console import Terminal
from xl_addin.commands.job_commands import RunArgument, jobs_app, known_job
from xl_addin.commands.path_options import path_argument, path_option
from xl_addin.commands.summaries import exit_code, print_problems
from xl_addin.jobs import BY_KIND
from xl_addin.jobs.base import Landing
from xl_addin.jobs.books import open_books, save_results
from xl_addin.jobs.landing import land
from xl_addin.jobs.run import Run
from xl_addin.jobs.snapshots import keeping

_BOOK = Annotated[
    Path | None, path_argument("Another workbook than the one that asked for the job.")
]
_POV = Annotated[Path | None, path_option("--pov", help="Workbook with a POV column.")]
_OUT = Annotated[
    Path | None,
    path_option("-o", "--out", help="Write results here instead of into the workbook."),
]


@jobs_app.command("land")
def land_job(run_id: RunArgument, book: _BOOK = None, pov: _POV = None, out: _OUT = None) -> None:
    """Write the results of an ended job of this machine once more; nothing is computed."""
    terminal = Terminal(quiet=False)
    settings = load_settings()
    job, ended = _ended(settings, run_id)
    run = Run.of_ended_job(ended, (job.finished or job.submitted) - job.submitted)
    books = open_books(book or Path(job.book), pov, out)
    land(BY_KIND[ended.request.job], Landing(books.results, ended.request, run, job.place))
    saved = save_results(books, keeping(settings.home, books.results, run.notes))
    terminal.say(f"Results are in {saved}")
    print_problems(terminal, run)
    raise typer.Exit(exit_code(run))


def _ended(settings: Settings, run_id: str) -> tuple[Job, EndedJob]:
    with closing(LocalJobs(settings)) as jobs:
        job, ended = known_job(jobs, run_id), jobs.ended(run_id)
    if ended is None:
        raise InputError(
            f"Job {run_id} has not ended yet.",
            "Only the results of a job that has ended can be written.",
            f"Wait for it, or stop it: bonsai jobs cancel {run_id}",
        )
    return job, ended
