"""The QA sheet: questions with their answers, and what a person has made of them.

`Kept` is written by the run and the user's to flip: a row in which it is not what Reason says was
flipped. A row whose question or answer does not fit the hash in Written was edited. Both stay as
they are, whatever a later run makes of their passages, and so do rows that a person has added.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from worker.contract import QaPair
from xl_addin.sheets.edited_answers import fingerprint
from xl_addin.sheets.row_cells import Cells, columns_of, filled
from xl_addin.workbook.cells import clean_text
from xl_addin.workbook.columns import YES_NO, Column, Table, run_columns
from xl_addin.workbook.port import CellValue, KeptCell, Row, RowValue, TableContent
from xl_addin.workbook.table.user_cells import row_key

_YES, _NO = YES_NO
#: A cell holds 32,767 signs; the marks around texts and before their quotation marks take some.
_MOST_SIGNS = 32_000

CELLS: Cells[QaPair] = (
    (Column("ID", 26), lambda pair: pair.pair_id),
    (Column("Doc", 30, "wrapped"), lambda pair: pair.doc),
    (Column("Question", 50, "wrapped"), lambda pair: pair.question),
    (Column("Answer", 70, "wrapped"), lambda pair: pair.answer),
    (Column("Split", 11), lambda pair: pair.split),
    (Column("Kept", 7, choices=YES_NO), lambda pair: _YES if pair.kept else _NO),
    (Column("Reason", 40, "wrapped", says=True), lambda pair: _reason(pair)),
    (Column("Passage", 90, "wrapped"), lambda pair: pair.passage),
    (Column("ChunkID", 22), lambda pair: pair.chunk_id),
    (Column("Negatives", 14, hidden=True), lambda pair: _as_list(pair.negatives)),
    (Column("Written", 14, hidden=True), lambda pair: _mark(pair.question, pair.answer)),
)

QA = Table(
    "tblQA",
    "QA",
    "Questions and answers from your documents",
    "One row a pair; Reason says why one is not kept. Kept is yours to flip, and Question and "
    "Answer are yours to edit: rows that you have changed or added stay as you leave them. Only "
    "pairs with Kept = yes are exported. Split says which documents are for training; no passage "
    "of a document is on both sides.",
    columns_of(CELLS),
    key=("ID",),
    frozen=1,
)

#: What a person's row keeps of its own when its passage comes again.
_OWN = ("Question", "Answer", "Kept", "Reason", "Written")
_RUN_COLUMNS = run_columns(QA.columns)

QaRow = Mapping[str, RowValue]


def qa_content(pairs: Sequence[QaPair]) -> TableContent:
    """Return what a run gives to the QA table, in the order of `pairs`."""
    return filled(QA, CELLS, pairs)


def keep_own(new: Sequence[QaRow], old: Sequence[Row], *, is_whole: bool) -> list[QaRow]:
    """Return the rows that the table is to have: the new ones, and a person's own.

    Of a run that ended early (not `is_whole`), the old rows that it did not reach stay too. A row
    that stays is on the side of the split that its document is on now.
    """
    rows = {row_key(row, QA.key): row for row in new}
    splits = {row["Doc"]: row["Split"] for row in new}
    for row in old:
        key = row_key(row.values, QA.key)
        if is_own(row.values):
            key = key if any(key) else (f"row {row.number}",)
            rows[key] = _own_row(row, rows.get(key, {}), splits)
        elif not is_whole:
            rows.setdefault(key, row.cells(_RUN_COLUMNS))
    return [*rows.values()]


def is_own(values: Mapping[str, CellValue]) -> bool:
    """Say whether a person has flipped, edited or added a row of the table."""
    usual = _NO if _text(values.get("Reason")) else _YES
    is_flipped = _text(values.get("Kept")).lower() != usual
    return is_flipped or _mark(values.get("Question"), values.get("Answer")) != values.get(
        "Written"
    )


def is_kept(values: Mapping[str, CellValue]) -> bool:
    """Say whether the pair of a row belongs to the data set."""
    return _text(values.get("Kept")).lower() == _YES


def negatives_of(values: Mapping[str, CellValue]) -> tuple[str, ...]:
    """Return the negatives of a row; none if somebody has changed the cell."""
    try:
        texts = json.loads(_text(values.get("Negatives")) or "[]")
    except ValueError:
        return ()
    return tuple(map(str, texts)) if isinstance(texts, list) else ()


def _own_row(row: Row, new: QaRow, splits: Mapping[RowValue, RowValue]) -> QaRow:
    own = {header: KeptCell(row.number, row.values.get(header)) for header in _OWN}
    stands = row.cells(_RUN_COLUMNS)
    split = splits.get(stands["Doc"], stands["Split"])
    return {**stands, "Split": split, **new, **own}


def _reason(pair: QaPair) -> str:
    return f"{pair.filter}: {pair.reason}" if pair.reason else ""


def _as_list(texts: Sequence[str]) -> str:
    """Return texts as JSON, the first of them that a cell has room for."""
    kept = list(texts)
    while len(listed := json.dumps(kept, ensure_ascii=False)) > _MOST_SIGNS:
        kept.pop()
    return listed if kept else ""


def _mark(question: RowValue, answer: RowValue) -> str:
    return fingerprint(question) + fingerprint(answer)


def _text(value: CellValue) -> str:
    return "" if value is None else clean_text(str(value)).strip()
