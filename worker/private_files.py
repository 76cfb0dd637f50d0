"""Folders and files that nobody but their owner can read, from the first byte.

What the system knows of owners and others is asked for on Linux and macOS. On Windows the home
folder lies in the user's profile, which others cannot enter.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import IO, Any

_FOLDER, _FILE = 0o700, 0o600
_OTHERS = 0o077

_HAS_MODES = hasattr(os, "getuid")


def make_private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing; what is there stays as it is.

    :raises OSError: if it cannot be made.
    """
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    for part in reversed(missing):
        part.mkdir(_FOLDER, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Make an empty file, with its folder, if none is there.

    One that is there is not opened: on Linux and macOS a process that closes a file lets go of all
    its locks on it, those of SQLite's other connections too.

    :raises OSError: if it cannot be made.
    """
    make_private_folder(path.parent)
    with suppress(FileExistsError), open_private(path, "xb"):
        pass


def open_private(path: Path, mode: str, **options: Any) -> IO[Any]:  # noqa: ANN401 - as `open`
    """Open a file; one that is new belongs to its owner alone.

    :param options: as `open` takes them.
    :raises OSError: if it cannot be opened.
    """
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, _FILE), **options)


@contextmanager
def private_in(folder: Path) -> Iterator[None]:
    """Let a library make private files in a private folder; in one with guests it does as usual.

    The whole process has this mask meanwhile: a library's own threads make the files.
    """
    if not _HAS_MODES or folder.stat().st_mode & _OTHERS:
        yield
        return
    before = os.umask(_OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def shut_to_others(home: Path, own: Collection[str], *, but: Collection[str] = ()) -> None:
    """Take away what others may do with a home folder that an earlier version has made.

    The folder itself is shut if it holds nothing else. Links, and what belongs to another user,
    stay as they are.

    :param own: patterns of the names that are ours in it; those in `but` are left alone.
    """
    if not _HAS_MODES or not home.is_dir():
        return
    with suppress(OSError):
        entries = list(home.iterdir())
        ours = [entry for entry in entries if any(fnmatch(entry.name, name) for name in own)]
        for entry in ours:
            if entry.name not in but and _is_open(entry):
                _shut(entry)
        if len(ours) == len(entries) and _is_open(home):
            home.chmod(_FOLDER)


def _shut(entry: Path) -> None:
    """Shut a file, or a folder with all in it; the folder last, so that a next try finds it."""
    if not entry.is_dir():
        entry.chmod(_FILE)
        return
    for inner in entry.iterdir():
        if _is_open(inner):
            _shut(inner)
    entry.chmod(_FOLDER)


def _is_open(path: Path) -> bool:
    """Say whether others may do something with what is this user's."""
    if path.is_symlink():
        return False
    status = path.stat()
    return status.st_uid == os.getuid() and bool(status.st_mode & _OTHERS)
