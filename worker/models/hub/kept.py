"""Models of a hub that are kept on this machine, each at one commit, and where they lie.

They are in the folder `hub` of the models folder: one folder a repository, in it the files under
their names, and in its folder `.bonsai` a record of what was fetched.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from worker.errors import WeightsMissingError
from worker.models.hub.names import HubName, hub_name, is_inside
from worker.small_files import replace_file

_RECORDS = ".bonsai"
_WHOLE_REPOSITORY = "model"
_BLOCK = 1 << 20
#: Digits of a commit that are shown and stamped.
SHORT_COMMIT = 12
_FEWEST = 7  # digits of a commit that somebody means by them


class KeptFile(BaseModel):
    """A file as the hub announced it; `digest` is `sha256:…` or `git:…`, empty if it told none."""

    model_config = ConfigDict(frozen=True)

    path: str
    size: int = Field(ge=0)
    digest: str = ""

    @field_validator("path")
    @classmethod
    def _stays_inside(cls, path: str) -> str:
        if not is_inside(path):
            raise ValueError("leads out of the folder")
        return path


class KeptModel(BaseModel):
    """What is kept of a model: `name` is without a revision, `revision` the one asked for.

    Hubs tell this, and records on the disk, which others may have written: it names no place
    outside the repository's folder.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    repo: str
    commit: str = Field(pattern=r"^[0-9a-f]{40,64}$")
    revision: str = ""
    licence: str = ""
    files: tuple[KeptFile, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_of_its_name(self) -> KeptModel:
        named = hub_name(self.name)
        if not named or named.repo != self.repo:
            raise ValueError("is of another repository")
        return self

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class Place:
    """Where a library finds a model: in a folder, or by its name and revision on a hub.

    `commit` is that of a kept copy.
    """

    where: str
    revision: str = ""
    commit: str = ""

    @property
    def options(self) -> dict[str, str]:
        """What the loading functions of these libraries want to know beside the place."""
        return {"revision": self.revision} if self.revision else {}


def repository_folder(models: Path, repo: str) -> Path:
    """Return the folder with the files of a repository."""
    return models / "hub" / repo.replace("/", "--")


def kept_model(models: Path, name: HubName) -> KeptModel | None:
    """Return the record of a model, whole or not; nothing if this revision was never asked for."""
    kept = _read(_record(models, name))
    if kept and not _is_record_of(kept, name):  # names that differ may have one place on a disk
        return None
    if not kept or not name.revision or name.revision == kept.revision:
        return kept
    return kept if is_commit(name.revision, kept) else None


def is_commit(revision: str, kept: KeptModel) -> bool:
    """Say whether a revision is the very commit that is kept, whole or by its first digits."""
    return len(revision) >= _FEWEST and kept.commit.startswith(revision)


def kept_models(models: Path) -> list[KeptModel]:
    """Return the records of all models that are kept, sorted by name."""
    found = map(_read, (models / "hub").glob(f"*/{_RECORDS}/*.json"))
    return sorted(filter(None, found), key=lambda kept: kept.name)


def keep(models: Path, name: HubName, kept: KeptModel) -> None:
    """Write the record of a model. Files that it announces with other bytes are gone then.

    :raises OSError: if the folder cannot be written.
    """
    folder, before = repository_folder(models, name.repo), kept_model(models, name.plain)
    if before and before.commit != kept.commit:
        for file in before.files:
            if not file.digest or file not in kept.files:
                (folder / file.path).unlink(missing_ok=True)
                part_of(folder / file.path).unlink(missing_ok=True)
    replace_file(_record(models, name), kept.model_dump_json(indent=1).encode())


def part_of(path: Path) -> Path:
    """Return where a file is put until all of it has come."""
    return path.with_name(path.name + ".part")


def is_whole(models: Path, kept: KeptModel) -> bool:
    """Say whether all files are there with the announced size."""
    folder = repository_folder(models, kept.repo)
    return all(_size(folder / file.path) == file.size for file in kept.files)


def has_digest(path: Path, file: KeptFile) -> bool:
    """Say whether a file holds the announced bytes, as far as the hub told what they hash to.

    :raises OSError: if it cannot be read.
    """
    if _size(path) != file.size:
        return False
    kind, _, wanted = file.digest.partition(":")
    if not wanted:
        return True
    digest = hashlib.sha256() if kind == "sha256" else hashlib.sha1(f"blob {file.size}\0".encode())
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest() == wanted


def gguf_file(models: Path, name: str) -> Path | None:
    """Return the file of a `gguf` model that was fetched from a hub; nothing for other names.

    :raises WeightsMissingError: naming the command that fetches it.
    """
    on_hub = hub_name(name)
    if not on_hub or not on_hub.file or _is_own(name):
        return None
    kept = _whole(models, on_hub)
    if not kept:
        raise WeightsMissingError(
            f"The language model {name} is not on this machine.",
            f"It was looked for in {repository_folder(models, on_hub.repo)}.",
            f"Run: bonsai models get {name}",
        )
    return repository_folder(models, on_hub.repo) / kept.files[0].path


def model_place(models: Path, name: str) -> Place:
    """Return where to load an `st` or `hf` model from.

    That is a folder of the user's own, a kept copy of a hub's model, or the name itself, which a
    library looks up in its own cache and on the hub.

    :raises WeightsMissingError: if a kept copy is not whole.
    """
    place = name.partition(":")[2]
    on_hub = hub_name(name)
    if _is_own(name) or not on_hub:
        folder = Path(os.path.expanduser(place))
        return Place(str(folder) if folder.is_dir() else place)
    if kept := _whole(models, on_hub):
        return Place(str(repository_folder(models, on_hub.repo)), commit=kept.commit)
    return Place(on_hub.repo, revision=on_hub.revision)


def with_commit(models: Path, name: str) -> str:
    """Return the name of a model for a run's stamp: with the commit of the kept copy, if any."""
    on_hub = hub_name(name)
    kept = kept_model(models, on_hub) if on_hub and not _is_own(name) else None
    return f"{name}@{kept.commit[:SHORT_COMMIT]}" if kept else name


def _whole(models: Path, name: HubName) -> KeptModel | None:
    kept = kept_model(models, name)
    if kept and not is_whole(models, kept):
        raise WeightsMissingError(
            f"Of the model {name} only a part is on this machine.",
            f"Files are missing in {repository_folder(models, name.repo)}: its download was ended.",
            f"Run: bonsai models get {name}   (what is there is kept)",
        )
    return kept


def _is_own(name: str) -> bool:
    place = name.partition(":")[2]
    try:
        return bool(place) and Path(os.path.expanduser(place)).exists()
    except OSError:  # too long for a path
        return False


def _record(models: Path, name: HubName) -> Path:
    file = name.file.replace("/", "--") or _WHOLE_REPOSITORY
    return repository_folder(models, name.repo) / _RECORDS / f"{file}.json"


def _is_record_of(kept: KeptModel, name: HubName) -> bool:
    """Say whether a record is of this repository, and of this file for a model that is one."""
    named = hub_name(kept.name)
    return named is not None and (named.repo, named.file) == (name.repo, name.file)


def _read(path: Path) -> KeptModel | None:
    try:
        return KeptModel.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1
