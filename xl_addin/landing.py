"""Results of a run land in the workbook that asked for them."""

from __future__ import annotations

from worker.contract import AnswerRequest, IndexRequest, RankRequest
from xl_addin.gathered import Gathered
from xl_addin.workbook import layout, results
from xl_addin.workbook.port import Row, WorkbookPort


def land(
    book: WorkbookPort,
    request: IndexRequest | RankRequest | AnswerRequest,
    gathered: Gathered,
    seconds: float,
) -> tuple[Row, ...]:
    """Write what a run gave; one that ended before its first row leaves the old results.

    Return the user's cells on passages and answers that are no longer there.

    :raises WorkbookError: if the workbook cannot take it.
    """
    lost: tuple[Row, ...] = ()
    if gathered.sources:
        book.write_table(results.sources_content(gathered.sources))
    if gathered.rankings and not isinstance(request, IndexRequest):
        ranking = request.ranking if isinstance(request, AnswerRequest) else request
        lost += _land_ranking(book, gathered, ranking)
    if gathered.answers:
        lost += tuple(book.write_table(results.answers_content(gathered.answers)))
    if gathered.run and (gathered.sources or gathered.rankings):
        what = request.job.capitalize()
        book.write_table(results.last_run_content(gathered.run, what, seconds))
    return lost


def lost_note(row: Row) -> str:
    """Say which of the user's cells have lost their passage."""
    kept = ", ".join(f"{name}: {value}" for name, value in row.values.items() if value)
    return f"No longer among the results, so its cells have no place: {kept}"


def _land_ranking(book: WorkbookPort, gathered: Gathered, request: RankRequest) -> tuple[Row, ...]:
    lost = book.write_table(results.ranked_content(gathered.rankings))
    book.write_table(results.matrix_content(gathered.rankings, request.povs, request.score))
    pictures = results.heatmap_pictures(gathered.rankings, gathered.blobs)
    book.put_pictures(layout.HEATMAP_SHEET, pictures)
    return tuple(lost)
