"""The Live sheet: the Matrix in What-if order, coloured; it follows a changed weight at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from worker.contract import ON_COSINES, PointOfView, QuestionRanking, ScoreMode
from xl_addin.sheets import what_if
from xl_addin.sheets.matrix import CONTRAST_SUFFIX, contrast_header, fitting, texts_above
from xl_addin.sheets.row_cells import Cell, Cells, columns_of, filled
from xl_addin.sheets.what_if import own_cell
from xl_addin.workbook.columns import Column, Kind, Scale, Table
from xl_addin.workbook.formulas import column_reference
from xl_addin.workbook.port import AboveRow, Formula, TableContent

#: Cells of the sheet: it is a picture to look at, and computed anew with each weight.
_MOST_CELLS = 200_000
_ROW = "Matrix row"


@dataclass(frozen=True)
class LiveRow:
    """A place in the order of one question; formulas say which passage stands there now."""

    qid: str
    rank: int


def _of_matrix(header: str) -> Formula:
    """Read a column of the passage that stands here now."""
    return Formula(f"=INDEX({column_reference('tblMatrix', header)},{own_cell('tblLive', _ROW)})")


# Inside SUMPRODUCT, MATCH looks through what is computed for it in every Excel. An index row that
# is not found is an error here, and so in the whole row: better than another passage's numbers.
_FIND_ROW = Formula(
    f"=SUMPRODUCT(MATCH(1,(tblMatrix[QID]={own_cell('tblLive', 'QID')})"
    f"*(tblMatrix[{what_if.RANK}]={own_cell('tblLive', 'Rank now')}),0))"
)
_MOVE = Formula(f"={own_cell('tblLive', 'Rank')}-{own_cell('tblLive', 'Rank now')}")

#: The fixed first columns; two columns per point of view follow, coloured as on Matrix.
CELLS: Cells[LiveRow] = (
    (Column("QID", 7), lambda row: row.qid),
    (Column("Rank now", 7, "integer"), lambda row: row.rank),
    (Column("Rank", 7, "integer"), lambda _: _of_matrix("Rank")),
    (Column("Move", 8, "integer"), lambda _: _MOVE),
    (Column(what_if.SCORE, 10, "score"), lambda _: _of_matrix(what_if.SCORE)),
    (Column("Passage", 30), lambda _: _of_matrix("Passage")),
    (Column(_ROW, 9, "integer", hidden=True), lambda _: _FIND_ROW),
)

LIVE = Table(
    "tblLive",
    "Live",
    "Passages in What-if order",
    "The heatmap at the weights that stand on the POV sheet right now: change one and look. Rank "
    "is the place in the last run, Move how far the weights of now lift (+) or lower a passage. "
    "Plain formulas over Matrix: first the values that the score looks at, below their weights.",
    columns_of(CELLS),
    key=("QID", "Rank now"),
    family=CONTRAST_SUFFIX,
    frozen=2,
    optional=True,
)


def live_content(
    rankings: Sequence[QuestionRanking], povs: Sequence[PointOfView], score: ScoreMode
) -> TableContent:
    """Return what the Live table is to hold, with texts and weights above it."""
    if not rankings:
        return filled(LIVE, CELLS, ())
    shown = fitting(rankings, len(CELLS), _MOST_CELLS)
    ids = rankings[0].matrix.pov_ids
    cosines = [_pov_cell(pov_id, "similarity", "sequential") for pov_id in ids]
    contrasts = [_pov_cell(contrast_header(pov_id), "score", "diverging") for pov_id in ids]
    looked_at, others = (cosines, contrasts) if score in ON_COSINES else (contrasts, cosines)
    rows = [LiveRow(each.qid, chunk.rank) for each in shown for chunk in each.rows]
    upper, lower = _above([column.header for column, _ in looked_at], ids, povs)
    if len(shown) < len(rankings):
        said = f"The first {len(shown)} of {len(rankings)} questions"
        upper = replace(upper, values={"QID": said, **upper.values})
    return filled(LIVE, (*CELLS, *looked_at, *others), rows, (upper, lower))


def live_columns(headers: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns that a run wrote into a Live table with these headers."""
    ids = {header for header in headers if contrast_header(header) in headers}
    contrasts = {contrast_header(pov_id) for pov_id in ids}
    cells = [
        _pov_cell(header, "score", "diverging")
        if header in contrasts
        else _pov_cell(header, "similarity", "sequential")
        for header in headers
        if header in ids | contrasts
    ]
    return columns_of((*CELLS, *cells))


def _pov_cell(header: str, kind: Kind, scale: Scale) -> Cell[LiveRow]:
    return Column(header, 9, kind, scale=scale), lambda _: _of_matrix(header)


def _above(
    headers: Sequence[str], ids: Sequence[str], povs: Sequence[PointOfView]
) -> tuple[AboveRow, AboveRow]:
    """Return the rows over the header: texts of points of view, and their weights now."""
    texts = texts_above(povs)
    shown = [texts.get(pov_id) for pov_id in ids]
    weights = [
        Formula(f"=INDEX({what_if.WEIGHTS_NAME},1,{place})") for place in range(1, len(ids) + 1)
    ]
    upper = AboveRow(dict(zip(headers, shown, strict=True)))
    lower = AboveRow({"Passage": "Weight now", **dict(zip(headers, weights, strict=True))})
    return upper, lower
