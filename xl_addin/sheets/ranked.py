"""The Ranked sheet: the passages of each question in final order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from worker.contract import PovTouch, QuestionRanking, RankedChunk
from xl_addin.sheets.row_cells import Cells, columns_of, filled
from xl_addin.workbook.columns import YES_NO, Column, Table, user_column
from xl_addin.workbook.port import TableContent

#: The column of places by the Classic score, which Evaluation measures.
CLASSIC_RANK = "ClassicRank"


class RankedRow(NamedTuple):
    """One passage of one question, and its place by the Classic score."""

    ranking: QuestionRanking
    chunk: RankedChunk
    classic_rank: int


#: What is read comes first and fits a screen and a page; figures for the curious stand behind it.
#: Run and Stale are filled when passages land.
CELLS: Cells[RankedRow] = (
    (Column("QID", 7), lambda row: row.ranking.qid),
    (Column("Question", 18, "wrapped"), lambda row: row.ranking.question),
    (Column("Rank", 7, "integer"), lambda row: row.chunk.rank),
    (Column("Stale", 12, "wrapped", stands_out=True, says=True), None),
    (Column("SexyScore", 11, "score", scale="sequential"), lambda row: row.chunk.sexy),
    (Column("Move", 8, "integer"), lambda row: row.chunk.query_rank - row.chunk.rank),
    (Column("Top POVs", 17, "wrapped"), lambda row: top_povs_text(row.chunk.top_povs)),
    (Column("Source", 20, "wrapped"), lambda row: row.chunk.source),
    (Column("Page", 7, "integer"), lambda row: row.chunk.page),
    (Column("Chunk", 50, "wrapped"), lambda row: row.chunk.text),
    (user_column("Keep", 8, choices=YES_NO), None),
    (user_column("Note", 14, "wrapped"), None),
    (Column("Classic", 10, "score"), lambda row: row.chunk.classic),
    (Column("QuerySim", 10, "similarity"), lambda row: row.chunk.query_similarity),
    (Column("QueryRank", 11, "integer"), lambda row: row.chunk.query_rank),
    (Column("Start", 8, "integer"), lambda row: row.chunk.start),
    (Column("ChunkID", 22), lambda row: row.chunk.chunk_id),
    (Column("Run", 18), None),
    (Column(CLASSIC_RANK, 12, "integer", hidden=True), lambda row: row.classic_rank),
)

RANKED = Table(
    "tblRanked",
    "Ranked",
    "Ranked passages",
    "In SEXY order for each question. Move shows how far a passage rose (+) or fell against "
    "ordinary similarity ranking. Stale says what has changed since. Keep = no leaves a passage "
    "out of the next answers.",
    columns_of(CELLS),
    key=("QID", "ChunkID"),
    frozen=3,
    last_printed="Note",
)


def ranked_content(rankings: Sequence[QuestionRanking]) -> TableContent:
    """Return what the Ranked table is to hold, question by question in final order."""
    rows = [
        RankedRow(ranking, chunk, place)
        for ranking in rankings
        for chunk, place in zip(ranking.rows, _classic_ranks(ranking.rows), strict=True)
    ]
    return filled(RANKED, CELLS, rows)


def _classic_ranks(chunks: Sequence[RankedChunk]) -> list[int]:
    """Return the place of each passage by its Classic score; equal ones keep the order found."""
    order = sorted(
        range(len(chunks)), key=lambda place: (-chunks[place].classic, chunks[place].query_rank)
    )
    ranks = [0] * len(chunks)
    for rank, place in enumerate(order, start=1):
        ranks[place] = rank
    return ranks


def top_povs_text(touches: Sequence[PovTouch]) -> str:
    """Return the strongest points of view with their share of the score, one a line."""
    return "\n".join(
        f"{touch.pov_id}  {touch.share:.0%}  z {touch.contrast:+.1f}" for touch in touches
    )
