"""What a command or button does: read a workbook, run a job, write the results.

Everything here works on a `WorkbookPort`, whatever stands behind it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from worker.contract import (
    AnswerRequest,
    Event,
    IndexRequest,
    PointOfView,
    Problem,
    RankRequest,
)
from worker.errors import InputError
from worker.settings import Settings
from xl_addin.jobs_client import Gathered, JobsClient
from xl_addin.workbook import layout, results
from xl_addin.workbook.inputs import read_povs, read_questions
from xl_addin.workbook.options import Options
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
    started = perf_counter()
    request = IndexRequest(
        run_id=new_run_id(),
        folder=str(folder),
        collection=options.collection,
        embedder=options.embedder or session.settings.embedder,
        store=session.settings.store,
        chunk_size=options.chunk_size,
        chunk_overlap=options.chunk_overlap,
    )
    gathered = _run(session, request)
    seconds = perf_counter() - started
    if book and gathered.sources:
        book.write_table(results.sources_content(gathered.sources))
        _write_stamp(book, gathered, "Index", seconds)
    return Outcome(gathered, tuple(gathered.problems), seconds)


def rank(
    session: Session, options: Options, inputs: WorkbookPort, povs: WorkbookPort, book: WorkbookPort
) -> Outcome:
    """Rank the questions of `inputs` by the points of view of `povs`; write into `book`.

    All three are one workbook, unless questions and points of view come in files of their own.
    """
    started = perf_counter()
    request, problems = _rank_request(session, options, inputs, povs)
    gathered = _run(session, request)
    seconds = perf_counter() - started
    lost = _write_ranking(book, gathered, request)
    _write_stamp(book, gathered, "Rank", seconds)
    return Outcome(gathered, problems + tuple(gathered.problems), seconds, lost)


def answer(
    session: Session, options: Options, inputs: WorkbookPort, povs: WorkbookPort, book: WorkbookPort
) -> Outcome:
    """Rank as `rank` does, then answer in each mode; write both into `book`."""
    started = perf_counter()
    ranking, problems = _rank_request(session, options, inputs, povs)
    request = AnswerRequest(
        run_id=ranking.run_id,
        ranking=ranking,
        modes=options.modes,
        contexts=options.contexts,
        llm=options.llm or session.settings.llm,
        prompt=options.prompt,
        max_tokens=options.max_tokens,
    )
    gathered = _run(session, request)
    seconds = perf_counter() - started
    lost = _write_ranking(book, gathered, ranking)
    if gathered.answers:
        lost += tuple(book.write_table(results.answers_content(gathered.answers)))
    _write_stamp(book, gathered, "Answer", seconds)
    return Outcome(gathered, problems + tuple(gathered.problems), seconds, lost)


def new_run_id() -> str:
    """Return an id no other run has."""
    return secrets.token_hex(8)


def _run(session: Session, request: IndexRequest | RankRequest | AnswerRequest) -> Gathered:
    return session.client.run(request, on_event=session.on_event, cancelled=session.cancelled)


def _rank_request(
    session: Session, options: Options, inputs: WorkbookPort, povs_from: WorkbookPort
) -> tuple[RankRequest, tuple[Problem, ...]]:
    questions, question_problems = read_questions(inputs, options.questions)
    povs, pov_problems = read_povs(povs_from)
    problems = question_problems + pov_problems
    _refuse_nothing("question", inputs.name, bool(questions), problems)
    _refuse_nothing("point of view", povs_from.name, bool(povs), problems)
    request = RankRequest(
        run_id=new_run_id(),
        collection=options.collection,
        embedder=options.embedder or session.settings.embedder,
        store=session.settings.store,
        questions=questions,
        povs=povs,
        score=options.score,
        top_k=options.top_k,
        sexy_share=options.sexy_share,
    )
    return request, problems


def _refuse_nothing(what: str, book: str, found: bool, problems: tuple[Problem, ...]) -> None:
    if not found:
        raise InputError(
            f"There is no {what} in use in {book}.",
            str(problems[0]) if problems else "All rows are empty, or have Use = no.",
            f"Write at least one {what} and set its Use to yes.",
        )


def _write_ranking(book: WorkbookPort, gathered: Gathered, request: RankRequest) -> tuple[Row, ...]:
    """Write what was ranked; a run that ended before its first row leaves the old results."""
    if not gathered.rankings:
        return ()
    povs: tuple[PointOfView, ...] = request.povs
    lost = book.write_table(results.ranked_content(gathered.rankings))
    book.write_table(results.matrix_content(gathered.rankings, povs, request.score))
    pictures = results.heatmap_pictures(gathered.rankings, gathered.blobs)
    book.put_pictures(layout.HEATMAP_SHEET, pictures)
    return tuple(lost)


def _write_stamp(book: WorkbookPort, gathered: Gathered, what: str, seconds: float) -> None:
    if gathered.run:
        book.write_table(results.last_run_content(gathered.run, what, seconds))
