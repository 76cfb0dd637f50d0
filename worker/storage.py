"""What BONSAI keeps on this machine: what lies where, how large it is, what can be made again."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from worker.addresses import origin
from worker.settings import Settings


@dataclass(frozen=True)
class Kept:
    """One kind of thing that is kept.

    `places` are files and folders, `about` says what they are for, `clears` what emptying does
    with them, if it does anything.
    """

    name: str
    places: tuple[Path, ...]
    about: str
    clears: str = ""

    @property
    def is_there(self) -> bool:
        """Whether anything of it is there."""
        return any(place.exists() for place in self.places)

    @property
    def shown_places(self) -> str:
        """Those of its places that are there, in words."""
        return ", ".join(str(place) for place in self.places if place.exists())

    @property
    def size(self) -> int:
        """Bytes of all that is there; what comes and goes meanwhile may be counted or not."""
        return sum(map(size_of, self.places))


def kept(settings: Settings) -> list[Kept]:
    """Return all kinds of things that are kept, whether or not they are there."""
    home = settings.home
    store = () if origin(settings.store) else (Path(settings.store),)
    return [
        Kept("Models", (settings.models,), "weights that were fetched: bonsai models"),
        Kept("Indexes", store, "documents that were read: bonsai index makes them anew"),
        Kept("Tuned models", (settings.made,), "tastes and models made here: bonsai tuned"),
        Kept("Checkpoints", (settings.training,), "of trainings that were cut off", "old ones"),
        Kept("Jobs", _named(home, "*.sqlite", "*.sqlite-*"), "jobs and their results", "old ones"),
        Kept("Snapshots", (home / "snapshots",), "workbooks as they were: bonsai restore"),
        Kept("Caches", (home / "cache",), "figures and vectors that are computed again", "all"),
        Kept("Logs", _logs(home), "details of errors, and files that were damaged", "all"),
        Kept("Server", (home / "broker",), "of bonsai up: its password and its jobs"),
        Kept("Settings", _named(home, "settings.toml", "setup.json"), "of this machine"),
    ]


def clear(settings: Settings, seconds: float) -> list[str]:
    """Remove caches, logs and checkpoints of that age; return in words what could not be removed.

    :param seconds: how long nothing was written into a checkpoint that may go.
    """
    stays = [*_removed([settings.home / "cache"], _remove_tree)]
    stays += _removed(_checkpoints_before(settings.training, time.time() - seconds), _remove_tree)
    stays += _removed(_logs(settings.home), os.unlink)
    return stays


def size_of(place: Path) -> int:
    """Return the bytes of a file, or of all files in a folder; links are not followed."""
    if not place.is_dir():
        return _bytes(place)
    return sum(_bytes(Path(folder, name)) for folder, _, names in os.walk(place) for name in names)


def _bytes(file: Path) -> int:
    try:
        return file.lstat().st_size
    except OSError:
        return 0


def _named(home: Path, *patterns: str) -> tuple[Path, ...]:
    return tuple(place for pattern in patterns for place in sorted(home.glob(pattern)))


def _logs(home: Path) -> tuple[Path, ...]:
    """Return the logs, and the files that were damaged and set aside."""
    return _named(home, "bonsai.log*", "*.damaged*")


def _checkpoints_before(training: Path, limit: float) -> Iterator[Path]:
    """Yield folders of trainings in which nothing was written since."""
    for folder in [*training.iterdir()] if training.is_dir() else []:
        written = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
        with suppress(OSError):
            if max((file.stat().st_mtime for file in written), default=0.0) < limit:
                yield folder


def _removed(places: Iterable[Path], remove: Callable[[Path], None]) -> Iterator[str]:
    """Remove what is there; yield what another process holds, or the system refuses."""
    for place in places:
        try:
            if place.exists():
                remove(place)
        except OSError as error:
            yield f"{place} stays: {error.strerror}. Is something of BONSAI still running?"


def _remove_tree(folder: Path) -> None:
    """Move a folder away in one step, so that nobody finds half of it, and remove it."""
    aside = folder.with_name(f".bonsai-{uuid.uuid4().hex}.tmp")
    folder.replace(aside)
    shutil.rmtree(aside)
