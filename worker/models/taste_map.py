"""The map of a taste: where points of view move to, kept in one file of plain numbers."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from worker.errors import WeightsMissingError
from worker.file_faults import reason_of

Vectors = NDArray[np.float32]

_FILE = "taste.npz"
#: Cosine from which two vectors are of the same sentence: all else is rounding.
_SAME = 1 - 1e-5


@dataclass(frozen=True)
class TasteMap:
    """Points of view that had labels, and by what each of them moves; both (p, dim).

    A sentence moves by the sum of these moves, each as much as it is like its point of view
    (`for_all`), or by that of its own alone: then sentences that had no labels stay where they are.
    """

    povs: Vectors
    moves: Vectors
    for_all: bool

    def moved(self, vectors: Vectors, strength: float) -> Vectors:
        """Return (n, dim) unit vectors, moved by a part of the whole way: 0 is where they were."""
        if not strength:
            return vectors
        alike = vectors @ self.povs.T
        if not self.for_all:
            alike = (alike > _SAME).astype(np.float32)
        moved = (vectors + strength * (alike @ self.moves)).astype(np.float32)
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        unit: Vectors = np.divide(moved, lengths, out=vectors.copy(), where=lengths > 0)
        stays = ~alike.any(axis=1)
        unit[stays] = vectors[stays]  # dividing would change the last digit
        return unit

    def write(self, folder: Path) -> None:
        """Write it into the folder of its model.

        :raises OSError: if it cannot be written.
        """
        with (folder / _FILE).open("wb") as file:
            np.savez(file, povs=self.povs, moves=self.moves, for_all=np.array(self.for_all))

    @classmethod
    def read(cls, folder: Path) -> TasteMap:
        """Read it back; nothing in the file is run.

        :raises WeightsMissingError: if it is not there, or no map.
        """
        try:
            with (folder / _FILE).open("rb") as file, np.load(file, allow_pickle=False) as kept:
                povs, moves = (np.asarray(kept[name], np.float32) for name in ("povs", "moves"))
                taste = cls(povs, moves, bool(kept["for_all"]))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise _unreadable(folder, reason_of(error)) from error
        if povs.ndim != 2 or povs.shape != moves.shape or not np.isfinite([povs, moves]).all():
            raise _unreadable(folder, "Its numbers do not fit together.")
        return taste


def _unreadable(folder: Path, why: str) -> WeightsMissingError:
    return WeightsMissingError(
        f"The taste in {folder} cannot be read.",
        f"Its file {_FILE} is not there, or damaged: {why}",
        "Learn it again: bonsai taste, or the button 'Learn my taste'.",
    )
