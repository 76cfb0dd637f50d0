"""The record of a set-up: what it has written, so that just that can be taken back."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from worker.errors import StoreError
from worker.file_faults import advice_for, reason_of
from worker.small_files import replace_file, replace_output

NAME = "setup.json"


@dataclass
class Record:
    """What was written: lines of configuration files, files with their SHA-256, new folders.

    Lines are in hexadecimal digits, for they may be in any code page. `home` is BONSAI's home
    folder, in which the record is kept. `trees` are folders that belong to the set-up with all in
    them.
    """

    home: Path
    lines: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    trees: list[str] = field(default_factory=list)

    def make_folder(self, folder: Path) -> None:
        """Make a folder and those above it, and note which of them are new.

        :raises OSError: if it cannot be made.
        """
        missing = [part for part in (folder, *folder.parents) if not part.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        self.folders += [str(part) for part in reversed(missing)]

    def write_file(self, path: Path, content: bytes) -> None:
        """Write a file, and note what is in it.

        :raises OSError: if it cannot be written.
        """
        self.make_folder(path.parent)
        replace_output(path, content)
        self.note_file(path)

    def note_file(self, path: Path) -> None:
        """Note a file that is new, and what is in it now."""
        self.files[str(path)] = _digest(path)

    def note_tree(self, folder: Path) -> None:
        """Note a folder that belongs to the set-up with all in it."""
        self.trees.append(str(folder))

    @property
    def is_anything(self) -> bool:
        """Whether anything was written."""
        return bool(self.lines or self.files or self.folders or self.trees)

    @property
    def made_home(self) -> bool:
        """Whether BONSAI's home folder is new with it."""
        return str(self.home) in self.folders

    def keep(self) -> None:
        """Write the record down.

        :raises StoreError: if the home folder cannot be written.
        """
        parts = asdict(self)
        del parts["home"]
        try:
            self.make_folder(self.home)
            parts["folders"] = self.folders
            replace_file(self.home / NAME, json.dumps(parts, indent=1).encode())
        except OSError as error:
            raise StoreError(
                f"The folder {self.home} cannot be written, where BONSAI keeps its own files.",
                reason_of(error),
                f"{advice_for(error, 'Check your rights to it.')} Or name another folder with "
                "BONSAI_HOME.",
            ) from error


def read_record(home: Path) -> Record:
    """Return the record of earlier set-ups; an empty one if there was none.

    :raises StoreError: if it cannot be read.
    """
    path = home / NAME
    try:
        return Record(home, **json.loads(path.read_bytes()))
    except FileNotFoundError:
        return Record(home)
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(
            f"The record {path} of what was set up cannot be read.",
            reason_of(error),
            "Move it away; then nothing of that set-up can be taken back by itself.",
        ) from error


def remove_files(record: Record) -> list[str]:
    """Remove what was written and is as it was written; return in words what stays, and why."""
    kept = []
    for name, digest in record.files.items():
        path = Path(name)
        if not path.is_file():
            continue
        if _digest(path) == digest:
            path.unlink()
        else:
            kept.append(f"{path} stays: it was changed since")
    for tree in record.trees:
        shutil.rmtree(tree, ignore_errors=True)
    return kept


def remove_folders(record: Record) -> None:
    """Remove the record, and the folders that were new, as far as they are empty."""
    (record.home / NAME).unlink(missing_ok=True)
    for folder in reversed(record.folders):
        with suppress(OSError):  # it is not empty, or somebody has removed it
            Path(folder).rmdir()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
