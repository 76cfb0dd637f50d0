"""The opening of a collection that is to be read: one with nothing in it is refused."""

from __future__ import annotations

from worker.errors import CollectionError
from worker.retrieval.base import Collection, Embedder
from worker.runtime import Runtime


def filled_collection(runtime: Runtime, store: str, name: str, embedder: Embedder) -> Collection:
    """Return a collection of a store.

    :raises CollectionError: if it is absent, empty or of another model.
    """
    collection = runtime.store(store).open(name, embedder)
    if not collection.count():
        raise CollectionError(
            f"The index '{name}' is empty.",
            "No document was ever indexed into it, or all were removed.",
            "Run Index first.",
        )
    return collection
