"""Models made here, by name: tastes and tuned embedders, each with all that it was made from.

Each is a folder `KIND/NAME` with its weights and an `entry.json`. It is written beside and moved:
whoever looks finds a whole model or none.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal, get_args

from pydantic import ValidationError

from worker.contract import Comparison, Wire
from worker.errors import SettingError, StoreError, WeightsMissingError
from worker.file_faults import advice_for, reason_of
from worker.private_files import make_private_folder, private_in
from worker.settings import Settings
from worker.small_files import replace_file

MadeKind = Literal["taste", "tuned"]
MADE_KINDS: tuple[MadeKind, ...] = get_args(MadeKind)

_ENTRY = "entry.json"
_LONGEST = 60
_NAME = re.compile(rf"\w(?:[\w.-]{{0,{_LONGEST - 2}}}[\w-])?")
#: Names that Windows keeps for devices, whatever follows a point in them.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


class Entry(Wire):
    """What a model was made from, and what it was measured to do.

    `data_hash` stands for all that it has learnt from; of the documents only names are kept.
    `counts` say how much of each thing that was, as in {"labels": 12}.
    """

    kind: MadeKind
    name: str
    base: str
    base_revision: str
    time: str  # ISO 8601, UTC
    code_version: str
    data_hash: str
    documents: tuple[str, ...]
    counts: Mapping[str, int]
    settings: Mapping[str, str | int | float]
    comparisons: tuple[Comparison, ...] = ()

    @property
    def model(self) -> str:
        """The name by which it is loaded, as in taste:NAME."""
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True)
class Registry:
    """The models made here, in one folder."""

    folder: Path

    def entries(self) -> list[Entry]:
        """Return what is there, by kind and name; a folder that cannot be read is left out."""
        found = []
        for kind in MADE_KINDS:
            for place in sorted((self.folder / kind).glob(f"*/{_ENTRY}")):
                if not place.parent.name.startswith("."):
                    try:
                        found.append(self.find(f"{kind}:{place.parent.name}"))
                    except WeightsMissingError:
                        continue
        return found

    def find(self, model: str) -> Entry:
        """Return the entry of a model such as taste:NAME.

        :raises SettingError: if there is none of this name.
        :raises WeightsMissingError: if what is there cannot be read.
        """
        place = self.place(model) / _ENTRY
        try:
            return Entry.model_validate_json(place.read_bytes())
        except FileNotFoundError as error:
            raise self._unknown(model) from error
        except (OSError, ValidationError) as error:
            raise _unreadable(model, place, error) from error

    def base_of(self, model: str) -> str:
        """Return what a taste stands over; any other model, and one not known here, is its own."""
        try:
            return self.find(model).base if model.startswith("taste:") else model
        except (SettingError, WeightsMissingError):
            return model

    def version(self, model: str) -> str:
        """Return what changes whenever a model is made anew; empty if there is none.

        :raises SettingError: if it can be no name.
        """
        try:
            return sha256((self.place(model) / _ENTRY).read_bytes()).hexdigest()[:12]
        except OSError:
            return ""

    def place(self, model: str) -> Path:
        """Return the folder of a model, whether it is there or not.

        Of a taste the strength behind its name does not count.

        :raises SettingError: if it can be no name.
        """
        kind, _, name = model.partition("@")[0].partition(":")
        if kind not in MADE_KINDS:
            raise SettingError(
                f"'{model}' is no model that was made here.",
                f"Their names begin with {' or '.join(f'{each}:' for each in MADE_KINDS)}.",
                "Correct the name.",
            )
        return self.folder / kind / checked_name(name)

    def require_free(self, model: str) -> None:
        """See that no model has this name, in capitals or small letters.

        :raises SettingError: if one has.
        """
        place = self.place(model)
        taken = [*place.parent.iterdir()] if place.parent.is_dir() else []
        if any(other.name.casefold() == place.name.casefold() for other in taken):
            raise SettingError(
                f"The name {model} is taken.",
                f"A model of this name was made before, and is kept in {place.parent}.",
                f"Choose another name, or delete it first: bonsai tuned delete {model}",
            )

    @contextmanager
    def adding(self, entry: Entry, *, replace: bool = False) -> Iterator[Path]:
        """Give a folder for the weights of a model; it is in its place once all is written.

        :param replace: whether an earlier model of the same name goes.
        :raises SettingError: if the name is taken, or is none.
        :raises StoreError: if the folder cannot be written.
        """
        place = self.folder / entry.kind / checked_name(entry.name)
        if not replace:
            self.require_free(entry.model)
        draft = place.with_name(f".{uuid.uuid4().hex}")
        try:
            make_private_folder(draft)
            with private_in(draft):
                yield draft
            replace_file(draft / _ENTRY, entry.model_dump_json(indent=1).encode())
            _move_away(place)
            draft.rename(place)
        except OSError as error:
            raise _unwritable(place, error) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def delete(self, model: str) -> None:
        """Delete a model.

        :raises SettingError: if there is none of this name.
        :raises StoreError: if its folder cannot be changed.
        """
        place = self.place(model)
        if not place.is_dir():
            raise self._unknown(model)
        try:
            _move_away(place)
        except OSError as error:
            raise _unwritable(place, error) from error

    def _unknown(self, model: str) -> SettingError:
        known = ", ".join(entry.model for entry in self.entries()) or "none"
        return SettingError(
            f"There is no model called {model}.",
            f"Of those that were made here there are: {known}.",
            "Correct the name, or make it: bonsai taste, or bonsai tune.",
        )


def is_made_here(model: str) -> bool:
    """Say whether a name is that of a model made here, as in taste:NAME."""
    return model.partition(":")[0] in MADE_KINDS


def made_version(settings: Settings, model: str) -> str:
    """Return what changes whenever a model made here is made anew; empty for any other model.

    :raises SettingError: if its name can be none.
    """
    return Registry(settings.made).version(model) if is_made_here(model) else ""


def checked_name(name: str) -> str:
    """Return a name as it is kept.

    :raises SettingError: if it is more than letters, digits, points, - and _, or too long.
    """
    kept = unicodedata.normalize("NFC", name)
    if not _NAME.fullmatch(kept) or _DEVICES.fullmatch(kept):
        raise SettingError(
            f"The name '{name[:_LONGEST]}' cannot be used.",
            f"It names a folder: up to {_LONGEST} letters and digits, with points, - and _ between "
            "them.",
            "Choose another one, such as mine or films-2026.",
        )
    return kept


def _move_away(place: Path) -> None:
    """Take a model out of its place in one step, then delete it."""
    if place.exists():
        old = place.with_name(f".{uuid.uuid4().hex}")
        place.rename(old)
        shutil.rmtree(old, ignore_errors=True)


def _unreadable(model: str, place: Path, error: Exception) -> WeightsMissingError:
    return WeightsMissingError(
        f"The model {model} cannot be read.",
        f"{place} is damaged, or of another version of BONSAI: {reason_of(error)}",
        "Make it again, or delete its folder.",
    )


def _unwritable(place: Path, error: OSError) -> StoreError:
    return StoreError(
        f"The model cannot be kept in {place}.",
        reason_of(error),
        advice_for(error, "Name a folder on another disk with BONSAI_HOME."),
    )
