"""Entry points of the worker: JSON in, JSON out, and no job but these."""

from __future__ import annotations

import logging

from pydantic import ValidationError

from worker.contract import (
    PROTOCOL_VERSION,
    AnswerRequest,
    IndexRequest,
    JobResult,
    OpenIndexRequest,
    RankRequest,
    Request,
    StoreChunksRequest,
    parse_request,
)
from worker.errors import BonsaiError, InputError, InternalError
from worker.pipeline.answering import answer
from worker.pipeline.chunk_storing import open_index, store_chunks
from worker.pipeline.indexing import index
from worker.pipeline.job_context import JobContext
from worker.pipeline.ranking import rank
from worker.pipeline.text_scoring import score_texts

_log = logging.getLogger(__name__)


def run_job(payload: str | bytes, context: JobContext) -> str:
    """Run the job in a JSON payload and return its result as JSON.

    :raises BonsaiError: whatever goes wrong; a stranger among errors becomes an InternalError.
    """
    try:
        return _dispatch(_decode(payload), context).model_dump_json()
    except BonsaiError:
        raise
    except Exception as error:
        _log.exception("A job failed in a way nobody foresaw.")
        raise InternalError(
            "Something went wrong that nobody foresaw.",
            f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}",
            f"Please report it, with the file {context.runtime.settings.log}.",
        ) from error


def _dispatch(request: Request, context: JobContext) -> JobResult:
    if isinstance(request, IndexRequest):
        return index(request, context, lambda asked: _dispatch(asked, context))
    if isinstance(request, RankRequest):
        return rank(request, context)
    if isinstance(request, AnswerRequest):
        return answer(request, context)
    if isinstance(request, OpenIndexRequest):
        return open_index(request, context)
    if isinstance(request, StoreChunksRequest):
        return store_chunks(request, context)
    return score_texts(request, context)


def _decode(payload: str | bytes) -> Request:
    try:
        request = parse_request(payload)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            "The request is none that this worker knows.",
            f"At {'.'.join(map(str, first['loc'])) or 'the top'}: {first['msg']}.",
            "Use the same version of BONSAI on both sides.",
        ) from error
    if request.protocol != PROTOCOL_VERSION:
        raise InputError(
            f"The request has protocol version {request.protocol}.",
            f"This worker speaks version {PROTOCOL_VERSION}.",
            "Use the same version of BONSAI on both sides.",
        )
    return request
