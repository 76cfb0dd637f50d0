"""The version of an indexed file: what tells it from another one, and a whole file from a part."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from worker.documents.chunks import Splitting
from worker.documents.readers import READER_VERSION

_MARK = re.compile(r"([0-9a-f]{16})-(\d+)-(\d+)")


@dataclass(frozen=True)
class FileVersion:
    """One version of a file, as it was read and split.

    Each of its chunks carries `mark`. As it tells how many chunks there are, a file of which some
    were not stored never passes for a whole one, however its run has ended. Its first chunk
    carries `lost` and `read_as`, too, so that they are known while the file stays as it is.
    """

    digest: str  # of the file's bytes and how they are read and split
    chunks: int
    characters: int
    lost: str = ""  # sentences: what stands in the file and not in the text
    read_as: str = ""  # how it was understood, where it could have been otherwise

    @property
    def mark(self) -> str:
        """All of it in one word."""
        return f"{self.digest}-{self.chunks}-{self.characters}"


def digest_of(data: bytes, splitting: Splitting) -> str:
    """Return 16 hexadecimal digits: unequal if any chunk could be another one."""
    sizes = f"{splitting.size}/{splitting.overlap}/{splitting.whole}"
    way = f"{READER_VERSION}/{splitting.splitter}/{sizes}/"
    return hashlib.sha256(way.encode() + data).hexdigest()[:16]


def whole_version(
    marks: Mapping[str, int], lost: str = "", read_as: str = ""
) -> FileVersion | None:
    """Return the version of a file that an index holds, if it holds all of one and no other.

    :param marks: how many chunks carry each mark.
    :param lost: what its first chunk carries, as `read_as`.
    """
    if len(marks) != 1:
        return None
    (mark, stored), *_ = marks.items()
    parts = _MARK.fullmatch(mark)
    if not parts or int(parts[2]) != stored:
        return None
    return FileVersion(parts[1], int(parts[2]), int(parts[3]), lost, read_as)
