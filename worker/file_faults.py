"""What an error of a file or a database says: its reason, and what helps against just that."""

from __future__ import annotations

import errno

_ROOM = "Make room on the disk, and try again."
_RIGHTS = "Let your user read and write it, and the folder that it is in."
_PATIENCE = "Another process is using it: try again in a moment."

#: Words by which libraries tell the cause, where they hand on no number of the system.
_WORDS = {
    "disk is full": _ROOM,
    "no space left": _ROOM,
    "quota exceeded": _ROOM,
    "file too large": _ROOM,
    "disk i/o error": "Check that the disk has room, and that it works.",
    "permission denied": _RIGHTS,
    "readonly database": _RIGHTS,
    "read-only": _RIGHTS,
    "unable to open database": _RIGHTS,
    "database is locked": _PATIENCE,
    "could not be acquired": _PATIENCE,
}
_NUMBERS = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: _RIGHTS,
}
_DAMAGE = ("malformed", "not a database", "unsupported file format")


def reason_of(error: BaseException) -> str:
    """Return what an error says in one line, as a sentence."""
    said = (isinstance(error, OSError) and error.strerror) or str(error)
    line = next(iter(said.splitlines()), "") or type(error).__name__
    return f"{line.rstrip('.')}."


def advice_for(error: BaseException, otherwise: str) -> str:
    """Return what helps against the cause of an error; `otherwise` where it names none."""
    if isinstance(error, OSError) and error.errno in _NUMBERS:
        return _NUMBERS[error.errno]
    said = str(error).lower()
    return next((advice for words, advice in _WORDS.items() if words in said), otherwise)


def tells_of_damage(error: BaseException) -> bool:
    """Say whether an error of SQLite means that the file itself is damaged, or none of SQLite's."""
    said = str(error).lower()
    return any(words in said for words in _DAMAGE)
