"""Inputs of a person: questions, points of view, and the documents that count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from worker.contract.wire import Wire
from worker.errors import InputError

#: The heaviest weight, either way: scores stay numbers that a cell can hold.
MOST_WEIGHT = 1e6


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("it says nothing")
    return text


class Question(Wire):
    """One question to rank and answer; `place` names its cell in messages."""

    qid: str
    text: str
    place: str = ""
    excluded_chunk_ids: tuple[str, ...] = ()


class PointOfView(Wire):
    """One sentence of taste. A negative weight pushes chunks that touch it down."""

    pov_id: str
    text: Annotated[str, AfterValidator(_said)]
    weight: float = Field(default=1.0, ge=-MOST_WEIGHT, le=MOST_WEIGHT)
    place: str = ""


def check_weights(povs: Sequence[PointOfView]) -> None:
    """Refuse points of view none of which counts.

    :raises InputError: if all weights are 0.
    """
    if povs and not any(pov.weight for pov in povs):
        raise InputError(
            "No point of view counts.",
            "All weights are 0, which leaves each of them out.",
            "Give at least one point of view another weight.",
        )


class ChunkFilter(Wire):
    """Which documents count; empty fields leave all in. One pattern that fits is enough."""

    files: tuple[str, ...] = ()  # like 'reports/*' or '*2024*', on the path below the folder
    types: tuple[str, ...] = ()  # like 'pdf'
    since: str = ""  # ISO date; files last changed on that day or later
