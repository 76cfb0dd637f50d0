"""Where jobs run: the workers of a Redis server, or the worker process of this machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing

from worker import __version__
from worker.addresses import masked_address
from worker.queueing.job import UNFINISHED
from worker.settings import IN_PROCESS
from xl_addin.doctor.finding import Finding, fault, good
from xl_addin.doctor.patient import Patient


def look_at_broker(patient: Patient) -> Iterator[Finding]:
    """Look whether the Redis server lets us work, and whether somebody works for it."""
    settings = patient.settings
    if settings.broker == IN_PROCESS:
        yield good("broker", "Jobs run on this machine; there is no Redis server to reach")
        return
    from worker.queueing.broker.checkup import check_server

    listeners = check_server(settings)
    address = masked_address(settings.broker)
    yield good("broker", f"The Redis server {address} answers, and lets us work")
    if not any(each.queue == "bonsai:cpu" for each in listeners):
        yield fault(
            "no_worker",
            f"No worker listens at {address}.",
            "Jobs would wait there until one does.",
            "On the machine with the models, run: bonsai worker --broker ADDRESS",
        )
    for each in listeners:
        if each.version != __version__:
            yield fault(
                "worker_version",
                f"The worker on {each.host} ({each.queue}) has BONSAI "
                f"{each.version or 'of an earlier version'}, this machine {__version__}.",
                "Requests and results of two versions may not fit each other.",
                "Install the same version on both sides, and start the worker anew.",
            )
        else:
            yield good("worker", f"A worker on {each.host} listens to {each.queue}")


def look_at_local_jobs(patient: Patient) -> Iterator[Finding]:
    """Look whether the jobs of buttons find a worker process on this machine."""
    if not patient.settings.jobs.exists():
        yield good("jobs", "No button has asked for a job yet")
        return
    from worker.queueing.local.job_table import JobTable

    with closing(JobTable(patient.settings.jobs)) as table:
        has_worker, jobs = table.has_worker(), table.jobs()
        lost = [job for job in jobs if job.state in UNFINISHED and table.is_never_taken(job.run_id)]
    if lost and not has_worker:
        yield fault(
            "worker_missing",
            f"{len(lost)} jobs wait, and no worker process gives signs of life.",
            "It was ended, or does not start: a virus scanner may forbid it.",
            f"Look at the end of {patient.settings.log}, or run in a terminal, to see why: "
            "python -m worker.queueing.local.local_worker",
        )
        return
    counts = Counter(job.state for job in jobs)
    states = ", ".join(f"{number} {state}" for state, number in counts.items())
    now = "a worker process is there" if has_worker else "no worker process, and none is needed"
    yield good("jobs", f"Jobs of buttons: {states or 'none'}; {now}")
