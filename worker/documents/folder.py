"""The files of a documents folder: those that are read, and the others by type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from worker.documents.readers import FORMATS
from worker.errors import DocumentError


@dataclass(frozen=True)
class Folder:
    """What a folder holds, subfolders included.

    `documents` stand in a stable order; `others` counts files that are not read by their ending,
    which is in small letters, with its dot, or empty.
    """

    documents: list[Path] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)


def look_into(path: Path) -> Folder:
    """Return what a folder holds.

    Hidden files and Office's lock files are passed over; linked folders are not entered.

    :raises DocumentError: if the folder is absent or holds no readable file.
    """
    if not path.is_dir():
        raise DocumentError(
            f"The documents folder {path} is not there.",
            "No folder of this name was found.",
            "Correct 'Documents folder' on the Settings sheet.",
        )
    folder = Folder()
    for file in sorted(_files(path)):
        suffix = file.suffix.lower()
        if suffix in FORMATS:
            folder.documents.append(file)
        else:
            folder.others[suffix] += 1
    if not folder.documents:
        raise DocumentError(
            f"The folder {path} holds no documents.",
            f"Files that can be read end in {', '.join(FORMATS)}.",
            "Put documents into it, or choose another folder.",
        )
    return folder


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path
