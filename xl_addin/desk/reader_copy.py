"""What the button *Reader copy* does at once: results for readers, beside the open workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from worker.errors import WorkbookError
from xl_addin.report.reports import Targets, write_report
from xl_addin.workbook.file.file_book import FileBook


def reader_copy(path: Path, save_copy: Callable[[Path], None]) -> str:
    """Write a reader copy and a page of a workbook open in Excel; return in words where they are.

    :param path: its file.
    :param save_copy: writes it, as it is now, to a path.
    :raises InputError: if it has no results.
    :raises WorkbookError: if it was never saved, or a file cannot be written.
    """
    if not path.is_file():
        raise WorkbookError(
            "There is no place for a reader copy.",
            "The workbook was never saved, and its copy is written beside it.",
            "Save it first, then press Reader copy again.",
        )
    name = path.with_name(f"{path.stem} reader")
    targets = Targets(name.with_name(f"{name.name}.xlsx"), name.with_name(f"{name.name}.html"))
    with tempfile.TemporaryDirectory(prefix="bonsai-") as folder:
        now = Path(folder, path.name)
        save_copy(now)
        remarks = write_report(FileBook.open(now), path, targets)
    return "\n".join([f"For readers: '{name.name}.xlsx' and '{name.name}.html'.", *remarks])
