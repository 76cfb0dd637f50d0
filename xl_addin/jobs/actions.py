"""What a command does with a workbook: read it, run the job, write the results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from worker.contract import Event, Problem, RunRequest
from worker.settings import Settings
from xl_addin.jobs.jobs_client import JobsClient
from xl_addin.jobs.landing import land
from xl_addin.jobs.requests import answer_request, index_request, rank_request
from xl_addin.jobs.run import Gathered
from xl_addin.sheets.settings import Options
from xl_addin.workbook.port import Row, WorkbookPort


@dataclass(frozen=True)
class Session:
    """What actions share: the worker, the machine's settings, and the person watching."""

    client: JobsClient
    settings: Settings
    on_event: Callable[[Event], None]
    cancelled: Callable[[], bool]


@dataclass(frozen=True)
class Outcome:
    """What an action did. `lost_notes` are the user's cells on passages that are gone."""

    gathered: Gathered
    problems: tuple[Problem, ...]
    seconds: float
    lost_notes: tuple[Row, ...] = ()


def index(
    session: Session, options: Options, folder: Path, book: WorkbookPort | None = None
) -> Outcome:
    """Index a folder; with a workbook, fill its Sources sheet."""
    return _run(session, index_request(options, session.settings, folder), (), book)


def rank(
    session: Session, options: Options, inputs: WorkbookPort, povs: WorkbookPort, book: WorkbookPort
) -> Outcome:
    """Rank the questions of `inputs` by the points of view of `povs`; write into `book`.

    All three are one workbook, unless questions and points of view come in files of their own.
    """
    return _run(session, *rank_request(options, session.settings, inputs, povs), book)


def answer(
    session: Session, options: Options, inputs: WorkbookPort, povs: WorkbookPort, book: WorkbookPort
) -> Outcome:
    """Rank as `rank` does, then answer in each mode; write both into `book`."""
    return _run(session, *answer_request(options, session.settings, inputs, povs), book)


def _run(
    session: Session,
    request: RunRequest,
    problems: tuple[Problem, ...],
    book: WorkbookPort | None,
) -> Outcome:
    started = perf_counter()
    gathered = session.client.run(request, on_event=session.on_event, cancelled=session.cancelled)
    seconds = perf_counter() - started
    lost = land(book, request, gathered, seconds) if book else ()
    return Outcome(gathered, problems + tuple(gathered.problems), seconds, lost)
