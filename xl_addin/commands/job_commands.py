"""`bonsai jobs`: what was asked for, how far it is, and how to stop it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Protocol

import typer

from worker.contract import Problem, Progress, parse_request
from worker.errors import InputError, ProtocolError
from worker.queueing.job import UNFINISHED, Job
from worker.settings import IN_PROCESS, load_settings, with_broker
from xl_addin.commands.console import Terminal, summary_table
from xl_addin.commands.group_options import hand_down
from xl_addin.sheets.job_sheet import clock, ended_cells, progress_cells

jobs_app = typer.Typer(
    help="Jobs of buttons and of the queue: list, show, cancel.", add_completion=False
)

BrokerOption = Annotated[
    str | None, typer.Option(help="in-process, or the address of a Redis server (redis://…).")
]
RunArgument = Annotated[str, typer.Argument(metavar="ID", help="As 'bonsai jobs' lists it.")]

_COLUMNS = ("Job", "What", "State", "Done", "Of", "ETA", "Heartbeat", "Submitted", "Message")


class JobList(Protocol):
    """Jobs of this machine, or of a server."""

    def jobs(self) -> list[Job]:
        """Return the jobs that are kept, the newest first."""
        ...

    def job(self, run_id: str) -> Job | None:
        """Return one."""
        ...

    def stop(self, run_id: str) -> None:
        """Ask one to stop."""
        ...


@jobs_app.callback(invoke_without_command=True)
def list_by_default(context: typer.Context, broker: BrokerOption = None) -> None:
    """List jobs if nothing else is asked for."""
    if context.invoked_subcommand is None:
        list_jobs(broker)
    else:
        hand_down(context)


@jobs_app.command("list")
def list_jobs(broker: BrokerOption = None) -> None:
    """List jobs, the newest first."""
    terminal = Terminal(quiet=False)
    with _job_list(broker) as jobs:
        rows = [_row(job) for job in jobs.jobs()]
    if rows:
        terminal.show(summary_table("Jobs", _COLUMNS, rows, whole=("Job", "State")))
    else:
        terminal.say("There are no jobs.")


@jobs_app.command("show")
def show_job(run_id: RunArgument, broker: BrokerOption = None) -> None:
    """Show all that is known of a job."""
    terminal = Terminal(quiet=False)
    with _job_list(broker) as jobs:
        job = known_job(jobs, run_id)
    known = [*zip(_COLUMNS, _row(job), strict=True), *_asked_for(job)]
    if job.finished:
        known.append(("Finished", clock(job.finished)))
    lines = [(name, value) for name, value in known if value != ""]
    terminal.show(summary_table(f"Job {run_id}", ("What", "Value"), lines))


@jobs_app.command("cancel")
def cancel_job(run_id: RunArgument, broker: BrokerOption = None) -> None:
    """Ask a job to stop; finished rows are kept."""
    terminal = Terminal(quiet=False)
    with _job_list(broker) as jobs:
        if known_job(jobs, run_id).state not in UNFINISHED:
            terminal.say(f"Job {run_id} has ended already.")
            return
        jobs.stop(run_id)
    terminal.say(f"Job {run_id} was asked to stop.")


@contextmanager
def _job_list(broker: str | None) -> Iterator[JobList]:
    settings = with_broker(load_settings(), broker)
    if settings.broker == IN_PROCESS:
        from worker.queueing.local.local_jobs import LocalJobs

        local = LocalJobs(settings)
        try:
            yield local
        finally:
            local.close()
    else:
        from worker.queueing.broker.connection import broker_errors, connect
        from worker.queueing.broker.runs import Runs

        with broker_errors(settings.broker):
            yield Runs(connect(settings))


def known_job(jobs: JobList, run_id: str) -> Job:
    """Return a job.

    :raises InputError: if it is not kept, or never was.
    """
    job = jobs.job(run_id)
    if job is None:
        raise InputError(
            f"There is no job '{run_id}'.",
            "Jobs are kept for some days after they have ended.",
            "Run 'bonsai jobs' to see those that are kept; --broker says where to look.",
        )
    return job


def _row(job: Job) -> list[object]:
    problem = str(Problem.model_validate_json(job.problem)) if job.problem else ""
    progress = Progress.model_validate_json(job.progress) if job.progress else None
    cells = progress_cells(job, progress)
    if job.state not in UNFINISHED:
        cells |= ended_cells(job, job.state, problem)
    cells |= {"Job": job.run_id, "What": _what(job), "Submitted": clock(job.submitted)}
    return [cells.get(column, "") for column in _COLUMNS]


def _what(job: Job) -> str:
    try:
        return parse_request(job.request).job
    except ProtocolError:
        return "of another version"


def _asked_for(job: Job) -> list[tuple[str, object]]:
    try:
        return [*parse_request(job.request).told().items()]
    except ProtocolError:
        return []
