"""How far a download is, for whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Download:
    """One look at a download: `done` of `of` bytes have come; `of` is 0 where nobody knows."""

    name: str
    done: int
    of: int


#: Gets one look after the other; may raise to end the download, which keeps what has come.
Report = Callable[[Download], None]


def unreported(_look: Download) -> None:
    """Take looks where nobody is shown them."""
