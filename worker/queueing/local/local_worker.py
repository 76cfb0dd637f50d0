"""The worker process of one machine: takes jobs from the job file, keeps its models warm.

With a broker it does not work itself: it reads documents, follows the jobs that it passes on,
and writes into the job file what comes of them. Workbooks see no difference.

Started by whoever submits a job while none is there; ends by itself when there has been nothing
to do for a while. Run as `python -m worker.queueing.local.local_worker`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import lru_cache

from worker.contract import Event, Progress, TextReady, parse_request, read_event
from worker.errors import BonsaiError, CancelledError, InternalError
from worker.heap import share_heaps
from worker.priority import give_way
from worker.process_log import failures_in_lines
from worker.queueing.job import RESULT_BLOB, Job
from worker.queueing.local.job_table import JobTable
from worker.queueing.patience import USUAL, Patience
from worker.queueing.runners import Runner, runner_for
from worker.settings import IN_PROCESS, Settings, load_settings

_log = logging.getLogger(__name__)

_FOLLOWED = 4  # jobs at once, where others do the work


def serve(settings: Settings, patience: Patience = USUAL) -> None:
    """Work through the job file until there has been nothing to do for a while."""
    table = JobTable(settings.jobs, patience)
    at_once = 1 if settings.broker == IN_PROCESS else _FOLLOWED
    running: set[Future[None]] = set()
    last_work = time.monotonic()
    with ThreadPoolExecutor(at_once, thread_name_prefix="bonsai-job") as pool:
        while running or time.monotonic() - last_work < patience.idle:
            table.worker_beat()
            for ended in [job for job in running if job.done()]:
                running.remove(ended)
                ended.result()
                last_work = time.monotonic()
            job = table.take_job() if len(running) < at_once else None
            if job is None:
                time.sleep(0.2)
            else:
                running.add(pool.submit(_work, job, settings, patience.beat))
    table.close()


@lru_cache(maxsize=1)
def _runner(settings: Settings) -> Runner:
    """Return this process's one runner, so that models stay warm."""
    return runner_for(settings)


def _work(job: Job, settings: Settings, beat: float) -> None:
    table = JobTable(settings.jobs)  # a connection belongs to one thread
    with closing(table), _heartbeat(job.run_id, settings, beat) as stopped:
        try:
            request = parse_request(job.request)
            result = _runner(settings).run(
                request,
                on_event=_recorder(job.run_id, table),
                on_blob=lambda name, data: table.put_blob(job.run_id, name, data),
                cancelled=stopped,
                earlier=[read_event(request, payload) for payload in table.events(job.run_id)],
            )
        except CancelledError as error:
            table.finish(job.run_id, "cancelled", error)
        except BonsaiError as error:
            table.finish(job.run_id, "failed", error)
        except Exception as error:
            _log.exception("A job failed in a way nobody foresaw.")
            table.finish(job.run_id, "failed", _unforeseen(error, settings))
        else:
            table.put_blob(job.run_id, RESULT_BLOB, result.model_dump_json().encode())
            table.finish(job.run_id, "done")


def _unforeseen(error: Exception, settings: Settings) -> InternalError:
    return InternalError(
        "Something went wrong that nobody foresaw.",
        f"{type(error).__name__}: {error}.",
        f"Please report it, with the file {settings.log}.",
    )


def _recorder(run_id: str, table: JobTable) -> Callable[[Event], None]:
    def record(event: Event) -> None:
        if isinstance(event, Progress):
            table.set_progress(run_id, event.model_dump_json())
        elif not isinstance(event, TextReady):  # whole answers come as rows
            table.add_event(run_id, event.model_dump_json())

    return record


@contextmanager
def _heartbeat(run_id: str, settings: Settings, pause: float) -> Iterator[Callable[[], bool]]:
    """Give signs of life from a thread; the result says whether the job was asked to stop."""
    stop, over = threading.Event(), threading.Event()

    def beat() -> None:
        table = JobTable(settings.jobs)
        while not over.wait(pause):
            with suppress(BonsaiError):  # the disk may have room at the next beat
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


def main(patience: Patience = USUAL) -> None:
    """Serve the job file of this machine, giving way to all else that runs on it.

    :raises SystemExit: if it fails; why is a line in the log, never a traceback.
    """
    give_way()
    share_heaps()
    with failures_in_lines():
        serve(load_settings(), patience)


if __name__ == "__main__":
    main()
