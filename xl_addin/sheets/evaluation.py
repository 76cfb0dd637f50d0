"""The sheets Evaluation and By question: the orders of passages measured against Keep marks.

All of it is plain formulas, so that it follows a mark at once. A passage with Keep = yes is
relevant, any other is not; marks that wait on Labels count as passages that nothing found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from worker.contract import AnswerMode
from xl_addin.sheets.answers import ANSWERS, VERDICTS
from xl_addin.sheets.labels import LABELS
from xl_addin.sheets.ranked import CLASSIC_RANK, RANKED
from xl_addin.sheets.row_cells import Cell, Cells, columns_of, filled
from xl_addin.sheets.what_if import own_cell
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.port import AboveRow, Formula, RowValue, TableContent, WorkbookPort

#: How many passages a person looks at.
_DEPTH = 10
#: Each measured order, and the column of Ranked that has its ranks.
_ORDERS = {"SEXY": "Rank", "classic": CLASSIC_RANK, "similarity": "QueryRank"}
_NDCG, _RECALL = f"nDCG@{_DEPTH}", f"Recall@{_DEPTH}"
#: Rows of Ranked times questions: each mark has all of them compared anew, in a second or two.
_MOST_COMPARED = 5_000_000

_MARKED = "Keep = yes"
_QID, _YES = own_cell("tblByQuestion", "QID"), own_cell("tblByQuestion", _MARKED)
_PLACES = range(1, _DEPTH + 1)
_BEST = (
    f"SUMPRODUCT(({{{','.join(map(str, _PLACES))}}}<={_YES})"
    f"/LOG({{{','.join(str(place + 1) for place in _PLACES)}}},2))"
)


def _is(column: str, word: str) -> str:
    """Say in a formula in which rows a word stands, however written; error values are no word."""
    return f'ISNUMBER(MATCH(TRIM({column}),{{"{word}"}},0))'


_OF_QUESTION = f"(tblRanked[QID]={_QID})"
_KEPT = f"{_OF_QUESTION}*{_is('tblRanked[Keep]', 'yes')}"
_ALL_KEPT = Formula(
    f"=SUMPRODUCT({_KEPT})+SUMPRODUCT((tblLabels[QID]={_QID})*{_is('tblLabels[Keep]', 'yes')})"
)


def _found(ranks: str) -> str:
    """Return which of a question's kept passages are among the first, in a formula."""
    return f"{_KEPT}*({ranks}>0)*({ranks}<={_DEPTH})"


def _ndcg(order: str) -> Formula:
    ranks = f"tblRanked[{_ORDERS[order]}]"
    gained = f"SUMPRODUCT({_found(ranks)}/LOG({ranks}+1+({ranks}=0),2))"
    return Formula(f'=IF({_YES}=0,"",{gained}/{_BEST})')


def _recall(order: str) -> Formula:
    ranks = f"tblRanked[{_ORDERS[order]}]"
    return Formula(f'=IF({_YES}=0,"",SUMPRODUCT({_found(ranks)})/{_YES})')


_MEASURES = {_NDCG: _ndcg, _RECALL: _recall}


@dataclass(frozen=True)
class AskedQuestion:
    """A question that has passages on Ranked."""

    qid: str
    text: str


def _measured(measure: str, order: str) -> Cell[AskedQuestion]:
    formula = _MEASURES[measure](order)
    return Column(f"{measure} {order}", 12, "score", scale="sequential"), lambda _: formula


QUESTION_CELLS: Cells[AskedQuestion] = (
    (Column("QID", 7), lambda question: question.qid),
    (Column("Question", 50, "wrapped"), lambda question: question.text),
    (Column(_MARKED, 8, "integer"), lambda _: _ALL_KEPT),
    *(_measured(measure, order) for measure in _MEASURES for order in _ORDERS),
)

BY_QUESTION = Table(
    "tblByQuestion",
    "By question",
    "Three orders of passages against your Keep marks, question by question",
    f"For questions with at least one Keep = yes. {_NDCG} is 1 where the passages that you keep "
    f"stand first; {_RECALL} is the part of them that is among the first {_DEPTH}. It differs "
    f"between the orders only where more than {_DEPTH} passages are ranked.",
    columns_of(QUESTION_CELLS),
    key=("QID",),
    frozen=2,
    optional=True,
)


@dataclass(frozen=True)
class EvaluationLine:
    """A number with its interval, where it has one, and what it was counted over."""

    measure: str
    of: str
    value: Formula
    low: Formula | None
    high: Formula | None
    counted: Formula


CELLS: Cells[EvaluationLine] = (
    (Column("Measure", 18), lambda line: line.measure),
    (Column("Of", 22), lambda line: line.of),
    (Column("Value", 10, "score"), lambda line: line.value),
    (Column("CI low", 10, "score"), lambda line: line.low),
    (Column("CI high", 10, "score"), lambda line: line.high),
    (Column("Counted", 10, "integer"), lambda line: line.counted),
)

