"""A workbook file on the disk: reading it, its locks, and its replacement in one step."""

from __future__ import annotations

import os
from pathlib import Path

from worker.errors import WorkbookError, WorkbookLockedError
from worker.small_files import replace_output

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

Stamp = tuple[int, int]


def read_bytes(path: Path) -> bytes:
    """Return the content of a workbook file.

    :raises WorkbookLockedError: if it may not be read.
    :raises WorkbookError: if it is missing, a folder, encrypted, or an old .xls.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise WorkbookError(
            f"There is no workbook '{path.name}'.",
            f"Nothing was found at {path.absolute()}.",
            "Check the spelling, or make one with: bonsai new FILE.xlsx",
        ) from None
    except IsADirectoryError:
        raise WorkbookError(
            f"'{path.name}' is a folder.", "A workbook is needed.", "Name the file in it."
        ) from None
    except PermissionError:
        raise _locked(path, "It may not be read, or another program holds it.") from None
    if data.startswith(_OLE):
        raise _ole_refusal(path, data)
    return data


def _ole_refusal(path: Path, data: bytes) -> WorkbookError:
    if _ENCRYPTED in data:
        return WorkbookError(
            f"'{path.name}' is encrypted with a password.",
            "An encrypted workbook cannot be read outside Excel.",
            "Take the password off in Excel (File, Info, Protect Workbook) and save.",
        )
    return WorkbookError(
        f"'{path.name}' is in the old .xls format.",
        "Only .xlsx and .xlsm workbooks can be used.",
        "Open it in Excel and save it as .xlsx.",
    )


def stamp(path: Path) -> Stamp | None:
    """Return what changes when somebody saves the file; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def is_same_file(one: Path, other: Path) -> bool:
    """Say whether two paths lead to one file, by whatever links and spelling.

    Of files that are not there yet, names that differ in case count as the same.
    """
    if one.exists() != other.exists():
        return False
    if one.exists():
        return one.samefile(other)
    return os.path.realpath(one).casefold() == os.path.realpath(other).casefold()


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, if it is not there.

    :raises WorkbookError: if the disk refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkbookError(
            f"The folder {folder} cannot be made.",
            f"The disk answered: {error.strerror or error}.",
            "Choose another place or name.",
        ) from error


def check_writable(path: Path) -> None:
    """Make sure that a workbook can be written at `path`, before a long job starts.

    :raises WorkbookLockedError: if it is open in Excel or LibreOffice, or may not be written.
    :raises WorkbookError: if its folder does not exist, or it is a folder itself.
    """
    folder = path.absolute().parent
    if path.is_dir() or not folder.is_dir():
        raise WorkbookError(
            f"'{path.name}' cannot be written.",
            f"The folder {folder} does not exist." if not folder.is_dir() else "It is a folder.",
            "Choose another place or name.",
        )
    for owner in (f"~${path.name}", f".~lock.{path.name}#"):
        if (folder / owner).exists():
            raise _locked(
                path,
                f"It is open in another program, which left the file {owner} beside it.",
                f"Close it there. If nobody has it open, delete {owner} and try again.",
            )
    if not (_opens_for_writing(path) and os.access(folder, os.W_OK)):
        raise _locked(path, "The file or its folder may not be written.")


def _opens_for_writing(path: Path) -> bool:
    """Say whether a file may be changed; on Windows an open workbook may not."""
    try:
        if path.exists():
            path.open("r+b").close()
    except PermissionError:
        return False
    return True


def replace_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path` wholly or not at all; the file keeps its mode, links stay links.

    :raises WorkbookLockedError: if it is open elsewhere or may not be written.
    :raises WorkbookError: if the disk refuses.
    """
    check_writable(path)
    try:
        replace_output(path, data)
    except PermissionError:
        raise _locked(path, "Another program holds it, or the folder is read-only.") from None
    except OSError as error:
        raise WorkbookError(
            f"'{path.name}' could not be saved; the file is as it was.",
            f"The disk answered: {error.strerror or error}.",
            "Make room or choose another folder, then run again.",
        ) from error


def _locked(path: Path, why: str, next_step: str = "") -> WorkbookLockedError:
    return WorkbookLockedError(
        f"'{path.name}' cannot be used right now.",
        why,
        next_step or "Close it in Excel, check its permissions, and try again.",
    )
