"""The Keep marks of the sheets Ranked and Labels, as labels to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from worker.contract import Label
from worker.errors import InputError
from xl_addin.sheets.labels import LABELS, text_of
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.columns import YES_NO
from xl_addin.workbook.port import TableData, WorkbookPort

_YES, _NO = YES_NO


@dataclass(frozen=True)
class Mark:
    """What the user said of one passage for one question."""

    qid: str
    chunk_id: str
    source: str
    text: str
    top_povs: str
    liked: bool


def read_marks(port: WorkbookPort) -> tuple[Mark, ...]:
    """Return each mark once; one on Ranked stands above one on Labels.

    :raises WorkbookError: if a table is there and cannot be read.
    """
    ranked, labels = port.find_table(RANKED), port.find_table(LABELS)
    marks: dict[tuple[str, str], Mark] = {}
    for mark in (*_marks(ranked, "ChunkID"), *_marks(labels, "Passage ID")):
        marks.setdefault((mark.qid, mark.chunk_id), mark)
    return tuple(marks.values())


def read_labels(port: WorkbookPort) -> tuple[Label, ...]:
    """Return what the user said of ranked passages; rows without a mark say nothing.

    :raises InputError: if no row has one.
    """
    labels = tuple(
        Label(qid=mark.qid, chunk_id=mark.chunk_id, source=mark.source, liked=mark.liked)
        for mark in read_marks(port)
    )
    if not labels:
        raise InputError(
            f"No passage is marked in {port.name}.",
            "A taste is learnt from the column Keep of the sheet Ranked: all of it is empty.",
            "Run Rank, set Keep to yes for passages that you like, and learn again; ten of several "
            "documents are a good beginning.",
        )
    return labels


def _marks(data: TableData | None, id_column: str) -> Iterator[Mark]:
    for row in data.rows if data else ():
        cell = {header: text_of(value) for header, value in row.values.items()}
        said, chunk_id = cell.get("Keep", "").lower(), cell.get(id_column, "")
        if said in YES_NO and chunk_id:
            yield Mark(
                qid=cell.get("QID", ""),
                chunk_id=chunk_id,
                source=cell.get("Source", ""),
                text=cell.get("Chunk", ""),
                top_povs=cell.get("Top POVs", ""),
                liked=said == _YES,
            )
