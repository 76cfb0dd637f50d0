"""The worker's table of jobs: who does a kind of job, and no job but these."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from worker.contract import Request, Result, kind_of
from worker.errors import BonsaiError, InternalError

if TYPE_CHECKING:
    from worker.pipeline.job_context import Ask, JobContext

#: Where the function is that does a kind of job; it is imported when the first such job comes.
DONE_BY = {
    "index": "worker.pipeline.indexing:index",
    "open": "worker.pipeline.chunk_storing:open_index",
    "store": "worker.pipeline.chunk_storing:store_chunks",
    "rank": "worker.pipeline.ranking:rank",
    "answer": "worker.pipeline.answering:answer",
    "dataset": "worker.pipeline.dataset:make_dataset",
    "taste": "worker.pipeline.taste:learn_taste",
    "tune": "worker.pipeline.tuning:tune",
    "score": "worker.pipeline.text_scoring:score_texts",
    "regress": "worker.pipeline.regressing:regress",
    "embed": "worker.pipeline.text_embedding:embed_texts",
}

_log = logging.getLogger(__name__)


def function_of(job: str) -> Callable[..., Any]:
    """Return the function that does jobs of this name."""
    module, _, name = DONE_BY[job].partition(":")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function


def run_job(request: Request, context: JobContext) -> Result:
    """Run a job to its end.

    :raises BonsaiError: whatever goes wrong; a stranger among errors becomes an InternalError.
    """
    try:
        if kind_of(request).reads_files:
            return read_files(request, context, lambda part: run_job(part, context))
        result: Result = function_of(request.job)(request, context)
        return result
    except BonsaiError:
        raise
    except Exception as error:
        _log.exception("A job failed in a way nobody foresaw.")
        raise InternalError(
            "Something went wrong that nobody foresaw.",
            f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}",
            f"Please report it, with the file {context.runtime.settings.log}.",
        ) from error


def read_files(request: Request, context: JobContext, ask: Ask) -> Result:
    """Run a job that reads files here, and `ask` for each part of it that a worker does.

    :raises BonsaiError: whatever goes wrong.
    """
    result: Result = function_of(request.job)(request, context, ask)
    return result
