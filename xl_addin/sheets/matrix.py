"""The Matrix sheet: passages by points of view, with live weights above and What-if formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from statistics import fmean, pstdev

from worker.contract import (
    NO_SPREAD,
    ON_COSINES,
    PointOfView,
    PovMatrix,
    QuestionRanking,
    RankedChunk,
    ScoreMode,
)
from xl_addin.sheets import what_if
from xl_addin.sheets.row_cells import Cell, Cells, columns_of, filled
from xl_addin.sheets.what_if import ROW_MEAN
from xl_addin.workbook.cells import shortened
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.port import AboveRow, Formula, TableContent

#: What the header of a contrast column adds to the id of its point of view.
CONTRAST_SUFFIX = " z"

#: Cells of the sheet, most of them formulas: a spreadsheet computes so many in seconds. To write
#: one takes a kilobyte of memory.
_MOST_CELLS = 1_000_000
_TEXT_ABOVE = 60  # characters of a point of view over its column


@dataclass(frozen=True)
class MatrixRow:
    """One passage of one question; cosine and contrast by point of view."""

    qid: str
    chunk: RankedChunk
    relevance: float
    cosine: Mapping[str, float]
    contrast: Mapping[str, Formula | float]
    taken_off: Formula
    what_if: Formula
    mix: Formula | None
    what_if_rank: Formula


#: The fixed first columns; one cosine and one contrast column per point of view follow.
CELLS: Cells[MatrixRow] = (
    (Column("QID", 7), lambda row: row.qid),
    (Column("Rank", 7, "integer"), lambda row: row.chunk.rank),
    (Column("ChunkID", 22), lambda row: row.chunk.chunk_id),
    (Column(what_if.SCORE, 10, "score"), lambda row: row.what_if),
    (Column(what_if.RANK, 13, "integer"), lambda row: row.what_if_rank),
    (Column("Passage", 26), lambda row: f"{row.chunk.source} @{row.chunk.start}"),
    (Column(what_if.QUERY_RANK, 11, "integer", hidden=True), lambda row: row.chunk.query_rank),
    (Column(what_if.RELEVANCE, 11, "score", hidden=True), lambda row: row.relevance),
    (Column(what_if.MIX, 10, "score", hidden=True), lambda row: row.mix),
)

MATRIX = Table(
    "tblMatrix",
    "Matrix",
    "Passages by points of view",
    "What-if is the score at the weights that stand on the POV sheet right now, What-if rank the "
    "place that a run would give it: plain formulas, no worker needed. First the cosines of each "
    "point of view, below its weight; then the contrast values (z) that these weights give them, "
    "below the usual cosine and its deviation.",
    columns_of(CELLS),
    key=("QID", "ChunkID"),
    family=CONTRAST_SUFFIX,
    frozen=3,
)


def matrix_content(
    rankings: Sequence[QuestionRanking],
    povs: Sequence[PointOfView],
    score: ScoreMode,
    sexy_share: float = 1.0,
    *,
    follows: bool = True,
) -> TableContent:
    """Return what the Matrix table is to hold, with weights, figures and texts above it.

    :param follows: whether the weights follow the POV sheet, or stay those of the run.
    """
    if not rankings:
        return filled(MATRIX, CELLS, ())
    shown = fitting(rankings, len(CELLS), _MOST_CELLS)
    columns = _Columns(rankings[0].matrix, povs, score, sexy_share, follows)
    ids = columns.matrix.pov_ids
    cells = (*CELLS, *map(_cosine_cell, ids), _ROW_MEAN_CELL, *map(_contrast_cell, ids))
    rows = [row for ranking in shown for row in columns.rows(ranking)]
    upper, lower = columns.above()
    if len(shown) < len(rankings):
        said = f"The first {len(shown)} of {len(rankings)} questions: all are on Ranked"
        upper = replace(upper, values={"QID": said, **upper.values})
    return filled(MATRIX, cells, rows, (upper, lower))


def fitting(
    rankings: Sequence[QuestionRanking], fixed: int, most: int
) -> Sequence[QuestionRanking]:
    """Return the first rankings, as many as a sheet of at most so many cells takes; one at least.

    :param fixed: columns beside the two of each point of view.
    """
    cells = accumulate(len(each.rows) * (fixed + 2 * len(each.matrix.pov_ids)) for each in rankings)
    return rankings[: max(1, sum(so_far <= most for so_far in cells))]


def texts_above(povs: Sequence[PointOfView]) -> dict[str, str]:
    """Return what stands over the column of each point of view: its text, shortened."""
    return {pov.pov_id: shortened(pov.text, _TEXT_ABOVE) for pov in povs}


def contrast_header(pov_id: str) -> str:
    """Return the header of a point of view's contrast column."""
    return pov_id + CONTRAST_SUFFIX


