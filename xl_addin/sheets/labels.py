"""The Labels sheet: marks and notes of passages that the last ranking does not show.

They leave Ranked with their passage and come back with it. A mark on Ranked stands above one here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.cells import clean_text
from xl_addin.workbook.columns import YES_NO, Column, Table, user_column
from xl_addin.workbook.port import (
    CellValue,
    KeptCell,
    NotComputed,
    Row,
    RowValue,
    TableContent,
    WorkbookPort,
)
from xl_addin.workbook.table.user_cells import Key, row_key

_MARKS = ("Keep", "Note")

#: Columns of Ranked by those of Labels, which says ChunkID in other words: no sheet of plain cells
#: is to be taken for the other.
_FROM_RANKED = {"QID": "QID", "Passage ID": "ChunkID"} | {
    header: header for header in (*_MARKS, "Source", "Top POVs", "Chunk")
}

LABELS = Table(
    "tblLabels",
    "Labels",
    "Marks and notes of passages that are not on Ranked",
    "When a run drops a passage that you have marked or noted, your words wait here, and go back "
    "to Ranked when the passage does. Learn my taste, Evaluation and Answer count them as if they "
    "stood there. Delete a row to forget it.",
    (
        Column("QID", 7),
        Column("Passage ID", 22),
        user_column("Keep", 7, choices=YES_NO),
        user_column("Note", 26, "wrapped"),
        Column("Source", 36, "wrapped"),
        Column("Top POVs", 34, "wrapped"),
        Column("Chunk", 90, "wrapped"),
    ),
    key=("QID", "Passage ID"),
    optional=True,
)

#: Here a run moves marks and notes, too.
_COLUMNS = tuple(replace(column, owner="run") for column in LABELS.columns)
_MARK_COLUMNS = tuple(
    replace(column, owner="run") for column in RANKED.columns if column.header in _MARKS
)


@dataclass(frozen=True)
class Landed:
    """What became of the user's cells: rows without a place, and how many went to Labels."""

    lost: Sequence[Row]
    moved: int = 0


def land_ranked(book: WorkbookPort, ranked: TableContent) -> Landed:
    """Write the Ranked table, and move marks and notes between it and Labels.

    Labels is written before Ranked lets go of a mark, and let go of after Ranked has it: what
    breaks off in between can be done again, and nothing is lost.

    :raises WorkbookError: if a table cannot be read or written.
    """
    if not book.has_table(LABELS):
        return Landed(book.write_table(ranked))
    shown = {row_key(row, RANKED.key) for row in ranked.rows}
    leaving: dict[Key, Row] = {}  # of merged copies the first: the others' marks are told as lost
    for row in book.read_table(RANKED).rows:
        if (key := row_key(row.values, RANKED.key)) not in shown and any(_marks(row.values)):
            leaving.setdefault(key, row)
    if leaving:
        _write_labels(book, leaving, gone=())
    lost = book.write_table(ranked)
    _bring_back(book, ranked, shown)
    return Landed([*_without_marks(lost, leaving)], len(leaving))


def moved_note(count: int) -> str:
    """Say how many of the user's marks and notes have gone to Labels."""
    passages = "1 passage that is" if count == 1 else f"{count} passages that are"
    return (
        f"What you wrote beside {passages} no longer on Ranked waits on Labels, and comes back "
        "when they do."
    )


def _write_labels(book: WorkbookPort, arriving: Mapping[Key, Row], gone: Iterable[Key]) -> None:
    """Add rows of Ranked to Labels, in place of labels on the same passage; take others away."""
    dropped = {*arriving, *gone}
    staying = [
        _as_it_stands(row)
        for row in book.read_table(LABELS).rows
        if row_key(row.values, LABELS.key) not in dropped
    ]
    new = [
        {own: row.values.get(theirs) for own, theirs in _FROM_RANKED.items()}
        for row in arriving.values()
    ]
    book.write_table(TableContent(LABELS, [*staying, *new], _COLUMNS))


def _as_it_stands(row: Row) -> dict[str, RowValue]:
    kept = {header: KeptCell(row.number, row.values.get(header)) for header in _MARKS}
    return {**row.cells(LABELS.columns), **kept}


def _bring_back(book: WorkbookPort, ranked: TableContent, shown: set[Key]) -> None:
    """Put labels whose passage is on Ranked into its cells, where these are empty.

    A label stays where Ranked says something else in the same cell.
    """
    waiting = {
        key: row.values
        for row in book.read_table(LABELS).rows
        if (key := row_key(row.values, LABELS.key)) in shown
    }
    if not waiting:
        return
    stand = {row_key(row.values, RANKED.key): row for row in book.read_table(RANKED).rows}
    rows: list[dict[str, RowValue]] = []
    for values in ranked.rows:
        key = row_key(values, RANKED.key)
        own = stand.get(key)
        if own is None:
            rows.append(dict(values))
            continue
        rows.append({**_in_row(own, values), **_filled(own, waiting.get(key, {}))})
    book.write_table(replace(ranked, rows=rows, columns=(*ranked.run_columns, *_MARK_COLUMNS)))
    agreed = [key for key, label in waiting.items() if _agree(stand[key].values, label)]
    _write_labels(book, {}, gone=agreed)


def _in_row(row: Row, values: Mapping[str, RowValue]) -> dict[str, RowValue]:
    """Return values in which cells that are kept are those of the row as it stands now."""
    return {
        header: KeptCell(row.number, value.value) if isinstance(value, KeptCell) else value
        for header, value in values.items()
    }


def _filled(row: Row, label: Mapping[str, CellValue]) -> dict[str, RowValue]:
    """Return the marks of a row of Ranked: its own, and those of the label where it has none."""
    return {
        header: KeptCell(row.number, own)
        if _is_filled(own := row.values.get(header)) or not _is_filled(label.get(header))
        else label.get(header)
        for header in _MARKS
    }


def _agree(values: Mapping[str, CellValue], label: Mapping[str, CellValue]) -> bool:
    """Say whether nothing of a label is lost where these marks stand, or their cells are empty."""
    pairs = [(values.get(header), label.get(header)) for header in _MARKS]
    return all(
        not (_is_filled(own) and _is_filled(theirs)) or text_of(own) == text_of(theirs)
        for own, theirs in pairs
    )


def _without_marks(lost: Sequence[Row], moved: Mapping[Key, Row]) -> Iterator[Row]:
    """Yield rows of the user's with the cells that have no place on Labels either."""
    for row in lost:
        kept = moved.get(row_key(row.values, RANKED.key))
        if kept is None or kept.number != row.number:
            yield row
            continue
        rest = {name: value for name, value in row.values.items() if name not in _MARKS}
        if {*rest} - {*RANKED.key}:
            yield Row(row.number, rest)


def _marks(values: Mapping[str, CellValue]) -> list[str]:
    return [text_of(values.get(header)) for header in _MARKS]


def _is_filled(value: CellValue) -> bool:
    return isinstance(value, NotComputed) or text_of(value) != ""


def text_of(value: CellValue) -> str:
    """Return what stands in a cell as a text without blanks around it."""
    return "" if value is None else clean_text(str(value)).strip()
