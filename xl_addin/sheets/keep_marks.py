"""The Keep marks of the Ranked sheet, as labels to learn from."""

from __future__ import annotations

from worker.contract import Label
from worker.errors import InputError
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.cells import clean_text
from xl_addin.workbook.columns import YES_NO
from xl_addin.workbook.port import CellValue, WorkbookPort

_YES, _NO = YES_NO


def read_labels(port: WorkbookPort) -> tuple[Label, ...]:
    """Return what the user said of ranked passages; rows without a mark say nothing.

    :raises InputError: if no row has one.
    """
    data = port.find_table(RANKED)
    marked = [(row, _text(row.values.get("Keep")).lower()) for row in (data.rows if data else ())]
    labels = tuple(
        Label(
            qid=_text(row.values.get("QID")),
            chunk_id=chunk_id,
            source=_text(row.values.get("Source")),
            liked=mark == _YES,
        )
        for row, mark in marked
        if mark in YES_NO and (chunk_id := _text(row.values.get("ChunkID")))
    )
    if not labels:
        raise InputError(
            f"No passage is marked in {port.name}.",
            "A taste is learnt from the column Keep of the sheet Ranked: all of it is empty.",
            "Run Rank, set Keep to yes for passages that you like, and learn again; ten of several "
            "documents are a good beginning.",
        )
    return labels


def _text(value: CellValue) -> str:
    return "" if value is None else clean_text(str(value)).strip()
