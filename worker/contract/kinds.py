"""Every kind of job, one row a kind: what goes in, what is told on the way, what comes out."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from importlib import import_module
from typing import Any

from pydantic import BaseModel, ValidationError

from worker.contract.base import JobKind, Request, Result, Row, RunResult
from worker.contract.wire import PROTOCOL_VERSION, Problem, require
from worker.errors import ProtocolError, SettingError

#: The jobs: the module of this name holds the kinds that a job is made of.
JOBS = ("index", "rank", "answer", "dataset", "taste", "tune", "score", "regress")

KINDS: dict[str, JobKind[Any, Any]] = {
    kind.name: kind for job in JOBS for kind in import_module(f"worker.contract.{job}").KINDS
}


def kind_of(request: Request) -> JobKind[Any, Any]:
    """Return the kind of job that a request asks for."""
    return KINDS[request.job]


class _Envelope(BaseModel):
    """What a request says before anything else can be believed of it."""

    job: str
    protocol: int


def parse_request(payload: str | bytes) -> Request:
    """Return the request in a JSON payload.

    Its envelope comes first: what another version asks for is called that, whatever its fields.

    :raises ProtocolError: if it is no request of this contract.
    """
    try:
        envelope = _Envelope.model_validate_json(payload)
        if envelope.protocol != PROTOCOL_VERSION:
            raise _other_version(envelope.protocol)
        if envelope.job not in KINDS:
            raise _unknown_job(envelope.job)
        request: Request = KINDS[envelope.job].request.model_validate_json(payload)
    except ValidationError as error:
        raise _unreadable("request", error) from error
    except SettingError as error:
        raise ProtocolError(error.what, error.why, error.next_step) from error
    return request


def parse_result(request: Request, payload: str | bytes) -> Result:
    """Return the result that a job has given as JSON; rows that do not fit it are left out.

    :raises ProtocolError: if it is none that fits the request.
    """
    try:
        result: Result = kind_of(request).result.model_validate_json(payload)
    except ValidationError as error:
        raise _unreadable("result", error) from error
    if isinstance(result, RunResult) and result.run.run_id != request.run_id:
        raise ProtocolError(
            "The result is not that of the job.",
            f"It belongs to the run {result.run.run_id[:80]}, and {request.run_id} was asked for.",
            "Run it again.",
        )
    result = _without_misfits(request, result)
    request.check_result(result)
    return result


def _without_misfits(request: Request, result: Result) -> Result:
    """Return a result without the rows that do not fit the request, or stand there twice."""
    refused: list[Problem] = []
    kept: dict[str, object] = {}
    for name in type(result).model_fields:
        value = getattr(result, name)
        if isinstance(value, tuple) and any(isinstance(part, Row) for part in value):
            kept[name] = tuple(_fitting(request, value, refused))
    if not refused:
        return result
    problems = (*getattr(result, "problems", ()), *refused)
    return result.model_copy(update={**kept, "problems": problems})


def _fitting(request: Request, rows: Sequence[Row], refused: list[Problem]) -> Iterator[Row]:
    """Give the rows that fit, and say what is wrong with the others."""
    seen: set[tuple[Hashable, ...]] = set()
    for row in rows:
        try:
            require(row.key not in seen, f"a row for {row.key} stands there twice")
            request.check_row(row)
        except ProtocolError as error:
            refused.append(Problem.from_error(error))
        else:
            seen.add(row.key)
            yield row


def _other_version(protocol: int) -> ProtocolError:
    return ProtocolError(
        f"The request has protocol version {protocol}.",
        f"This side speaks version {PROTOCOL_VERSION}.",
        "Use the same version of BONSAI on both sides.",
    )


def _unknown_job(name: str) -> ProtocolError:
    return ProtocolError(
        f"There is no job '{name[:40]}'.",
        f"Known are: {', '.join(KINDS)}.",
        "Use the same version of BONSAI on both sides.",
    )


def _unreadable(what: str, error: ValidationError) -> ProtocolError:
    first = error.errors()[0]
    return ProtocolError(
        f"The {what} is none that BONSAI knows.",
        f"At {'.'.join(map(str, first['loc']))[:200] or 'the top'}: {first['msg'][:200]}.",
        "Correct it, or use the same version of BONSAI on both sides.",
    )
