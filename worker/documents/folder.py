"""The files of a documents folder: those that are read, and what becomes of all the others."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from worker.documents import refusals
from worker.documents.names import readable
from worker.documents.readers import FORMATS
from worker.errors import DocumentError


@dataclass(frozen=True)
class Folder:
    """What a folder holds, subfolders included.

    Files go by their source: the path below the folder, with forward slashes, and an escape for
    whatever is no text in it. `documents` stand in a stable order; `unread` are files and folders
    that could not be read, `passed_over` those that should not; `others` counts files that are not
    read by their ending, which is in small letters, with its dot, or empty.
    """

    documents: dict[str, Path] = field(default_factory=dict)
    unread: dict[str, DocumentError] = field(default_factory=dict)
    passed_over: dict[str, DocumentError] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)

    def lacks(self, source: str) -> bool:
        """Say whether no file of this name is there; below an unread folder nobody knows."""
        places = (source, *(str(place) for place in PurePosixPath(source).parents))
        return source not in self.documents and self.unread.keys().isdisjoint(places)


def look_into(
    path: Path, *, follow_links: bool = False, before_each: Callable[[], None] = lambda: None
) -> Folder:
    """Return what a folder holds.

    Hidden files and Office's lock files are passed over without a word, and so are links to
    folders within, whose files are met at their own places.

    :param follow_links: whether links out of the folder are followed.
    :param before_each: is called before each file and folder.
    :raises DocumentError: if the folder is absent or holds no readable file.
    """
    if not os.path.isdir(path):
        raise DocumentError(
            f"The documents folder {readable(str(path))} is not there.",
            "No folder of this name was found.",
            "Correct 'Documents folder' on the Settings sheet.",
        )
    search = _Search(path, follow_links)
    search.run(before_each)
    if not search.found.documents:
        raise _no_documents(path, search.found)
    return search.found


def _no_documents(path: Path, folder: Folder) -> DocumentError:
    what = f"The folder {readable(str(path))} holds no documents that can be read."
    for error in (*folder.unread.values(), *folder.passed_over.values()):
        return DocumentError(what, f"{error.what} {error.why}", error.next_step)
    return DocumentError(
        what,
        f"Files that can be read end in {', '.join(FORMATS)}.",
        "Put documents into it, or choose another folder.",
    )


class _Search:
    """One look through a folder; `_seen` are the true places of linked folders."""

    def __init__(self, root: Path, follow_links: bool) -> None:
        self.found = Folder()
        self._root = root
        self._true_root = os.path.realpath(root)
        self._follow_links = follow_links
        self._seen: set[str] = set()
        self._waiting = [root]

    def run(self, before_each: Callable[[], None]) -> None:
        """Look at everything; what cannot be looked at is written down."""
        while self._waiting:
            place = self._waiting.pop()
            true_place = os.path.realpath(place)
            for entry in self._entries(place):
                before_each()
                try:
                    self._take(entry, true_place)
                except OSError as error:
                    source = self._source(entry)
                    self.found.unread[source] = refusals.not_opened(source, error)
        in_order = sorted(self.found.documents.items(), key=lambda item: item[1])
        self.found.documents.clear()
        self.found.documents.update(in_order)

    def _entries(self, place: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(place) as entries:
                return [entry for entry in entries if not entry.name.startswith((".", "~$"))]
        except OSError as error:
            source = self._source(place)
            self.found.unread[source] = refusals.folder_not_opened(source, error)
            return []

    def _take(self, entry: os.DirEntry[str], true_place: str) -> None:
        target = os.path.realpath(entry) if entry.is_symlink() or entry.is_dir() else ""
        is_link = target not in ("", os.path.join(true_place, entry.name))  # or a junction
        is_out = is_link and not self._is_within(target)
        if is_out and not self._follow_links:
            source = self._source(entry)
            self.found.passed_over[source] = refusals.leads_out(source, readable(target))
        elif entry.is_dir():
            if not is_link or (is_out and target not in self._seen):
                self._seen.add(target)
                self._waiting.append(Path(entry))
        else:
            self._take_file(entry)

    def _take_file(self, entry: os.DirEntry[str]) -> None:
        path, source = Path(entry), self._source(entry)
        suffix = readable(path.suffix.lower())
        if not entry.is_file():
            refusal = refusals.leads_nowhere if entry.is_symlink() else refusals.no_ordinary_file
            self.found.passed_over[source] = refusal(source)
        elif suffix not in FORMATS:
            self.found.others[suffix] += 1
        elif source in self.found.documents:
            self.found.unread[source] = refusals.same_name(source)
        else:
            self.found.documents[source] = path

    def _is_within(self, target: str) -> bool:
        return Path(target).is_relative_to(self._true_root)

    def _source(self, entry: os.DirEntry[str] | Path) -> str:
        return readable(Path(entry).relative_to(self._root).as_posix())
