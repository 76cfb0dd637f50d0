"""Files that are replaced in one step: a reader sees the old content or the new, never half."""

from __future__ import annotations

import os
import shutil
import uuid
from contextlib import suppress
from pathlib import Path

from worker.private_files import make_private_folder

_OWNER_ALONE, _AS_USUAL = 0o600, 0o666  # the user's mask is taken off the latter


def replace_file(path: Path, content: bytes) -> None:
    """Put a content into a file of our own, and make its folder if need be.

    Only the user who wrote such a file can read it, and enter a folder that is new.

    :raises OSError: if it cannot be written; an old file is as it was.
    """
    make_private_folder(path.parent)
    _replace(path, content, _OWNER_ALONE)


def replace_output(path: Path, content: bytes) -> None:
    """Put a content into a file that the user named: it keeps its mode, and links stay links.

    :raises OSError: if it cannot be written; an old file is as it was.
    """
    target = Path(os.path.realpath(path))
    _replace(target, content, _AS_USUAL, like=target if target.exists() else None)


def _replace(target: Path, content: bytes, mode: int, like: Path | None = None) -> None:
    """Write beside and move; the new file gets the mode of `like` instead, if there is one."""
    draft = target.with_name(f".bonsai-{uuid.uuid4().hex}.tmp")
    try:
        with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if like:
            shutil.copymode(like, draft)
        draft.replace(target)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
