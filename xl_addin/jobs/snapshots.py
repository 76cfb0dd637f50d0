"""Snapshots of a workbook before results are written: made unasked, and never in a run's way."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from worker.errors import BonsaiError, WorkbookError, WorkbookLockedError
from xl_addin.jobs.open_book import OpenBook
from xl_addin.sheets.inputs import read_settings
from xl_addin.sheets.settings.workbook import SNAPSHOTS
from xl_addin.workbook.file.disk import read_bytes
from xl_addin.workbook.file.file_book import BeforeWriting
from xl_addin.workbook.file.snapshots import Snapshots
from xl_addin.workbook.port import WorkbookPort

_MEGABYTE = 1_000_000


def keeping(home: Path, book: WorkbookPort, notes: list[str]) -> BeforeWriting:
    """Return what keeps a file before it is replaced; what stands in the way is noted.

    :param home: the folder of all that BONSAI keeps.
    :param book: the workbook whose settings say how much is kept.
    """
    most = _most(book)

    def keep(path: Path, content: bytes) -> None:
        if not (most and path.exists()):
            return
        try:
            snapshots = Snapshots(home, path.absolute())
            snapshots.keep(read_bytes(path), content, path.suffix.lower(), most)
        except BonsaiError as error:
            notes.append(_note(error))

    return keep


def keep_open(home: Path, book: OpenBook, run_id: str, notes: list[str]) -> None:
    """Keep a workbook that is open in Excel, as it is now; what stands in the way is noted.

    :param run_id: the run that is about to land in it.
    :raises WorkbookLockedError: if Excel is busy.
    """
    most = _most(book)
    if not most:
        return
    try:
        path = book.path
        snapshots = snapshots_of_open(home, path)
        snapshots.keep_copy(book.save_copy, path.suffix.lower(), most, run_id)
    except WorkbookLockedError:
        raise
    except BonsaiError as error:
        notes.append(_note(error))


def snapshots_of_open(home: Path, path: Path) -> Snapshots:
    """Return the snapshots of a workbook that is open in Excel.

    :raises WorkbookError: if it was never saved, so that nothing tells it from others.
    """
    if not path.suffix:
        raise WorkbookError(
            f"'{path.name}' has no snapshots.",
            "It was never saved, so it has no name that lasts.",
            "Save it once in Excel (File, Save As).",
        )
    return Snapshots(home, path)


def _most(book: WorkbookPort) -> int:
    """Return how many bytes snapshots may have; settings that cannot be read do not matter here."""
    megabytes = int(SNAPSHOTS.default)
    with suppress(BonsaiError):
        megabytes = read_settings(book)[SNAPSHOTS]
    return megabytes * _MEGABYTE


def _note(error: BonsaiError) -> str:
    return f"This run cannot be taken back: {error}"
