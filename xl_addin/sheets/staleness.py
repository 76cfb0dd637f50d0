"""Staleness: which results in a workbook were made from other inputs than stand there now.

The same as the formulas of Ranked, Answers and Inputs say, for files that no Excel has computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.input_formulas import UNKNOWN
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.run_inputs import (
    INPUTS,
    QUESTIONS,
    RANKING,
    RunInput,
    changed_index,
    read_run_inputs,
)
from xl_addin.sheets.settings import SETTING_ROWS
from xl_addin.sheets.standing_inputs import StandingInputs, compared
from xl_addin.workbook.columns import Table, header_key
from xl_addin.workbook.port import CellValue, WorkbookPort
from xl_addin.workbook.table.user_cells import row_key

#: A result: the id of its question, and its output.
Result = tuple[str, str]


def stale_results(book: WorkbookPort) -> Mapping[Result, list[str]]:
    """Return the reasons for each stale result; the question's own comes first.

    :raises TableMissingError: if the workbook has no sheet of inputs.
    """
    inputs = read_run_inputs(book.read_table(INPUTS).rows)
    changes = _Changes.found(inputs, StandingInputs(book))
    return {
        result: reasons
        for result, run in _results(book).items()
        if (reasons := changes.reasons(run, *result))
    }


@dataclass(frozen=True)
class _Changes:
    """What has changed of each run: by question, and what counts for all of an output."""

    runs: frozenset[str]
    questions: Mapping[tuple[str, str], str]
    others: Sequence[tuple[RunInput, str]]

    @classmethod
    def found(cls, inputs: Sequence[RunInput], standing: StandingInputs) -> _Changes:
        changed = [(each, change) for each in inputs if (change := _change(each, inputs, standing))]
        return cls(
            frozenset(each.run for each in inputs),
            {(each.run, each.name): text for each, text in changed if each.what in QUESTIONS},
            [(each, text) for each, text in changed if each.what not in QUESTIONS],
        )

    def reasons(self, run: str, qid: str, output: str) -> list[str]:
        if not run:
            return []
        if run not in self.runs:
            return [UNKNOWN]
        own = self.questions.get((run, qid))
        others = [
            text for each, text in self.others if each.run == run and output in each.counts_for
        ]
        return [*([own] if own else []), *others]


def _results(book: WorkbookPort) -> Mapping[Result, str]:
    """Return the run of each result that stands in the workbook."""
    found: dict[Result, str] = {}
    for run, qid in _cells(book, RANKED, "Run", "QID"):
        found[qid, RANKING] = run
    for run, qid, mode in _cells(book, ANSWERS, "Run", "QID", "Mode"):
        found[qid, mode] = run
    return found


def _cells(book: WorkbookPort, table: Table, *headers: str) -> list[tuple[str, ...]]:
    data = book.find_table(table)
    return [row_key(row.values, headers) for row in data.rows] if data else []


def _change(each: RunInput, inputs: Sequence[RunInput], standing: StandingInputs) -> str:
    if each.what == "index":
        return changed_index(each)
    if each.what == "points of view":
        return _new_points_of_view(each, inputs, standing)
    if each.what == "setting":
        return _changed_setting(each, standing)
    place = standing.place(each)
    if each.what == "weight":
        now = standing.cell(each)
        same = place is None or _usual(each.used, "1") == _usual(now, "1")
        return "" if same else f"weight of {each.name}"
    what = "question" if each.what in QUESTIONS else f"point of view {each.name}"
    if place is None:
        return f"{what} left out"
    return "" if compared(each.used) == compared(standing.cell(each)) else what


def _changed_setting(each: RunInput, standing: StandingInputs) -> str:
    setting = next(row for row in SETTING_ROWS if header_key(row.name) == header_key(each.name))
    used, now = (_usual(cell, setting.default) for cell in (each.used, standing.cell(each)))
    if setting.ignores_case:
        used, now = used.lower(), now.lower()
    return "" if used == now else f"setting {each.name}"


def _new_points_of_view(
    each: RunInput, inputs: Sequence[RunInput], standing: StandingInputs
) -> str:
    kept = sum(
        other.run == each.run and other.what == "point of view" and bool(standing.place(other))
        for other in inputs
    )
    known = each.used if isinstance(each.used, int | float) else 0
    new = int(standing.povs_in_use - kept - known)
    if new < 1:
        return ""
    return "new point of view" if new == 1 else f"{new} new points of view"


def _usual(cell: CellValue, default: CellValue) -> str:
    return compared(cell) or compared(default)
