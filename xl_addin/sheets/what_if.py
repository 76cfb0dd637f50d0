"""What-if: the worker's scores and order as plain formulas over cells of the Matrix sheet.

They follow worker/scoring/score_modes.py and emphasis.py, for every score and every SEXY share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from worker.contract import HALF_CENTRED, NO_SPREAD, ScoreMode
from xl_addin.workbook.formulas import escaped
from xl_addin.workbook.port import Formula

#: The column between cosines and contrast values: what of each row's mean is taken off.
ROW_MEAN = "Row mean"
#: Columns that What-if ranks go by; the mix is empty where the SEXY share is 1. Relevance is in
#: units of its deviation among the passages of the question.
SCORE, RANK = "What-if", "What-if rank"
MIX, QUERY_RANK, RELEVANCE = "What-if mix", "QueryRank", "Relevance"
#: Names of cells above the matrix: live weights and usual cosines with their deviations, one for
#: each point of view; the effective number of these, and the unit of contrast values.
WEIGHTS_NAME, MEANS_NAME, DEVIATIONS_NAME = "MatrixWeights", "MatrixMeans", "MatrixDeviations"
NUMBER_NAME, UNIT_NAME = "MatrixNumber", "MatrixUnit"

# {s} cosines of the row, {w} weights, {v} the values that a score looks at.
_SIZE = f"SUMPRODUCT(ABS({WEIGHTS_NAME}))"
_TAKEN_OFF = (
    f"=IF({_SIZE}=0,0,SUMPRODUCT(ABS({WEIGHTS_NAME})/{_SIZE}*({{s}}-{MEANS_NAME}))"
    f"*{NUMBER_NAME}/({NUMBER_NAME}+{HALF_CENTRED}))"
)
_OWN_MEAN = f"INDEX({MEANS_NAME},COLUMN()-COLUMN({MEANS_NAME})+1)"
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

#: The effective number of points of view, and the unit of contrast values.
NUMBER = Formula(f"=IF({_SIZE}=0,0,1/SUMPRODUCT(({WEIGHTS_NAME}/{_SIZE})^2))")
UNIT = Formula(
    f"=IF({_SIZE}=0,1,SQRT(SUMPRODUCT(ABS({WEIGHTS_NAME})/{_SIZE}*{DEVIATIONS_NAME}^2)))"
)


def row_mean(pov_ids: Sequence[str]) -> Formula:
    """Return what is taken off the cosines of a row."""
    return Formula(_TAKEN_OFF.format(s=_row_of(pov_ids)))


def contrast(pov_id: str) -> Formula:
    """Return the contrast value of a row for the point of view over its own column."""
    mean = own_cell("tblMatrix", ROW_MEAN)
    return Formula(f"=({own_cell('tblMatrix', pov_id)}-{_OWN_MEAN}-{mean})/{UNIT_NAME}")


def score(mode: ScoreMode, headers: Sequence[str]) -> Formula:
    """Return the score of a row from the columns of these headers."""
    return Formula(_WHAT_IF[mode].format(w=WEIGHTS_NAME, v=_row_of(headers)))


def mix(sexy_share: float) -> Formula:
    """Return what a row is ordered by if its similarity to the question counts too."""
    own, count = own_cell("tblMatrix", SCORE), f"SUMPRODUCT({_OF_QUESTION}*1)"
    mean = f"SUMPRODUCT({_OF_QUESTION}*tblMatrix[{SCORE}])/{count}"
    deviation = f"SQRT(SUMPRODUCT({_OF_QUESTION}*(tblMatrix[{SCORE}]-{mean})^2)/{count})"
    standing = f"IF({deviation}>{NO_SPREAD!r},({own}-{mean})/{deviation},0)"
    relevance = own_cell("tblMatrix", RELEVANCE)
    return Formula(f"={1 - sexy_share!r}*{relevance}+{sexy_share!r}*{standing}")


def rank(by: str) -> Formula:
    """Return the place of a row in its question by a column; equal ones keep the order found.

    COUNTIFS would compare with 15 digits of the number, and so with less than itself.
    """
    column, own = f"tblMatrix[{by}]", own_cell("tblMatrix", by)
    earlier = f"(tblMatrix[{QUERY_RANK}]<{own_cell('tblMatrix', QUERY_RANK)})"
    return Formula(f"=SUMPRODUCT({_OF_QUESTION}*(({column}>{own})+({column}={own})*{earlier}))+1")


def weight_now(pov_id: str, used: float) -> str:
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


def own_cell(table: str, header: str) -> str:
    """Return a reference to the cell of this column in a formula's own row."""
    return f"{table}[[#This Row],[{escaped(header)}]]"


def _row_of(headers: Sequence[str]) -> str:
    """Return a reference to these columns of a formula's own row."""
    return f"tblMatrix[[#This Row],[{escaped(headers[0])}]:[{escaped(headers[-1])}]]"


_OF_QUESTION = f"(tblMatrix[QID]={own_cell('tblMatrix', 'QID')})"
