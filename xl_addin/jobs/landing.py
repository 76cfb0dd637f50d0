"""Results of a run land in the workbook that asked for them."""

from __future__ import annotations

from dataclasses import replace

from worker.contract import AnswerRequest, RankRequest, RunRequest
from xl_addin.jobs.run import Gathered
from xl_addin.sheets.answers import ANSWERS, answers_content
from xl_addin.sheets.edited_answers import keep_edits
from xl_addin.sheets.heatmap import HEATMAP, heatmap_pictures
from xl_addin.sheets.last_run import last_run_content
from xl_addin.sheets.matrix import matrix_content
from xl_addin.sheets.ranked import ranked_content
from xl_addin.sheets.sources import sources_content
from xl_addin.workbook.port import Formula, Row, TableContent, WorkbookPort


def land(
    book: WorkbookPort,
    request: RunRequest,
    gathered: Gathered,
    seconds: float,
) -> tuple[Row, ...]:
    """Write what a run gave.

    A run that ended early leaves the old results of the questions it did not reach.

    Return the user's cells on passages and answers that are no longer there.

    :raises WorkbookError: if the workbook cannot take it.
    """
    lost: tuple[Row, ...] = ()
    if gathered.sources:
        book.write_table(sources_content(gathered.sources))
    if gathered.rankings and isinstance(request, AnswerRequest | RankRequest):
        ranking = request.ranking if isinstance(request, AnswerRequest) else request
        lost += _land_ranking(book, gathered, ranking)
    if gathered.answers and isinstance(request, AnswerRequest):
        lost += _land_answers(book, gathered, request)
    if gathered.run and (gathered.sources or gathered.rankings):
        what = request.job.capitalize()
        content = last_run_content(gathered.run, what, seconds, gathered.remarks)
        book.write_table(content)
    return lost


def lost_note(row: Row) -> str:
    """Say which of the user's cells have lost their passage."""
    kept = ", ".join(f"{name}: {value}" for name, value in row.values.items() if value)
    return f"No longer among the results, so its cells have no place: {kept}"


def _land_ranking(book: WorkbookPort, gathered: Gathered, request: RankRequest) -> tuple[Row, ...]:
    ranked = ranked_content(gathered.rankings)
    matrix = matrix_content(gathered.rankings, request.povs, request.score)
    lost = book.write_table(_completed(book, ranked, gathered))
    book.write_table(_completed(book, matrix, gathered))
    pictures = heatmap_pictures(gathered.rankings, gathered.blobs)
    book.put_pictures(HEATMAP.sheet, pictures, keep_others=gathered.result is None)
    return tuple(lost)


def _land_answers(
    book: WorkbookPort, gathered: Gathered, request: AnswerRequest
) -> tuple[Row, ...]:
    content = answers_content(gathered.answers)
    old = book.read_table(ANSWERS).rows
    qids = [question.qid for question in request.ranking.questions]
    rows = keep_edits(content.rows, old, qids, is_whole=gathered.result is not None)
    return tuple(book.write_table(replace(content, rows=rows)))


def _completed(book: WorkbookPort, content: TableContent, gathered: Gathered) -> TableContent:
    """Return the content with the old rows of questions that a run did not reach."""
    if gathered.result is not None:
        return content
    reached = {row["QID"] for row in content.rows}
    formulas = {
        header: value for header, value in content.rows[0].items() if isinstance(value, Formula)
    }
    old = [
        {**row.cells(content.run_columns), **formulas}
        for row in book.read_table(content.table).rows
        if row.values["QID"] not in reached
    ]
    return replace(content, rows=[*content.rows, *old])
