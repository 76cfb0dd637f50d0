"""Words that stand for a picture, if they are words."""

from __future__ import annotations

import re

#: What some programs put where the words for a picture belong.
_FILE_NAME = re.compile(r"\S+\.(png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp)", re.IGNORECASE)


def words_for_picture(text: str | None) -> str:
    """Return an alternative text on one line; nothing if it is only the name of a file."""
    text = " ".join((text or "").split())
    return "" if _FILE_NAME.fullmatch(text) else text
