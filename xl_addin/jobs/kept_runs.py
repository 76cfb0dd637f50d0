"""Kept runs: what a job gave stays on this machine when it could not be written."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from worker.contract import Request
from worker.errors import BonsaiError, NotLandedError
from worker.queueing.local.local_jobs import LocalJobs
from worker.settings import Settings
from xl_addin.jobs.run import Run


@contextmanager
def kept_if_not_landed(
    settings: Settings, request: Request, run: Run, book: Path
) -> Iterator[None]:
    """Keep a run if its landing fails, whatever the reason; it can land again later.

    :param book: the workbook that asked for it.
    :raises NotLandedError: if it was kept. A run that gave nothing fails with its own error.
    :raises StoreError: if it could not even be kept.
    """
    try:
        yield
    except BaseException as error:
        if not (run.is_whole or run.all_rows):
            raise
        with closing(LocalJobs(settings)) as jobs:
            jobs.keep(run.as_ended_job(request), str(book.absolute()), run.seconds)
        if not isinstance(error, Exception):
            raise
        raise not_landed(request.run_id, error) from error


def not_landed(run_id: str, error: Exception) -> NotLandedError:
    """Return the error for results that could not be written, and log what nobody foresaw."""
    again = f"The results are kept: 'bonsai jobs land {run_id}' writes them."
    if isinstance(error, BonsaiError):
        why, next_step = f"{error.what} {error.why}", error.next_step
    else:
        logging.getLogger(__name__).error("Results did not land.", exc_info=error)
        why, next_step = f"{type(error).__name__}: {error}.", ""
    what = "The results could not be written into the workbook."
    return NotLandedError(what, why, f"{next_step} {again}".strip())
