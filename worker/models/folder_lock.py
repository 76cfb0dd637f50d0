"""One process at a time downloads into a folder of models; the others wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from worker.errors import WeightsMissingError
from worker.file_faults import advice_for, reason_of


@contextmanager
def alone_in(folder: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold a folder that exists.

    :param say: gets a line if another process holds it: that one is waited for.
    :raises WeightsMissingError: if it cannot be locked.
    """
    lock = FileLock(folder / ".lock")
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(f"Another process is downloading into {folder}; waiting for it …")
            lock.acquire()
    except (OSError, NotImplementedError) as error:
        raise WeightsMissingError(
            f"The model folder {folder} cannot be locked.",
            reason_of(error),
            advice_for(error, "Name a folder on another disk with BONSAI_MODELS."),
        ) from error
    try:
        yield
    finally:
        lock.release()
