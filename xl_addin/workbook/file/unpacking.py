"""Unpacking a zip package within bounds: a few kilobytes may hold gigabytes, and say otherwise."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass

from worker.errors import WorkbookError

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError)
_PIECE = 1 << 20  # bytes unpacked at a time: between two of them Ctrl-C is heard


@dataclass(frozen=True)
class Bounds:
    """Bytes that a package may unpack to: at `most`, and above `small` so many times its own size.

    What Excel writes unpacks to some 10 times its size, and rarely to 30 times.
    """

    most: int = 500_000_000
    small: int = 32_000_000
    ratio: int = 100

    def allow(self, unpacked: int, packed: int) -> bool:
        """Say whether a package of `packed` bytes may hold as much as was `unpacked` so far."""
        return unpacked <= self.small or unpacked <= min(self.most, self.ratio * packed)


def unpack(
    data: bytes, name: str, bounds: Bounds | None = None
) -> tuple[dict[str, bytes], dict[str, zipfile.ZipInfo]]:
    """Return the parts of a package, and how each was stored, by part name.

    What the package says of its own size is not believed: what comes out is counted.

    :raises WorkbookError: if the bytes are no zip package, a damaged one, or hold too much.
    """
    allowed = bounds or Bounds()
    parts: dict[str, bytes] = {}
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
            for part, entry in entries.items():
                pieces = []
                with archive.open(entry) as stream:
                    while piece := stream.read(_PIECE):
                        unpacked += len(piece)
                        if not allowed.allow(unpacked, len(data)):
                            raise _too_much(name, part, len(data))
                        pieces.append(piece)
                parts[part] = b"".join(pieces)
    except _DAMAGE as error:
        raise damaged(name, str(error)) from error
    return parts, entries


def damaged(name: str, why: str) -> WorkbookError:
    """Return the error for a file that is no workbook, or a broken one."""
    return WorkbookError(
        f"'{name}' cannot be read as a workbook.",
        f"The file is damaged or of another kind: {why}.",
        "Open it in Excel, let Excel repair it, and save it as .xlsx or .xlsm.",
    )


def too_large(name: str, part: str) -> WorkbookError:
    """Return the error for a workbook with more in one of its parts than can be worked on."""
    return WorkbookError(
        f"'{name}' holds more than can be worked on.",
        f"Its part {part} is too large; sheets of results are far smaller.",
        "Move what is large to another workbook, or copy your tables to a new one "
        "(bonsai new FILE.xlsx).",
    )


def _too_much(name: str, part: str, packed: int) -> WorkbookError:
    return WorkbookError(
        f"'{name}' was not unpacked.",
        f"It has {_megabytes(packed)} and would take many times that: its part {part} does not "
        "end. Files that are made to fill up a computer look like this.",
        "If you trust it, open it in Excel and copy your tables to a new workbook "
        "(bonsai new FILE.xlsx).",
    )


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
