"""Restore: the sheets that runs fill become what they were before the last write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from worker.errors import WorkbookError, WorkbookLockedError
from xl_addin.jobs import EXCEL_JOBS
from xl_addin.jobs.base import new_run_id
from xl_addin.jobs.open_book import OpenBook
from xl_addin.jobs.snapshots import snapshots_of_open
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.edited_answers import keep_later_edits
from xl_addin.sheets.heatmap import HEATMAP
from xl_addin.sheets.labels import LABELS, land_ranked
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.live import LIVE, live_columns
from xl_addin.sheets.matrix import MATRIX, matrix_columns
from xl_addin.sheets.qa import QA, keep_own
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.regression import REGRESSION
from xl_addin.sheets.run_inputs import INPUTS
from xl_addin.sheets.translations import with_later_translations, with_translation_columns
from xl_addin.sheets.tuned_ranks import TUNED_RANKS
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.file.disk import check_writable, read_bytes, replace_bytes
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.snapshots import Snapshot, Snapshots
from xl_addin.workbook.port import KeptCell, Row, RowValue, TableContent, WorkbookPort
from xl_addin.workbook.table.user_cells import Key, row_key

#: The sheets that are put back: all that jobs fill, and what they were made from. Labels is not:
#: it holds a person's words, which follow the passages that are put back.
_FILLED = dict.fromkeys(sheet for job in EXCEL_JOBS for sheet in job.sheets)
_OUTPUTS = (*(sheet for sheet in _FILLED if sheet is not LABELS), INPUTS, LAST_RUN)
_PICTURED = (HEATMAP, REGRESSION, TUNED_RANKS)

#: The columns of tables that have some for each point of view, from the headers of then.
_FAMILIES: Mapping[str, Callable[[Sequence[str]], Sequence[Column]]] = {
    MATRIX.name: matrix_columns,
    LIVE.name: live_columns,
}
#: What a person has done to the rows of a table since stays, by what keeps it.
_LATER_WORK: Mapping[str, Callable[[TableContent, Sequence[Row]], Sequence[Mapping[str, RowValue]]]]
_LATER_WORK = {
    ANSWERS.name: lambda content, now: keep_later_edits(content.rows, now),
    QA.name: lambda content, now: keep_own(content.rows, now, is_whole=True),
}


@dataclass
class Restored:
    """What came of it.

    `seconds` is when the state was left that is back, in seconds since 1970. `exact` says that the
    file is that of then, to the byte. `lost` are the user's cells whose row is gone, and `notes`
    what could not be put back.
    """

    seconds: float
    exact: bool = False
    lost: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def last_snapshot(path: Path, home: Path) -> Snapshot:
    """Return the last state of a closed workbook that differs from what it is now.

    :raises WorkbookError: if there is none, or the workbook cannot be read.
    :raises StoreError: if the snapshots cannot be read.
    """
    snapshots = Snapshots(home, path.absolute())
    found = snapshots.newest_unlike(read_bytes(path))
    if found is None:
        raise _none(path, snapshots)
    return found


def last_snapshot_of_open(path: Path, home: Path) -> Snapshot:
    """Return the last state of a workbook that is open in Excel.

    :raises WorkbookError: if there is none.
    :raises StoreError: if the snapshots cannot be read.
    """
    snapshots = snapshots_of_open(home, path)
    for newest in snapshots.all()[-1:]:
        return newest
    raise _none(path, snapshots)


def restore_file(path: Path, home: Path) -> Restored:
    """Put back what a closed workbook was before the last write; once more takes that back.

    If nobody has saved it since, the file itself is put back. Else the tables and pictures of runs
    are, and everything else in it stays.

    :raises WorkbookLockedError: if it may not be written now.
    :raises WorkbookError: if there is nothing to restore, or a table cannot take it.
    :raises StoreError: if the present state could not be kept.
    """
    snapshot, now = last_snapshot(path, home), read_bytes(path)
    check_writable(path)
    restored = Restored(snapshot.seconds, exact=snapshot.was_replaced_by(now))
    content = read_bytes(snapshot.path)
    if not restored.exact:
        book = FileBook.open(path)
        put_back(book, FileBook.open(snapshot.path), restored)
        content = book.content()
    Snapshots(home, path.absolute()).keep(now, content, path.suffix.lower(), most=None)
    replace_bytes(path, content)
    return restored


def restore_open(book: OpenBook, home: Path) -> Restored:
    """Put back what a workbook open in Excel was before the last write; it is not saved.

    :raises WorkbookError: if there is nothing to restore, or a table cannot take it.
    :raises StoreError: if the present state could not be kept.
    """
    path = book.path
    snapshot = last_snapshot_of_open(path, home)
    then, restored = FileBook.open(snapshot.path), Restored(snapshot.seconds)
    snapshots, run_id = snapshots_of_open(home, path), new_run_id()
    snapshots.keep_copy(book.save_copy, path.suffix.lower(), None, run_id)
    put_back(book, then, restored)
    return restored


def put_back(book: WorkbookPort, then: FileBook, restored: Restored) -> None:
    """Write the tables and pictures that runs had filled; what has no place is noted.

    :raises WorkbookError: if a table cannot take its rows.
    """
    for sheet in _OUTPUTS:
        if isinstance(sheet, Table) and then.has_table(sheet):
            if book.has_table(sheet):
                restored.lost += _put_back_table(book, then, sheet)
            else:
                restored.notes.append(f"{sheet.name} is not restored: the table is not there.")
    for pictured in _PICTURED:
        pictures = then.pictures(pictured.sheet)
        try:
            book.put_pictures(pictured.sheet, pictures)
        except WorkbookLockedError:
            raise
        except WorkbookError as error:
            if pictures:
                restored.notes.append(f"The pictures of {pictured.sheet} are not there. {error}")


def _put_back_table(book: WorkbookPort, then: FileBook, table: Table) -> Sequence[Row]:
    """Restore one table, and return the user's cells of rows that are gone."""
    before, now = then.read_table(table), book.read_table(table)
    family = _FAMILIES.get(table.name)
    columns = family(before.headers) if family else with_translation_columns(table, before, now)
    content = with_later_translations(then.table_content(table, columns), now.rows)
    if table is RANKED and book.has_table(LABELS):
        return land_ranked(book, content).lost
    if table.name in _LATER_WORK:
        content = replace(content, rows=_LATER_WORK[table.name](content, now.rows))
    own = [c.header for c in columns if c.owner == "user" and c.header in now.headers]
    past, there = _by_key(table, before.rows), _by_key(table, now.rows)
    gone = [row for key, rows in past.items() if key not in there for row in rows]
    if not any(_filled(row, own) for row in gone):
        return book.write_table(content)  # the user's cells follow their rows
    rows = [
        {**row, **_own_cells(row_key(row, table.key), own, past, there)} for row in content.rows
    ]
    written = [replace(c, owner="run") for c in columns if c.owner == "run" or c.header in own]
    book.write_table(replace(content, rows=rows, columns=written))
    left = [row for rows in there.values() for row in rows if _filled(row, own)]
    return [Row(row.number, {h: row.values.get(h) for h in (*table.key, *own)}) for row in left]


