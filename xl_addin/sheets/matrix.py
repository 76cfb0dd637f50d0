"""The Matrix sheet: passages by points of view, with live weights above and What-if formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from worker.contract import ON_COSINES, PointOfView, QuestionRanking, ScoreMode
from xl_addin.sheets.row_cells import Cell, Cells, columns_of, filled
from xl_addin.workbook.cells import shortened
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.port import AboveRow, Formula, TableContent

#: What the header of a contrast column adds to the id of its point of view.
CONTRAST_SUFFIX = " z"
#: Name of the row of live weights above the matrix.
WEIGHTS_NAME = "MatrixWeights"

_TEXT_ABOVE = 60  # characters of a point of view over its column

#: What a score mode looks like over one row of a table: {w} weights, {v} values of the row.
_PUSH = "-SUMPRODUCT(({w}<0)*-{w}*({v}>0)*{v})"
_WHAT_IF: Mapping[ScoreMode, str] = {
    "classic": "=SQRT(SUMPRODUCT(({w}>0)*{w}*{v}^2))" + _PUSH,
    "contrast": "=SQRT(SUMPRODUCT(({w}>0)*{w}*({v}>0)*{v}^2))" + _PUSH,
    "pnorm": "=SUMPRODUCT(({w}>0)*{w}*({v}>0)*{v}^4)^0.25" + _PUSH,
    "max": "=SUMPRODUCT(MAX(SQRT(({w}>0)*{w})*({v}>0)*{v}))" + _PUSH,
    "mean": "=SUMPRODUCT({w}*{v})/MAX(SUMPRODUCT(ABS({w})),0.000001)",
}
# COUNTIFS would compare with 15 digits of the number, and so with less than itself.
_WHAT_IF_RANK = Formula(
    "=SUMPRODUCT((tblMatrix[QID]=tblMatrix[[#This Row],[QID]])"
    "*(tblMatrix[What-if]>tblMatrix[[#This Row],[What-if]]))+1"
)


@dataclass(frozen=True)
class MatrixRow:
    """One passage of one question; cosine and contrast by point of view."""

    qid: str
    rank: int
    chunk_id: str
    cosine: Mapping[str, float]
    contrast: Mapping[str, float]
    what_if: Formula | None


#: The fixed first columns; one cosine and one contrast column per point of view follow.
CELLS: Cells[MatrixRow] = (
    (Column("QID", 7), lambda row: row.qid),
    (Column("Rank", 7, "integer"), lambda row: row.rank),
    (Column("ChunkID", 22), lambda row: row.chunk_id),
    (Column("What-if", 10, "score"), lambda row: row.what_if),
    (Column("What-if rank", 13, "integer"), lambda row: row.what_if and _WHAT_IF_RANK),
)

MATRIX = Table(
    "tblMatrix",
    "Matrix",
    "Passages by points of view",
    "What-if is the score at the weights that stand on the POV sheet right now: plain formulas, "
    "no worker needed. First the cosines, then the contrast values (z) of each point of view.",
    columns_of(CELLS),
    key=("QID", "ChunkID"),
    family=CONTRAST_SUFFIX,
    frozen=3,
)


def matrix_content(
    rankings: Sequence[QuestionRanking], povs: Sequence[PointOfView], score: ScoreMode
) -> TableContent:
    """Return what the Matrix table is to hold, with the live weights and texts above it."""
    ids = rankings[0].matrix.pov_ids if rankings else ()
    headers = {pov_id: pov_id if score in ON_COSINES else contrast_header(pov_id) for pov_id in ids}
    cells = (*CELLS, *map(_cosine_cell, ids), *map(_contrast_cell, ids))
    what_if = _what_if([*headers.values()], score)
    rows = [row for ranking in rankings for row in _matrix_rows(ranking, what_if)]
    return filled(MATRIX, cells, rows, _above(headers, povs))


def contrast_header(pov_id: str) -> str:
    """Return the header of a point of view's contrast column."""
    return pov_id + CONTRAST_SUFFIX


def _cosine_cell(pov_id: str) -> Cell[MatrixRow]:
    column = Column(pov_id, 9, "similarity", scale="sequential")
    return column, lambda row: row.cosine[pov_id]


def _contrast_cell(pov_id: str) -> Cell[MatrixRow]:
    column = Column(contrast_header(pov_id), 9, "score", scale="diverging")
    return column, lambda row: row.contrast[pov_id]


def _matrix_rows(ranking: QuestionRanking, what_if: Formula | None) -> Iterable[MatrixRow]:
    matrix = ranking.matrix
    passages = zip(matrix.chunk_ids, matrix.cosine, matrix.contrast, strict=True)
    for rank, (chunk_id, cosine, contrast) in enumerate(passages, start=1):
        yield MatrixRow(
            qid=ranking.qid,
            rank=rank,
            chunk_id=chunk_id,
            cosine=dict(zip(matrix.pov_ids, cosine, strict=True)),
            contrast=dict(zip(matrix.pov_ids, contrast, strict=True)),
            what_if=what_if,
        )


def _above(headers: Mapping[str, str], povs: Sequence[PointOfView]) -> tuple[AboveRow, AboveRow]:
    """Return the rows over the header: the points of view in words, and their weights now.

    :param headers: the column whose values count in the score, by id of the point of view.
    """
    texts = {
        header: shortened(pov.text, _TEXT_ABOVE)
        for pov in povs
        for header in (pov.pov_id, contrast_header(pov.pov_id))
    }
    used = {pov.pov_id: pov.weight for pov in povs}
    weights = {
        header: _weight_formula(header, used.get(pov_id, 1.0)) for pov_id, header in headers.items()
    }
    return AboveRow(texts), AboveRow(weights, name=WEIGHTS_NAME, label="Weight now")


def _what_if(headers: Sequence[str], score: ScoreMode) -> Formula | None:
    """Return the score of a row at the weights above these columns; none where there are none."""
    if not headers:
        return None
    values = f"tblMatrix[[#This Row],[{_escaped(headers[0])}]:[{_escaped(headers[-1])}]]"
    return Formula(_WHAT_IF[score].format(w=WEIGHTS_NAME, v=values))


def _weight_formula(header: str, used: float) -> Formula:
    """Read the weight that stands on the POV sheet now; an empty one is 1, as in a run.

    Where the ID does not stand there, because the user left it empty, it is the weight `used` in
    the run. The ID is taken from the header, so that no text of the user's stands in a formula.
    """
    own_id = f"tblMatrix[[#Headers],[{_escaped(header)}]]"
    if header.endswith(CONTRAST_SUFFIX):
        own_id = f"LEFT({own_id},LEN({own_id})-{len(CONTRAST_SUFFIX)})"
    return Formula(
        f"=SUMIFS(tblPOV[Weight],tblPOV[ID],{own_id})"
        f'+COUNTIFS(tblPOV[ID],{own_id},tblPOV[Weight],"")'
        f"+IF(COUNTIFS(tblPOV[ID],{own_id})=0,{used!r},0)"
    )


def _escaped(header: str) -> str:
    """Escape what has a meaning inside a structured reference."""
    return "".join(f"'{mark}" if mark in "[]#'@" else mark for mark in header)
