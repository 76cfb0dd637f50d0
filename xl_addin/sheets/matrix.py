"""The Matrix sheet: passages by points of view, with live weights above and What-if formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from worker.contract import (
    HALF_CENTRED,
    NO_SPREAD,
    ON_COSINES,
    PointOfView,
    PovMatrix,
    QuestionRanking,
    ScoreMode,
)
from xl_addin.sheets.row_cells import Cell, Cells, columns_of, filled
from xl_addin.workbook.cells import shortened
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.formulas import escaped
from xl_addin.workbook.port import AboveRow, Formula, TableContent

#: What the header of a contrast column adds to the id of its point of view.
CONTRAST_SUFFIX = " z"
#: The column between cosines and contrast values: what of each row's mean is taken off.
ROW_MEAN = "Row mean"
#: Names of cells above the matrix: live weights and usual cosines with their deviations, one for
#: each point of view; the effective number of these, and the unit of contrast values.
WEIGHTS_NAME, MEANS_NAME, DEVIATIONS_NAME = "MatrixWeights", "MatrixMeans", "MatrixDeviations"
NUMBER_NAME, UNIT_NAME = "MatrixNumber", "MatrixUnit"

#: Cells of the sheet, most of them formulas: a spreadsheet computes so many in seconds. To write
#: one takes a kilobyte of memory.
_MOST_CELLS = 1_000_000
_TEXT_ABOVE = 60  # characters of a point of view over its column

#: The worker's formulas (worker/scoring/score_modes.py and emphasis.py) over cells of the sheet:
#: {s} cosines of the row, {w} weights, {v} the values that a score looks at.
_SIZE = f"SUMPRODUCT(ABS({WEIGHTS_NAME}))"
_NUMBER = f"=IF({_SIZE}=0,0,1/SUMPRODUCT(({WEIGHTS_NAME}/{_SIZE})^2))"
_UNIT = f"=IF({_SIZE}=0,1,SQRT(SUMPRODUCT(ABS({WEIGHTS_NAME})/{_SIZE}*{DEVIATIONS_NAME}^2)))"
_TAKEN_OFF = (
    f"=IF({_SIZE}=0,0,SUMPRODUCT(ABS({WEIGHTS_NAME})/{_SIZE}*({{s}}-{MEANS_NAME}))"
    f"*{NUMBER_NAME}/({NUMBER_NAME}+{HALF_CENTRED}))"
)
_OWN_MEAN = f"INDEX({MEANS_NAME},COLUMN()-COLUMN({MEANS_NAME})+1)"
_CONTRAST = f"=({{own}}-{_OWN_MEAN}-tblMatrix[[#This Row],[{ROW_MEAN}]])/{UNIT_NAME}"
_LIFTING = "SUMPRODUCT(({w}>0)*{w})"
_BELOW = (
    f"-MAX(0,2-MAX(1,{NUMBER_NAME}))*MAX(0,-SUMPRODUCT(({{w}}>0)*{{w}}*{{v}})"
    f"/MAX({_LIFTING},1E-300))*{_LIFTING}"
)
_PUSH = "-SUMPRODUCT(({w}<0)*-{w}*({v}>0)*{v})"
_FOURTH_NORM = "=SUMPRODUCT(({w}>0)*{w}*(({v}>0)*{v})^4)^0.25" + _BELOW + "^0.25" + _PUSH
_WHAT_IF: Mapping[ScoreMode, str] = {
    "classic": "=SQRT(SUMPRODUCT(({w}>0)*{w}*{v}^2))" + _PUSH,
    "contrast": _FOURTH_NORM,
    "pnorm": _FOURTH_NORM,
    "max": "=SUMPRODUCT(MAX(SQRT(({w}>0)*{w})*({v}>0)*{v}))" + _BELOW + "^0.5" + _PUSH,
    "mean": f"=SUMPRODUCT({{w}}*{{v}})/MAX({_SIZE},0.000001)",
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
    contrast: Mapping[str, Formula | float]
    taken_off: Formula | None
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
    "no worker needed. First the cosines of each point of view, below its weight; then the "
    "contrast values (z) that these weights give them, below the usual cosine and its deviation.",
    columns_of(CELLS),
    key=("QID", "ChunkID"),
    family=CONTRAST_SUFFIX,
    frozen=3,
)


def matrix_content(
    rankings: Sequence[QuestionRanking], povs: Sequence[PointOfView], score: ScoreMode
) -> TableContent:
    """Return what the Matrix table is to hold, with weights, figures and texts above it."""
    if not rankings:
        return filled(MATRIX, CELLS, ())
    shown = _fitting(rankings)
    columns = _Columns(rankings[0].matrix, povs, score)
    ids = columns.matrix.pov_ids
    cells = (*CELLS, *map(_cosine_cell, ids), _ROW_MEAN_CELL, *map(_contrast_cell, ids))
    rows = [row for ranking in shown for row in columns.rows(ranking)]
    upper, lower = columns.above()
    if len(shown) < len(rankings):
        said = f"The first {len(shown)} of {len(rankings)} questions: all are on Ranked"
        upper = replace(upper, values={"QID": said, **upper.values})
    return filled(MATRIX, cells, rows, (upper, lower))


def _fitting(rankings: Sequence[QuestionRanking]) -> Sequence[QuestionRanking]:
    """Return the first rankings, as many as the sheet takes; one at least."""
    cells = accumulate(
        len(each.rows) * (len(CELLS) + 2 * len(each.matrix.pov_ids)) for each in rankings
    )
    return rankings[: max(1, sum(so_far <= _MOST_CELLS for so_far in cells))]


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

    def rows(self, ranking: QuestionRanking) -> Iterator[MatrixRow]:
        """Yield the passages of one question."""
        matrix, ids = ranking.matrix, self.matrix.pov_ids
        passages = zip(matrix.chunk_ids, matrix.cosine, strict=True)
        for rank, (chunk_id, cosine) in enumerate(passages, start=1):
            yield MatrixRow(
                qid=ranking.qid,
                rank=rank,
                chunk_id=chunk_id,
                cosine=dict(zip(ids, cosine, strict=True)),
                contrast=dict(zip(ids, self._contrast(), strict=True)),
                taken_off=Formula(_TAKEN_OFF.format(s=_row_of(ids))),
                what_if=self._what_if(),
            )

    def above(self) -> tuple[AboveRow, AboveRow]:
        """Return the rows over the header: texts, live weights, and the figures that z goes by."""
        ids, figures = self.matrix.pov_ids, self.matrix.statistics
        headers = [contrast_header(pov_id) for pov_id in ids]
        texts = {pov.pov_id: shortened(pov.text, _TEXT_ABOVE) for pov in self.povs}
        upper = AboveRow(
            {
                "ChunkID": "How many points of view the weights come to",
                "What-if": Formula(_NUMBER),
                **{pov_id: texts.get(pov_id) for pov_id in ids},
                ROW_MEAN: "Usual cosine (mean)",
                **dict(zip(headers, figures.mean, strict=True)),
            },
            {NUMBER_NAME: ["What-if"], MEANS_NAME: headers},
        )
        lower = AboveRow(
            {
                "ChunkID": "Unit of z",
                "What-if": Formula(_UNIT),
                "What-if rank": "Weight now",
                **dict(zip(ids, self._weights(), strict=True)),
                ROW_MEAN: "Deviation",
                **dict(zip(headers, figures.sd, strict=True)),
            },
            {UNIT_NAME: ["What-if"], WEIGHTS_NAME: ids, DEVIATIONS_NAME: headers},
        )
        return upper, lower

    def _contrast(self) -> Iterator[Formula | float]:
        for pov_id, sd in zip(self.matrix.pov_ids, self.matrix.statistics.sd, strict=True):
            formula = _CONTRAST.format(own=f"tblMatrix[[#This Row],[{escaped(pov_id)}]]")
            yield Formula(formula) if sd > NO_SPREAD else 0.0

    def _what_if(self) -> Formula:
        ids: Sequence[str] = self.matrix.pov_ids
        looked_at = ids if self.score in ON_COSINES else [contrast_header(pov_id) for pov_id in ids]
        return Formula(_WHAT_IF[self.score].format(w=WEIGHTS_NAME, v=_row_of(looked_at)))

    def _weights(self) -> Iterator[Formula]:
        """Yield the weight of each column now.

        In scores on contrast, a sentence that stands there twice has both weights at its first
        place, and one that never varies has none: its figures tell.
        """
        ids, figures = self.matrix.pov_ids, self.matrix.statistics
        used = {pov.pov_id: pov.weight for pov in self.povs}
        own = [_weight_formula(pov_id, used.get(pov_id, 1.0)) for pov_id in ids]
        if self.score in ON_COSINES:
            yield from (Formula(f"={weight}") for weight in own)
            return
        sentences: dict[tuple[float, float], list[str]] = {}
        for figure, weight in zip(zip(figures.mean, figures.sd, strict=True), own, strict=True):
            sentences.setdefault(figure, []).append(weight)
        for figure in zip(figures.mean, figures.sd, strict=True):
            together = sentences.pop(figure, []) if figure[1] > NO_SPREAD else []
            yield Formula("=" + ("+".join(together) or "0"))


def _row_of(headers: Sequence[str]) -> str:
    """Return a reference to these columns of a formula's own row."""
    return f"tblMatrix[[#This Row],[{escaped(headers[0])}]:[{escaped(headers[-1])}]]"


def _weight_formula(pov_id: str, used: float) -> str:
    """Read the weight that stands on the POV sheet now; an empty one is 1, as in a run.

    Where the ID does not stand there, because the user left it empty, it is the weight `used` in
    the run. The ID is taken from the header, so that no text of the user's stands in a formula.
    """
    own_id = f"tblMatrix[[#Headers],[{escaped(pov_id)}]]"
    return (
        f"SUMIFS(tblPOV[Weight],tblPOV[ID],{own_id})"
        f'+COUNTIFS(tblPOV[ID],{own_id},tblPOV[Weight],"")'
        f"+IF(COUNTIFS(tblPOV[ID],{own_id})=0,{used!r},0)"
    )
