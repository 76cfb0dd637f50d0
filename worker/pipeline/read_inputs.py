"""Questions and points of view, read by a model: those that it cannot read whole are reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from worker.contract import PointOfView, Problem, Question
from worker.errors import InputError, PromptTooLongError
from worker.pipeline.job_context import JobContext
from worker.retrieval.base import Embedder, Vectors

_POVS_AT_ONCE = 64

AnyInput = TypeVar("AnyInput", Question, PointOfView)


def readable(
    items: tuple[AnyInput, ...],
    embedder: Embedder,
    context: JobContext,
    problems: list[Problem],
    what: str,
) -> tuple[AnyInput, ...]:
    """Return the items the model can read whole; report the others.

    :raises InputError: if none is left.
    """
    counts = embedder.count_tokens([item.text for item in items]) if items else []
    for item, count in zip(items, counts, strict=True):
        if count > embedder.max_tokens:
            problems.append(context.problem(_too_long(item, what, count, embedder)))
    kept = tuple(
        item for item, count in zip(items, counts, strict=True) if count <= embedder.max_tokens
    )
    if not kept:
        raise InputError(
            f"There is no {what} to work with.",
            "None is in use, or none could be read.",
            f"Write at least one {what} into the workbook and set Use to yes.",
        )
    return kept


def pov_vectors(povs: Sequence[PointOfView], scoring: Embedder, context: JobContext) -> Vectors:
    """Return (p, dim) vectors, made in blocks: between two of them the run can be stopped."""
    made = []
    for first in range(0, len(povs), _POVS_AT_ONCE):
        context.progress("Reading points of view", first, len(povs))
        texts = [pov.text for pov in povs[first : first + _POVS_AT_ONCE]]
        made.append(context.runtime.query_vectors(scoring, texts))
    return np.concatenate(made)


def _too_long(
    item: Question | PointOfView, what: str, count: int, embedder: Embedder
) -> PromptTooLongError:
    place = f" ({item.place})" if item.place else ""
    name = item.qid if isinstance(item, Question) else item.pov_id
    return PromptTooLongError(
        f"The {what} {name}{place} has {count} tokens.",
        f"The embedding model {embedder.name} reads {embedder.max_tokens}.",
        "Shorten it and run again; the other rows are done.",
    )