def matrix_columns(headers: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns that a run wrote into a matrix with these headers."""
    ids = [header for header in headers if contrast_header(header) in headers]
    if not ids:
        return MATRIX.columns
    return columns_of((*CELLS, *map(_cosine_cell, ids), _ROW_MEAN_CELL, *map(_contrast_cell, ids)))


def _cosine_cell(pov_id: str) -> Cell[MatrixRow]:
    column = Column(pov_id, 9, "similarity", scale="sequential")
    return column, lambda row: row.cosine[pov_id]


def _contrast_cell(pov_id: str) -> Cell[MatrixRow]:
    column = Column(contrast_header(pov_id), 9, "score", scale="diverging")
    return column, lambda row: row.contrast[pov_id]


_ROW_MEAN_CELL: Cell[MatrixRow] = (Column(ROW_MEAN, 11, "score"), lambda row: row.taken_off)


@dataclass(frozen=True)
class _Columns:
    """The columns of points of view: their formulas, and what stands above them.

    All rankings of a run have the points of view and figures of this `matrix`.
    """

    matrix: PovMatrix
    povs: Sequence[PointOfView]
    score: ScoreMode
    sexy_share: float
    follows: bool

    def rows(self, ranking: QuestionRanking) -> Iterator[MatrixRow]:
        """Yield the passages of one question."""
        ids, is_mixed = self.matrix.pov_ids, self.sexy_share < 1
        looked_at = ids if self.score in ON_COSINES else [contrast_header(pov_id) for pov_id in ids]
        passages = zip(ranking.rows, _standing(ranking.rows), ranking.matrix.cosine, strict=True)
        for chunk, relevance, cosine in passages:
            yield MatrixRow(
                qid=ranking.qid,
                chunk=chunk,
                relevance=relevance,
                cosine=dict(zip(ids, cosine, strict=True)),
                contrast=dict(zip(ids, self._contrast(), strict=True)),
                taken_off=what_if.row_mean(ids),
                what_if=what_if.score(self.score, looked_at),
                mix=what_if.mix(self.sexy_share) if is_mixed else None,
                what_if_rank=what_if.rank(what_if.MIX if is_mixed else what_if.SCORE),
            )

    def above(self) -> tuple[AboveRow, AboveRow]:
        """Return the rows over the header: texts, live weights, and the figures that z goes by."""
        ids, figures = self.matrix.pov_ids, self.matrix.statistics
        headers = [contrast_header(pov_id) for pov_id in ids]
        texts = texts_above(self.povs)
        upper = AboveRow(
            {
                "ChunkID": "How many points of view the weights come to",
                what_if.SCORE: what_if.NUMBER,
                **{pov_id: texts.get(pov_id) for pov_id in ids},
                ROW_MEAN: "Usual cosine (mean)",
                **dict(zip(headers, figures.mean, strict=True)),
            },
            {what_if.NUMBER_NAME: [what_if.SCORE], what_if.MEANS_NAME: headers},
        )
        lower = AboveRow(
            {
                "ChunkID": "Unit of z",
                what_if.SCORE: what_if.UNIT,
                what_if.RANK: "Weight now",
                **dict(zip(ids, self._weights(), strict=True)),
                ROW_MEAN: "Usual deviation",
                **dict(zip(headers, figures.sd, strict=True)),
            },
            {
                what_if.UNIT_NAME: [what_if.SCORE],
                what_if.WEIGHTS_NAME: ids,
                what_if.DEVIATIONS_NAME: headers,
            },
        )
        return upper, lower

    def _contrast(self) -> Iterator[Formula | float]:
        for pov_id, sd in zip(self.matrix.pov_ids, self.matrix.statistics.sd, strict=True):
            yield what_if.contrast(pov_id) if sd > NO_SPREAD else 0.0

    def _weights(self) -> Iterator[Formula]:
        """Yield the weight of each column now.

        In scores on contrast, a sentence that stands there twice has both weights at its first
        place, and one that never varies has none: its figures tell.
        """
        ids, figures = self.matrix.pov_ids, self.matrix.statistics
        used = {pov.pov_id: pov.weight for pov in self.povs}
        own = [self._weight(pov_id, used.get(pov_id, 1.0)) for pov_id in ids]
        if self.score in ON_COSINES:
            yield from (Formula(f"={weight}") for weight in own)
            return
        sentences: dict[tuple[float, float], list[str]] = {}
        for figure, weight in zip(zip(figures.mean, figures.sd, strict=True), own, strict=True):
            sentences.setdefault(figure, []).append(weight)
        for figure in zip(figures.mean, figures.sd, strict=True):
            together = sentences.pop(figure, []) if figure[1] > NO_SPREAD else []
            yield Formula("=" + ("+".join(together) or "0"))

    def _weight(self, pov_id: str, used: float) -> str:
        return what_if.weight_now(pov_id, used) if self.follows else repr(used)


def _standing(passages: Sequence[RankedChunk]) -> list[float]:
    """Return how relevant each passage is among these, in units of their deviation."""
    found = [passage.relevance for passage in passages]
    usual, deviation = (fmean(found), pstdev(found)) if found else (0.0, 0.0)
    return [(each - usual) / deviation if deviation > NO_SPREAD else 0.0 for each in found]
