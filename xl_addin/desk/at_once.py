"""What a button does at once, without a job: compare, restore, a copy for readers, the doctor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from xl_addin.desk.reader_copy import reader_copy
from xl_addin.doctor.finding import SIGNS, count
from xl_addin.jobs.compare import changes_since, counted, write_changes
from xl_addin.jobs.landing import lost_note
from xl_addin.jobs.open_book import OpenBook
from xl_addin.jobs.restore import last_snapshot_of_open, restore_open
from xl_addin.sheets.job_sheet import clock
from xl_addin.workbook.file.file_book import FileBook


def compare(book: OpenBook, home: Path) -> str:
    """Fill Changes with what differs from the state before the last write; return that in words.

    :raises WorkbookError: if there is no such state, or the sheet cannot be written.
    :raises StoreError: if the snapshots cannot be read.
    """
    snapshot = last_snapshot_of_open(book.path, home)
    changes = changes_since(FileBook.open(snapshot.path), book)
    write_changes(book, changes)
    return f"Since {clock(snapshot.seconds)}: {counted(changes)}."


def restore(book: OpenBook, home: Path) -> str:
    """Put back the results of before the last write; return in words what came of it.

    :raises WorkbookError: if there is nothing to restore, or a table cannot take it.
    :raises StoreError: if the present state could not be kept.
    """
    restored = restore_open(book, home)
    words = f"The results are as they were until {clock(restored.seconds)}."
    return "\n".join([words, *restored.notes, *map(lost_note, restored.lost)])


def doctor(book: OpenBook, _home: Path) -> str:
    """Examine this machine, its settings and the workbook as it was saved; say what is not right.

    It takes some seconds, ten at most.
    """
    from xl_addin.doctor.examination import examine_this_machine

    placed = examine_this_machine(book.path if book.path.is_file() else None)
    lines = [f"Doctor: {count(placed)}."]
    for finding in (one.finding for one in placed if one.finding.mark != "good"):
        parts = (finding.what, finding.why, finding.next_step)
        lines.append(f"{SIGNS[finding.mark]} {' '.join(filter(None, parts))}")
    return "\n".join(lines)


AT_ONCE: Mapping[str, Callable[[OpenBook, Path], str]] = {
    "compare": compare,
    "restore": restore,
    "reader_copy": lambda book, _home: reader_copy(book.path, book.save_copy),
    "doctor": doctor,
}

#: Those that change no results, so that a job may run meanwhile.
ANY_TIME = frozenset({"doctor"})
