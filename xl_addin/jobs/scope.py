"""Scopes: the part of a workbook's questions that a run is for, such as those that are stale.

What a run of a part does not reach stays in the tables as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import get_args

from worker.contract import AnswerMode, AnswerRequest, RankRequest
from xl_addin.jobs.base import Asked, Scope
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.inputs import usual_id
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.run_inputs import RANKING
from xl_addin.sheets.staleness import stale_results
from xl_addin.workbook.columns import Table
from xl_addin.workbook.port import Row, WorkbookPort
from xl_addin.workbook.table.user_cells import row_key

SCOPES: tuple[Scope, ...] = get_args(Scope)

#: What to say where a scope has nothing in it.
NOTHING: Mapping[Scope, str] = {
    "stale": "Nothing is stale: all results that stand there were made from what stands there now.",
    "selected": "No question in use is selected. Select rows on FBQ, Ranked, Matrix or Answers; "
    "save the workbook if it is not open.",
    "failed": "Nothing has failed.",
    "empty": "Nothing is empty: each question in use has its results.",
}

_Pair = tuple[str, AnswerMode]


def narrowed_ranking(
    asked: Asked[RankRequest], book: WorkbookPort, scope: Scope
) -> Asked[RankRequest] | None:
    """Return what is to be ranked of what was asked for; None if that is nothing.

    :param book: the workbook that holds the results.
    :raises WorkbookError: if a table cannot be read, or no cells are selected.
    """
    qids = [question.qid for question in asked.request.questions]
    if scope == "stale":
        wanted = {qid for qid, output in stale_results(book) if output == RANKING}
    elif scope == "selected":
        wanted = {qid for qid, _ in _selected(book)}
    else:
        wanted = {*qids} - {row_key(row.values, ("QID",))[0] for row in _rows(book, RANKED)}
    part = _part(asked.request, wanted)
    return replace(asked, request=part) if part.questions else None


def narrowed_answers(
    asked: Asked[AnswerRequest], book: WorkbookPort, scope: Scope
) -> Asked[AnswerRequest] | None:
    """Return what is to be answered of what was asked for; None if that is nothing.

    :param book: the workbook that holds the results.
    :raises WorkbookError: if a table cannot be read, or no cells are selected.
    """
    request = asked.request
    qids = [question.qid for question in request.ranking.questions]
    pairs: list[_Pair] = [(qid, mode) for qid in qids for mode in request.modes]
    if scope == "stale":
        stale = stale_results(book)
        only = [pair for pair in pairs if pair in stale]
    elif scope == "selected":
        chosen = _selected(book)
        only = [(qid, mode) for qid, mode in pairs if {(qid, mode), (qid, "")} & chosen]
    else:
        only = _unanswered(pairs, _rows(book, ANSWERS), have_failed=scope == "failed")
    if not only:
        return None
    ranking = _part(request.ranking, {qid for qid, _ in only})
    part = request.model_copy(update={"ranking": ranking, "only": tuple(only)})
    return replace(asked, request=part)


def _part(request: RankRequest, wanted: Collection[str]) -> RankRequest:
    questions = tuple(question for question in request.questions if question.qid in wanted)
    return request.model_copy(update={"questions": questions, "is_part": True})


def _unanswered(pairs: list[_Pair], rows: Collection[Row], *, have_failed: bool) -> list[_Pair]:
    """Return the pairs without an answer.

    :param have_failed: leave out those that nobody has asked for yet, or whose text was deleted.
    """
    found = {row_key(row.values, ANSWERS.key): row.values for row in rows}
    there = {key for key, values in found.items() if row_key(values, ("Answer",)) != ("",)}
    if have_failed:
        failed = {key for key, values in found.items() if row_key(values, ("Written",)) == ("",)}
        return [pair for pair in pairs if pair in failed - there]
    return [pair for pair in pairs if pair not in there]


def _selected(book: WorkbookPort) -> set[tuple[str, str]]:
    """Return the question of each selected row, with its mode on Answers, else without one."""
    sheet, areas = book.selected()
    chosen: set[tuple[str, str]] = set()
    for table in (FBQ, RANKED, MATRIX, ANSWERS):
        data = book.find_table(table)
        if data is None or data.sheet.casefold() != sheet.casefold():
            continue
        for number, row in enumerate(data.rows, start=1):
            if any(row.number in area.rows for area in areas):
                chosen |= _asked_in(table, row, number)
    return chosen


def _asked_in(table: Table, row: Row, number: int) -> set[tuple[str, str]]:
    """Return what a row stands for; one of FBQ for its question and both variants."""
    if table is FBQ:
        row_id = row_key(row.values, ("ID",))[0] or usual_id(FBQ, number)
        return {(row_id, ""), (f"{row_id}-A", ""), (f"{row_id}-B", "")}
    qid = row_key(row.values, ("QID",))[0]
    return {(qid, row_key(row.values, ("Mode",))[0] if table is ANSWERS else "")}


def _rows(book: WorkbookPort, table: Table) -> tuple[Row, ...]:
    data = book.find_table(table)
    return data.rows if data else ()
