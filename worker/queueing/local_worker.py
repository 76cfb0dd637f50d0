"""The worker process of one machine: takes jobs from the job file, keeps its models warm.

Started by whoever submits a job while none is there; ends by itself when there has been nothing
to do for a while. Run as `python -m worker.queueing.local_worker`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from worker.contract import Event, Problem, Progress, TextReady, parse_request
from worker.errors import BonsaiError, CancelledError, InputError
from worker.queueing.in_process import InProcessRunner
from worker.queueing.job_table import RESULT_BLOB, Job, JobTable
from worker.settings import Settings, load_settings

IDLE_LIMIT = 600.0  # seconds without a job before the process ends
_BEAT = 1.0  # seconds between two signs of life


def serve(settings: Settings, *, idle_limit: float = IDLE_LIMIT) -> None:
    """Work through the job file until there has been nothing to do for `idle_limit` seconds."""
    table, runner = JobTable(settings.jobs), InProcessRunner(settings)
    last_work = time.monotonic()
    while time.monotonic() - last_work < idle_limit:
        table.worker_beat()
        job = table.take()
        if job is None:
            time.sleep(0.2)
            continue
        _work(job, table, runner, settings)
        last_work = time.monotonic()
    table.close()


def _work(job: Job, table: JobTable, runner: InProcessRunner, settings: Settings) -> None:
    with _heartbeat(job.run_id, settings) as stopped:
        try:
            result = runner.run(
                parse_request(job.request),
                on_event=_recorder(job.run_id, table),
                on_blob=lambda name, data: table.put_blob(job.run_id, name, data),
                cancelled=stopped,
            )
        except CancelledError as error:
            table.finish(job.run_id, "cancelled", Problem.from_error(error).model_dump_json())
            return
        except BonsaiError as error:
            table.finish(job.run_id, "failed", Problem.from_error(error).model_dump_json())
            return
        except ValidationError:
            table.finish(job.run_id, "failed", Problem.from_error(_foreign()).model_dump_json())
            return
    table.put_blob(job.run_id, RESULT_BLOB, result.model_dump_json().encode())
    table.finish(job.run_id, "done")


def _foreign() -> InputError:
    return InputError(
        "The job was submitted by another version of BONSAI.",
        "This one cannot read its request.",
        "Press the button again.",
    )


def _recorder(run_id: str, table: JobTable) -> Callable[[Event], None]:
    def record(event: Event) -> None:
        if isinstance(event, Progress):
            table.set_progress(run_id, event.model_dump_json())
        elif not isinstance(event, TextReady):  # whole answers come as rows
            table.add_event(run_id, event.model_dump_json())

    return record


@contextmanager
def _heartbeat(run_id: str, settings: Settings) -> Iterator[Callable[[], bool]]:
    """Give signs of life from a thread; the result says whether the job was asked to stop."""
    stop, over = threading.Event(), threading.Event()

    def beat() -> None:
        table = JobTable(settings.jobs)
        while not over.wait(_BEAT):
            table.worker_beat()
            if table.beat(run_id):
                stop.set()
        table.close()

    thread = threading.Thread(target=beat, name="bonsai-heartbeat", daemon=True)
    thread.start()
    try:
        yield stop.is_set
    finally:
        over.set()
        thread.join()


if __name__ == "__main__":
    serve(load_settings())
