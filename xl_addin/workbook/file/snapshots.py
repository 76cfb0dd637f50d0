"""Snapshots: a workbook as it was before each write, in a folder of this machine.

A snapshot is a copy of the whole file. Its name has a number and the hash of what was written over
it: as long as the workbook has that hash nobody else has saved it since, and the copy can be put
back to the byte. Of a workbook that is open in Excel it is the hash of the run's id.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from worker.errors import StoreError
from worker.file_faults import advice_for, reason_of
from worker.private_files import make_private_folder
from worker.small_files import replace_file

_FOLDER = "snapshots"
_NAME = re.compile(r"\d{6,} [0-9a-f]{16}\.xls[xm]")
_STEM_LENGTH, _HASH_LENGTH = 40, 16


@dataclass(frozen=True)
class Snapshot:
    """A workbook as it was before a write."""

    path: Path

    @property
    def number(self) -> int:
        """Its place in the order in which snapshots were made."""
        return int(self.path.stem.split()[0])

    @property
    def seconds(self) -> float:
        """When it was made, in seconds since 1970."""
        return self.path.stat().st_mtime

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return self.path.stat().st_size

    @property
    def mark(self) -> str:
        """The hash of what was written over it, or of the id of the run that wrote."""
        return self.path.stem.split()[1]

    def was_replaced_by(self, content: bytes) -> bool:
        """Say whether this is what was written over it, and nobody has saved it since."""
        return self.mark == _hash(content)

    def rename(self, mark: str) -> None:
        """Give it another mark.

        :raises OSError: if the disk refuses.
        """
        name = f"{self.number:06} {mark}{self.path.suffix}"
        self.path.replace(self.path.with_name(name))


class Snapshots:
    """The snapshots of one workbook, which it is known by its path."""

    def __init__(self, home: Path, book: Path) -> None:
        place = os.path.normcase(os.path.realpath(book)) if book.is_absolute() else str(book)
        stem = book.stem[:_STEM_LENGTH].rstrip(". ")
        self.folder = home / _FOLDER / f"{stem} {_hash(place.encode())}"

    def all(self) -> list[Snapshot]:
        """Return those that are there, the oldest first.

        :raises StoreError: if their folder cannot be read.
        """
        with _told(self.folder):
            files = [*self.folder.iterdir()] if self.folder.is_dir() else []
        found = [Snapshot(file) for file in files if _NAME.fullmatch(file.name)]
        return sorted(found, key=lambda each: each.number)

    def newest_unlike(self, content: bytes) -> Snapshot | None:
        """Return the newest one that differs from this; a write that was cut off leaves one alike.

        :raises StoreError: if one cannot be read.
        """
        with _told(self.folder):
            found = (each for each in reversed(self.all()) if each.path.read_bytes() != content)
            return next(found, None)

    def keep(self, before: bytes, after: bytes, suffix: str, most: int | None) -> None:
        """Keep the content of the workbook before it is replaced by other content.

        What the newest snapshot holds already is not kept twice: the write before was cut off.

        :param most: bytes that all snapshots may have together; the oldest make room.
        :raises StoreError: if it cannot be kept.
        """
        with _told(self.folder):
            for newest in self.all()[-1:]:
                if newest.path.read_bytes() == before:
                    newest.rename(_hash(after))
                    return
            self._make_room(len(before), most)
            replace_file(self._next(_hash(after), suffix), before)

    def keep_copy(
        self, save_copy: Callable[[Path], None], suffix: str, most: int | None, run_id: str
    ) -> None:
        """Keep a workbook that is open in Excel, once for a run: what it half wrote is not kept.

        :param save_copy: writes it, as it is now, to a path.
        :raises StoreError: if it cannot be kept.
        """
        draft = self.folder / f".draft{suffix}"
        with _told(self.folder):
            mark = _hash(run_id.encode())
            if mark in [each.mark for each in self.all()[-1:]]:
                return
            make_private_folder(self.folder)
            draft.unlink(missing_ok=True)
            try:
                save_copy(draft)
                self._make_room(draft.stat().st_size, most)
                draft.replace(self._next(mark, suffix))
            finally:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)

    def follow(self, before: bytes, after: bytes) -> None:
        """Note that BONSAI itself has changed what was written last: nobody else has.

        :raises StoreError: if it cannot be noted.
        """
        with _told(self.folder):
            for each in reversed(self.all()):
                if each.path.read_bytes() != before:  # else: of a write that was cut off
                    if each.was_replaced_by(before):
                        each.rename(_hash(after))
                    return
                each.path.unlink()

    def _next(self, mark: str, suffix: str) -> Path:
        number = max((each.number for each in self.all()), default=0) + 1
        return self.folder / f"{number:06} {mark}{suffix}"

    def _make_room(self, size: int, most: int | None) -> None:
        if most is None:
            return
        if size > most:
            raise StoreError(
                "No snapshot of the workbook was made.",
                f"It has {size / 1e6:.1f} MB, and all snapshots may have {most / 1e6:.1f} MB.",
                "Raise 'Snapshots up to' on the Settings sheet.",
            )
        kept = self.all()
        while kept and sum(each.size for each in kept) + size > most:
            kept.pop(0).path.unlink()


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"Snapshots cannot be kept in {folder}.",
            reason_of(error),
            advice_for(error, "Check the folder."),
        ) from error


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]
