"""Inputs of a person: questions, points of view, and the documents that count."""

from __future__ import annotations

from worker.contract.wire import Wire


class Question(Wire):
    """One question to rank and answer; `place` names its cell in messages."""

    qid: str
    text: str
    place: str = ""
    excluded_chunk_ids: tuple[str, ...] = ()


class PointOfView(Wire):
    """One sentence of taste. A negative weight pushes chunks that touch it down."""

    pov_id: str
    text: str
    weight: float = 1.0
    place: str = ""


class ChunkFilter(Wire):
    """Which documents count; empty fields leave all in. One pattern that fits is enough."""

    files: tuple[str, ...] = ()  # like 'reports/*' or '*2024*', on the path below the folder
    types: tuple[str, ...] = ()  # like 'pdf'
    since: str = ""  # ISO date; files last changed on that day or later
