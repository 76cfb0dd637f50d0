"""Answers that a person has edited: a new run leaves them alone and proposes its own beside them.

The workbook itself knows which they are, because it travels between machines: beside each answer
that was written stands, in the column Written, a short hash of its text. An Answer that does not
fit its hash is somebody's own. So is one without a hash, as in workbooks from before there was
that column: nobody can tell who wrote it, and a text proposed once too often costs a glance, a text
written over is gone. Who wants an answer written anew empties its cell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import get_args

from worker.contract import AnswerMode
from xl_addin.sheets.answers import ANSWERS
from xl_addin.workbook.cells import clean_text
from xl_addin.workbook.columns import run_columns
from xl_addin.workbook.port import CellValue, KeptCell, NotComputed, Row, RowValue
from xl_addin.workbook.table.user_cells import Key, row_key

_HASH_LENGTH = 12
_RUN_COLUMNS = run_columns(ANSWERS.columns)
_NOT_REACHED = "not in the last run"

AnswerRow = Mapping[str, RowValue]


def keep_edits(
    new: Sequence[AnswerRow], old: Sequence[Row], qids: Sequence[str], *, is_whole: bool
) -> list[AnswerRow]:
    """Return the rows that the table is to have, in the order of the questions and modes.

    Of the old rows those stay in which somebody has edited the answer; where a new answer has the
    same question and mode, it is proposed in that row. What the run did not reach stays at the end
    and says so, if somebody has edited it or given it a Verdict or Note; unless the run ended early
    (not `is_whole`): then all of it stays as it is, in its place.

    :param qids: the ids of the questions asked, in their order.
    """
    waiting = {_key(row): {**row, "Written": fingerprint(row["Answer"])} for row in new}
    reached = set(waiting)
    kept: list[AnswerRow] = []
    for row in old:
        key, edited = _key(row.values), is_edited(row.values)
        if key in reached:
            if edited:
                kept.append(_with_proposal(row, waiting.pop(key, None)))
        elif not is_whole:
            kept.append(_as_it_stands(row))
        elif edited or _is_judged(row.values):
            kept.append(_left_behind(row))
    asked: list[Key] = [(qid, mode) for qid in qids for mode in get_args(AnswerMode)]
    places = {key: place for place, key in enumerate(asked) if key in reached or not is_whole}
    rows = [*waiting.values(), *kept]
    return sorted(rows, key=lambda row: places.get(_key(row), len(asked)))


def keep_later_edits(restored: Sequence[AnswerRow], now: Sequence[Row]) -> list[AnswerRow]:
    """Return restored rows with the answers that somebody has edited since.

    Where a restored answer differs it is proposed beside the edited one. Edited answers whose
    question and mode are not among the restored rows stay at the end and say so.
    """
    edited = {_key(row.values): row for row in now if is_edited(row.values)}
    rows = [_with_later_edit(row, edited.pop(_key(row), None)) for row in restored]
    return [*rows, *map(_left_behind, edited.values())]


def is_edited(values: Mapping[str, CellValue]) -> bool:
    """Say whether the answer in a row of the table is somebody's own."""
    answer = values.get("Answer")
    return _has_text(answer) and fingerprint(answer) != (values.get("Written") or None)


def _is_judged(values: Mapping[str, CellValue]) -> bool:
    return any(_has_text(values.get(header)) for header in ("Verdict", "Note"))


def fingerprint(answer: RowValue) -> str:
    """Return a hash of a text as a cell holds it; numbers and the like, and no text, have none."""
    if not isinstance(answer, str) or not answer:
        return ""
    return hashlib.sha256(clean_text(answer).encode()).hexdigest()[:_HASH_LENGTH]


def _with_proposal(row: Row, given: AnswerRow | None) -> AnswerRow:
    """Return an edited row beside which the new answer stands, if there is one and it differs."""
    kept = {**_as_it_stands(row), "Support": _without_mark(row.values.get("Support"))}
    if given is None or not _has_text(given["Answer"]):
        return kept
    kept["Run"] = given.get("Run")  # whoever kept the answer has seen what this run makes of it
    proposal = _proposal(given, row.values.get("Question"))
    standing = _shown_text(row.values.get("Answer"))
    is_there = standing in (_shown_text(given["Answer"]), _shown_text(proposal))
    return {**kept, "Proposed": None if is_there else proposal}


def _with_later_edit(row: AnswerRow, edited: Row | None) -> AnswerRow:
    restored = row.get("Answer")
    if edited is None or _shown_text(edited.values.get("Answer")) == _shown_text(restored):
        return row
    answer = KeptCell(edited.number, edited.values.get("Answer"))
    proposed = restored if _has_text(restored) else None
    written = edited.values.get("Written")
    return {**row, "Answer": answer, "Written": written, "Proposed": proposed}


def _proposal(given: AnswerRow, question: CellValue) -> str:
    lines = [str(given["Answer"])]
    if _shown_text(question) != _shown_text(given["Question"]):
        lines.append(f"Asked: {given['Question']}")
    if given["Citations"]:
        lines.append("From " + ", ".join(str(given["Citations"]).splitlines()))
    return "\n".join(lines)


def _left_behind(row: Row) -> AnswerRow:
    """Return a row of somebody's that says that nobody asked its question in the last run."""
    rest = _without_mark(row.values.get("Support"))
    support = f"{_NOT_REACHED}\n{rest}" if rest else _NOT_REACHED
    return {**_as_it_stands(row), "Support": support}


def _without_mark(support: CellValue) -> str:
    return _shown_text(support).removeprefix(_NOT_REACHED).lstrip()


def _as_it_stands(row: Row) -> AnswerRow:
    """Return a row in which the answer's cell is kept, with whatever a person has put there."""
    return {**row.cells(_RUN_COLUMNS), "Answer": KeptCell(row.number, row.values.get("Answer"))}


def _key(values: Mapping[str, RowValue]) -> Key:
    return row_key(values, ANSWERS.key)


def _has_text(value: RowValue) -> bool:
    return isinstance(value, NotComputed) or _shown_text(value) != ""


def _shown_text(value: RowValue) -> str:
    return "" if value is None else clean_text(str(value)).strip()
