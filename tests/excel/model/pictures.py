"""Pictures on a sheet, in points."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class ShownPicture:
    """A picture as it stands on a sheet: its image, its place and size, and its texts."""

    name: str
    png: bytes
    left: float = 0.0
    top: float = 0.0
    width: float = 0.0
    height: float = 0.0
    alt_text: str = ""
    title: str = ""
    is_ratio_locked: bool = True
