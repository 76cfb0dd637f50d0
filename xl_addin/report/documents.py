"""Links to documents: as the workbook knows their folder, and only to files that are there."""

from __future__ import annotations

import os
import re
from pathlib import Path

#: Longer links are refused by Excel.
_LONGEST = 2_000
#: What has a meaning in an address. Letters of other scripts stay: all programs know them so.
_RESERVED = re.compile(r"""[\x00-\x20"#%<>?\[\\\]^`{|}]""")
_DRIVE = re.compile(r"[A-Za-z]:")


class Documents:
    """The documents folder, and the links to what is in it.

    A folder that the workbook names by a relative path is linked to relatively, so that it can
    travel along; any other by its whole path.

    :param folder: the documents folder; None if the workbook names none.
    :param base: the folder that relative links count from; None for whole paths.
    """

    def __init__(self, folder: Path | None, base: Path | None) -> None:
        self._folder, self._base = folder, base
        self._links: dict[str, str] = {}

    def link(self, source: str) -> str:
        """Return the address of a document; nothing if it cannot be reached."""
        if source not in self._links:
            self._links[source] = self._find(source)
        return self._links[source]

    @property
    def unreached(self) -> list[str]:
        """The documents that were asked for and have no link."""
        return [source for source, link in self._links.items() if not link]

    def _find(self, source: str) -> str:
        if self._folder is None or not source:
            return ""
        path = self._folder / source
        if not (_is_inside(path, self._folder) and path.is_file()):
            return ""
        link = _address(path, self._base)
        return link if len(link) <= _LONGEST else ""


def absolute_address(path: str) -> str:
    """Return the address of an absolute path with forward strokes: of Unix, a drive or a share."""
    if _DRIVE.match(path):
        return f"file:///{path[:2]}{_escaped(path[2:])}"
    return f"file:{_escaped(path)}" if path.startswith("//") else f"file://{_escaped(path)}"


def _is_inside(path: Path, folder: Path) -> bool:
    """Say whether a path stays below a folder: the names of sources come from cells."""
    return Path(os.path.normpath(path)).is_relative_to(os.path.normpath(folder))


def _address(path: Path, base: Path | None) -> str:
    """Return the address of a file, relative to `base` if both are on one drive."""
    if base is not None:
        try:
            relative = Path(os.path.relpath(path, base)).as_posix()
        except ValueError:  # another drive of Windows
            pass
        else:
            return _escaped(relative).replace(":", "%3A")
    return absolute_address(Path(os.path.abspath(path)).as_posix())


def _escaped(path: str) -> str:
    return _RESERVED.sub(lambda match: f"%{ord(match[0]):02X}", path)
