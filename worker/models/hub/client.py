"""Models fetched from a hub: whole, pinned to a commit, checked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from worker.errors import BonsaiError, WeightsMissingError
from worker.file_faults import advice_for, reason_of
from worker.models.downloads import Download, Report
from worker.models.folder_lock import alone_in
from worker.models.hub import refusals
from worker.models.hub.connection import Hub
from worker.models.hub.kept import (
    SHORT_COMMIT,
    KeptFile,
    KeptModel,
    has_digest,
    is_commit,
    keep,
    kept_model,
    part_of,
    repository_folder,
)
from worker.models.hub.names import HubName
from worker.private_files import make_private_folder

_MAGIC = b"GGUF"


def fetch_model(
    models: Path, name: HubName, report: Report, say: Callable[[str], None]
) -> KeptModel:
    """Download what is missing of a model, check it, and return its record.

    A model that was fetched before stays at its commit, unless the name says a revision.

    :param say: gets lines about the model before its download.
    :raises PackageMissingError: if huggingface_hub is not installed.
    :raises WeightsMissingError: if the hub does not give it, or gives other bytes.
    :raises UnavailableError: if the hub is not reached or has no time; what has come is kept.
    """
    folder = repository_folder(models, name.repo)
    with _written(folder):
        make_private_folder(folder)
        with alone_in(folder, say):
            kept = kept_model(models, name.plain)
            if not kept or (name.revision and not is_commit(name.revision, kept)):
                kept = Hub(name).describe()
                keep(models, name, kept)
            say(
                f"{kept.repo} at commit {kept.commit[:SHORT_COMMIT]}: {_count(kept)}, "
                f"{kept.size / 1e6:,.0f} MB; licence: {kept.licence}."
            )
            _complete(folder, name, kept, report)
    return kept


def _complete(folder: Path, name: HubName, kept: KeptModel, report: Report) -> None:
    missing = [file for file in kept.files if not has_digest(folder / file.path, file)]
    if not missing:
        return
    _check_room(folder, name, missing)
    hub, before = Hub(name), kept.size - sum(file.size for file in missing)
    for file in missing:

        def tell(done: int, before: int = before) -> None:
            report(Download(kept.name, before + done, kept.size))

        part = part_of(folder / file.path)
        make_private_folder(part.parent)
        _fill(hub, kept.commit, file, part, tell)
        _check(name, part, file)
        part.replace(folder / file.path)
        before += file.size


def _check_room(folder: Path, name: HubName, missing: list[KeptFile]) -> None:
    come = sum(_size(part_of(folder / file.path)) for file in missing)
    more, free = sum(file.size for file in missing) - come, shutil.disk_usage(folder).free
    if more > free:
        raise refusals.no_room(name, more, free)


def _fill(hub: Hub, commit: str, file: KeptFile, part: Path, tell: Callable[[int], None]) -> None:
    """Have all bytes of a file come; a connection that breaks is taken up while some do come."""
    if _size(part) > file.size:
        part.unlink()
    while (come := _size(part)) < file.size or not part.exists():
        try:
            hub.write(file, commit, part, come, tell)
        except BonsaiError as error:
            if not error.retryable or _size(part) <= come:
                raise
        if _size(part) <= come:
            break


def _check(name: HubName, part: Path, file: KeptFile) -> None:
    with part.open("rb") as stream:
        is_gguf = stream.read(len(_MAGIC)) == _MAGIC
    if file.path.endswith(".gguf") and not is_gguf:
        part.unlink()
        raise refusals.no_gguf(name, file.path)
    if not has_digest(part, file):
        part.unlink()
        raise refusals.other_bytes(name, file.path)


def _count(kept: KeptModel) -> str:
    return "1 file" if len(kept.files) == 1 else f"{len(kept.files)} files"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WeightsMissingError(
            f"The model folder {folder} cannot be written.",
            reason_of(error),
            advice_for(error, "Check its permissions, or name another folder with BONSAI_MODELS."),
        ) from error