EVALUATION = Table(
    "tblEvaluation",
    "Evaluation",
    "What your marks and verdicts say",
    "Means over questions with at least one Keep = yes, and their 95 % intervals (Student's t over "
    "questions, from two on): SEXY is the order of Ranked, classic that of the Euclidean norm, "
    "similarity the one in which the question found the passages. You have marked what SEXY "
    "showed you: passages that it hid are not counted. Verdicts: the part of those of a mode, and "
    "how many. It follows a mark at once, without a run.",
    columns_of(CELLS),
    key=("Measure", "Of"),
    frozen=2,
    optional=True,
)


#: The columns that formulas read, and that no run brings back where they are gone.
_READ = {RANKED: ("Keep",), LABELS: ("QID", "Keep"), ANSWERS: ("Mode", "Verdict")}


def land_evaluation(book: WorkbookPort, ranked: Sequence[Mapping[str, RowValue]]) -> list[str]:
    """Write By question and Evaluation, where the workbook has them; return what to say of it.

    A formula that reads a column which is gone would damage the workbook, so none is written then.

    :param ranked: the rows of Ranked.
    :raises WorkbookError: if the workbook cannot take the rows.
    """
    if not all(book.has_table(table) for table in (BY_QUESTION, EVALUATION, *_READ)):
        return []
    for table, needed in _READ.items():
        if missing := sorted({*needed} - {*book.read_table(table).headers}):
            return [
                f"{EVALUATION.sheet} was left as it was: the sheet {table.sheet} has no column "
                f"{' or '.join(missing)} any more. Put it back, and run again."
            ]
    book.write_table(by_question_content(ranked))
    book.write_table(evaluation_content())
    return []


def by_question_content(rows: Sequence[Mapping[str, RowValue]]) -> TableContent:
    """Return what By question is to hold, from the rows of Ranked."""
    asked = {str(row["QID"]): str(row["Question"] or "") for row in rows}
    questions = [AskedQuestion(qid, text) for qid, text in asked.items()]
    most = max(1, _MOST_COMPARED // max(1, len(rows)))
    above: tuple[AboveRow, ...] = ()
    if len(questions) > most:
        said = f"The first {most} of {len(questions)} questions: more take too long to compute"
        above = (AboveRow({"QID": said}),)
    return filled(BY_QUESTION, QUESTION_CELLS, questions[:most], above)


def evaluation_content() -> TableContent:
    """Return what Evaluation is to hold."""
    return filled(EVALUATION, CELLS, [*_measures(), *_verdicts()])


def _measures() -> Iterator[EvaluationLine]:
    for measure in _MEASURES:
        for order in _ORDERS:
            column = f"tblByQuestion[{measure} {order}]"
            half = f"STDEV({column})"
            yield _line(measure, order, column, f"AVERAGE({column})", half, lowest=0)
        sexy, similarity = (f"tblByQuestion[{measure} {order}]" for order in ("SEXY", "similarity"))
        # STDEV of the differences: there is no column of these.
        apart = f"VARP({sexy})+VARP({similarity})-2*COVAR({sexy},{similarity})"
        spread = f"SQRT(MAX(0,{apart})*COUNT({sexy})/(COUNT({sexy})-1))"
        change = f"AVERAGE({sexy})-AVERAGE({similarity})"
        yield _line(measure, "SEXY less similarity", sexy, change, spread, lowest=-1)


def _line(
    measure: str, of: str, column: str, mean: str, deviation: str, lowest: int
) -> EvaluationLine:
    """Return a mean over questions; its interval stays within what the measure can be."""
    count = f"COUNT({column})"
    half = f"TINV(0.05,{count}-1)*{deviation}/SQRT({count})"
    return EvaluationLine(
        measure,
        of,
        Formula(f'=IF({count}=0,"",{mean})'),
        Formula(f'=IF({count}<2,"",MAX({lowest},{mean}-{half}))'),
        Formula(f'=IF({count}<2,"",MIN(1,{mean}+{half}))'),
        Formula(f"={count}"),
    )


def _verdicts() -> Iterator[EvaluationLine]:
    for mode in get_args(AnswerMode):
        given = {
            verdict: f'SUMPRODUCT((tblAnswers[Mode]="{mode}")'
            f"*{_is('tblAnswers[Verdict]', verdict)})"
            for verdict in VERDICTS
        }
        total = "+".join(given.values())
        for verdict, count in given.items():
            share = Formula(f'=IF({total}=0,"",{count}/({total}))')
            yield EvaluationLine(
                f"Verdict {verdict}", mode, share, None, None, Formula(f"={count}")
            )
