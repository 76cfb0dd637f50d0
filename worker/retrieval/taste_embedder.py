"""Points of view as a taste sees them: another model's vectors, moved towards what was liked.

`taste:NAME` is one that was learnt here, `taste:NAME@0.5` the same with half of its strength.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from worker.errors import SettingError
from worker.models.registry import Entry, Registry
from worker.models.taste_map import TasteMap
from worker.retrieval.base import Embedder, Vectors
from worker.settings import Settings


class TasteEmbedder:
    """Vectors of passages are those of `base`; of points of view, they are moved.

    With the strength 0 it is its base, to the last digit.
    """

    def __init__(
        self, name: str, version: str, base: Embedder, taste: TasteMap, strength: float
    ) -> None:
        self.name = name
        self.revision = f"{base.revision}+{version}"
        self.dim = base.dim
        self.max_tokens = base.max_tokens
        self.base = base
        self._taste = taste
        self._strength = strength

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors."""
        return self.base.embed_documents(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors of points of view, as the taste sees them."""
        return self._taste.moved(self.base.embed_queries(texts), self._strength)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each whole text has."""
        return self.base.count_tokens(texts)


def load(name: str, settings: Settings, embedder: Callable[[str], Embedder]) -> Embedder:
    """Return the taste of this name, over its base.

    :param embedder: gives the embedding model of a name.
    :raises SettingError: if there is none, its strength is none, or its base is another now.
    :raises WeightsMissingError: if what is kept of it cannot be read.
    """
    model, _, asked = name.partition("@")
    registry = Registry(settings.made)
    entry = registry.find(model)
    strength = _strength(name, asked) if asked else float(entry.settings["strength"])
    taste = TasteMap.read(registry.place(model))
    base = embedder(entry.base)
    if base.revision != entry.base_revision or base.dim != taste.povs.shape[1]:
        raise _other_base(entry, base)
    return TasteEmbedder(name, registry.version(model), base, taste, strength)


def passages_by(embedder: Embedder) -> Embedder:
    """Return the model whose vectors of passages an embedder gives: itself, or a taste's base."""
    return embedder.base if isinstance(embedder, TasteEmbedder) else embedder


def refuse_taste(embedder: Embedder) -> None:
    """See that what an index is made with, or searched by, is no taste.

    :raises SettingError: if it is one.
    """
    if isinstance(embedder, TasteEmbedder):
        raise SettingError(
            f"{embedder.name} cannot be the embedder of an index.",
            "A taste moves points of view alone: passages and questions have the vectors of "
            f"{embedder.base.name}.",
            f"Set 'Embedder' to {embedder.base.name}, and 'Scoring embedder' to {embedder.name}.",
        )


def _strength(name: str, asked: str) -> float:
    try:
        strength = float(asked)
    except ValueError:
        strength = -1.0
    if not 0 <= strength <= 1:
        raise SettingError(
            f"The strength of {name} cannot be used.",
            "It is a number from 0, the base alone, to 1, all that was learnt.",
            "Write it like taste:NAME@0.5, or leave it away.",
        )
    return strength


def _other_base(entry: Entry, base: Embedder) -> SettingError:
    return SettingError(
        f"The taste {entry.model} was learnt with another version of {entry.base}.",
        f"That was {entry.base_revision}, and now it is {base.revision}: their vectors cannot be "
        "compared.",
        "Index again, and learn the taste again from your Keep marks.",
    )
