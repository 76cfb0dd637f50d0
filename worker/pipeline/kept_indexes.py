"""Which indexes a store holds, and what each was made with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from worker.addresses import origin
from worker.settings import Settings

_DATABASE = "chroma.sqlite3"


@dataclass(frozen=True)
class KeptIndex:
    """An index: its name, the model that it was made with, and how many passages it holds.

    `version` is empty while it is being changed, and after an indexing that was cut short.
    """

    name: str
    model: str
    passages: int
    version: str


def kept_indexes(settings: Settings) -> list[KeptIndex]:
    """Return the indexes of this machine's store, by name; a store that is not there has none.

    :raises PackageMissingError: if chromadb is not installed.
    :raises StoreError: if the store cannot be read.
    :raises SettingError: if the store's address cannot be used.
    """
    if not origin(settings.store) and not (Path(settings.store) / _DATABASE).is_file():
        return []
    from worker.retrieval.chroma_place import place_of
    from worker.retrieval.chroma_store import ChromaStore

    return sorted(
        (
            KeptIndex(each.name, each.model, each.passages, each.version)
            for each in ChromaStore(place_of(settings.store, settings.store_token)).contents()
        ),
        key=lambda index: index.name,
    )
