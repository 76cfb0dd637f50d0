"""Which models can be trained: a model in a form that only runs has a trainable twin, or none."""

from __future__ import annotations

from worker.errors import SettingError
from worker.models.catalogue import find_model

#: Kinds whose weights torch loads.
_TRAINABLE = ("st", "tuned")


def trainable_base(name: str) -> str:
    """Return the model that is trained where this one is named: itself, or its trainable twin.

    :raises SettingError: if it cannot be trained, naming what can.
    """
    kind, _, rest = name.partition(":")
    if kind in _TRAINABLE and rest:
        return name
    known = find_model(name)
    if known and known.twin:
        return known.twin
    raise SettingError(
        f"The model {name} cannot be trained.",
        "Only weights that sentence-transformers loads can: those of st: models, and of models "
        "that were tuned here before.",
        "Choose another base, such as st:minilm or st:BAAI/bge-base-en.",
    )