def _own_cells(
    key: Key,
    own: Sequence[str],
    past: Mapping[Key, list[Row]],
    there: Mapping[Key, list[Row]],
) -> Mapping[str, RowValue]:
    """Return the user's cells of a restored row: as they stand now, else as they stood then."""
    old, current = _taken(past, key), _taken(there, key)
    if current is not None:
        return {h: KeptCell(current.number, current.values.get(h)) for h in own}
    return {h: old.values.get(h) for h in own} if old is not None else {}


def _by_key(table: Table, rows: Sequence[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault(row_key(row.values, table.key), []).append(row)
    return found


def _taken(rows: Mapping[Key, list[Row]], key: Key) -> Row | None:
    waiting = rows.get(key)
    return waiting.pop(0) if waiting else None


def _filled(row: Row, headers: Sequence[str]) -> bool:
    return any(row.values.get(header) not in (None, "") for header in headers)


def _none(path: Path, snapshots: Snapshots) -> WorkbookError:
    return WorkbookError(
        f"There is nothing to restore in {path.name}.",
        f"No other state of it is kept in {snapshots.folder}: a workbook has its snapshots on the "
        "machine and under the name that it was run with.",
        "Each run keeps one, unless 'Snapshots up to' on the Settings sheet is too small for it.",
    )
