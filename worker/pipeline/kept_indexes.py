"""Which indexes a store holds, and what each was made with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from worker.addresses import origin
from worker.settings import Settings

if TYPE_CHECKING:
    from worker.retrieval.chroma_store import Content


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

    A folder stays as it is, to the byte.

    :raises PackageMissingError: if chromadb is not installed.
    :raises StoreError: if the store cannot be read.
    :raises SettingError: if the store's address cannot be used.
    """
    found = (
        KeptIndex(each.name, each.model, each.passages, each.version)
        for each in _contents(settings)
    )
    return sorted(found, key=lambda index: index.name)


def _contents(settings: Settings) -> list[Content]:
    from worker.retrieval.chroma_file import contents_of_folder
    from worker.retrieval.chroma_place import place_of
    from worker.retrieval.chroma_store import ChromaStore

    if origin(settings.store):
        return ChromaStore(place_of(settings.store, settings.store_token)).contents()
    return contents_of_folder(Path(settings.store))
