"""From what stands in a workbook to the request that a worker gets."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from worker.contract import AnswerRequest, IndexRequest, Problem, RankRequest, ScoreRequest
from worker.errors import InputError
from worker.pov_statistics import score_statistics
from worker.settings import IN_PROCESS, Settings
from xl_addin.sheets.inputs import read_povs, read_questions
from xl_addin.sheets.settings import Options
from xl_addin.workbook.cells import clean_text
from xl_addin.workbook.port import CellValue, WorkbookPort


def index_request(options: Options, settings: Settings, folder: Path) -> IndexRequest:
    """Return the request to index a folder."""
    return IndexRequest(
        run_id=_new_run_id(),
        folder=str(folder),
        collection=options.collection,
        embedder=_embedder(options, settings),
        store=_store(settings),
        chunk_size=options.chunk_size,
        chunk_overlap=options.chunk_overlap,
        splitter=options.splitter,
    )


def rank_request(
    options: Options, settings: Settings, questions_from: WorkbookPort, povs_from: WorkbookPort
) -> tuple[RankRequest, tuple[Problem, ...]]:
    """Return the request to rank, and the rows that had to be left out.

    :raises WorkbookError: if a table cannot be read; InputError: if no row is left in one.
    """
    questions, question_problems = read_questions(questions_from, options.questions)
    povs, pov_problems = read_povs(povs_from)
    _refuse_nothing("question", questions_from.name, bool(questions), question_problems)
    _refuse_nothing("point of view", povs_from.name, bool(povs), pov_problems)
    request = RankRequest(
        run_id=_new_run_id(),
        collection=options.collection,
        embedder=_embedder(options, settings),
        store=_store(settings),
        questions=questions,
        povs=povs,
        score=options.score,
        top_k=options.top_k,
        sexy_share=options.sexy_share,
        scoring_embedder=options.scorer,
        retrieval=options.retrieval,
        reranker=options.reranker,
        diversity=options.diversity,
        only=options.only,
    )
    return request, question_problems + pov_problems


def answer_request(
    options: Options, settings: Settings, questions_from: WorkbookPort, povs_from: WorkbookPort
) -> tuple[AnswerRequest, tuple[Problem, ...]]:
    """Return the request to rank and answer; raises as `rank_request` does."""
    ranking, problems = rank_request(options, settings, questions_from, povs_from)
    request = AnswerRequest(
        run_id=ranking.run_id,
        ranking=ranking,
        modes=options.modes,
        contexts=options.contexts,
        llm=options.llm or settings.llm,
        prompt=options.prompt,
        max_tokens=options.max_tokens,
        temperature=options.temperature,
        seed=options.seed,
        repeatable=options.repeatable,
        one_per_pov=options.one_per_pov,
        gate=options.gate,
    )
    return request, problems


def score_request(
    options: Options,
    settings: Settings,
    cells: Sequence[Sequence[CellValue]],
    povs_from: WorkbookPort,
) -> ScoreRequest:
    """Return the request to score the texts of one column of cells.

    :raises InputError: if the cells are more than one column, or one of them is empty.
    :raises CollectionError: if contrast is asked for and nothing was ranked by these points of
        view yet.
    """
    povs, _ = read_povs(povs_from)
    texts = tuple(clean_text(str(row[0])).strip() for row in cells if row[0] is not None)
    if any(len(row) != 1 for row in cells) or len(texts) != len(cells) or not all(texts or [""]):
        raise InputError(
            "The selected cells cannot be scored.",
            "One column of cells that all hold text is needed.",
            "Select such cells and press the button again.",
        )
    embedder, sentences = _embedder(options, settings), [pov.text for pov in povs]
    return ScoreRequest(
        run_id=_new_run_id(),
        embedder=embedder,
        texts=texts,
        povs=povs,
        score=options.score,
        statistics=score_statistics(settings.statistics, embedder, sentences, options.score),
    )


def _embedder(options: Options, settings: Settings) -> str:
    """Return the model's name; one that reads long passages to their end has a name of its own."""
    name = options.embedder or settings.embedder
    return f"{name}+cover" if options.cover_long else name


def _store(settings: Settings) -> str:
    """Return where indexes are: the workers of a broker have a store of their own."""
    return settings.store if settings.broker == IN_PROCESS else ""


def _new_run_id() -> str:
    return secrets.token_hex(8)


def _refuse_nothing(what: str, book: str, found: bool, problems: tuple[Problem, ...]) -> None:
    if not found:
        raise InputError(
            f"There is no {what} in use in {book}.",
            str(problems[0]) if problems else "All rows are empty, or have Use = no.",
            f"Write at least one {what} and set its Use to yes.",
        )
