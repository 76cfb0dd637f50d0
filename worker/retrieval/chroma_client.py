"""A process's connection to a Chroma database that other processes write to as well."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from worker.retrieval.chroma_place import ChromaPlace, chroma_errors

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection as Handle

T = TypeVar("T")

_MOVING = "moving"  # stands for the mark of a collection that another process was changing


class ChromaClient:
    """Collections as they are now, whoever wrote to them last. Safe to use from several threads.

    Embedded Chroma reads the vectors of a collection once, and never sees what other processes
    write after that; two that write at once lose vectors. So each write is made `alone`, and
    whoever writes first puts a mark of its own on the collection. A mark that is not known here
    means a new connection. Handles given out before keep the old one, with its vectors.

    :raises StoreError: from every method, if the store cannot be read or written.
    """

    def __init__(self, place: ChromaPlace) -> None:
        logging.getLogger("chromadb").setLevel(logging.ERROR)
        self.place = place
        self._threads = threading.RLock()
        self._kept: dict[str, tuple[str, Any]] = {}  # key: a mark, and what was made then
        with self.alone():
            self._connect()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other threads and processes from writing; may be entered again within."""
        with chroma_errors(self.place), self._threads, self.place.lock():
            yield

    def handles(self) -> list[Handle]:
        """Return all collections, whose vectors are not read for that."""
        with self.alone():
            return [*self._client.list_collections()]

    def current(self, key: str) -> Handle:
        """Return a collection with all that was written so far. To be called while `alone`.

        :raises NotFoundError: Chroma's own, if it is absent.
        """
        handle = self._client.get_collection(key, embedding_function=None)
        if self._loaded.get(key, _mark(handle)) != _mark(handle):
            self._connect()
            handle = self._client.get_collection(key, embedding_function=None)
        if key not in self._loaded:
            if self.place.in_process:
                handle.get(limit=1, include=["embeddings"])  # reads in all, while nobody writes
            self._loaded[key] = _mark(handle) if version_of(handle) else _MOVING
        return handle

    def renewed(self, key: str) -> Handle:
        """Return a collection over a new connection. To be called while `alone`."""
        self._connect()
        return self.current(key)

    def ensure(self, key: str, metadata: dict[str, Any], configuration: Any) -> None:  # noqa: ANN401 (Chroma's own kind)
        """Make a collection if it is not there. To be called while `alone`."""
        self._client.get_or_create_collection(
            key, metadata=metadata, configuration=configuration, embedding_function=None
        )

    def batch_size(self, most: int) -> int:
        """Return how many rows one call may carry, at most `most`."""
        with chroma_errors(self.place):
            return min(most, self._client.get_max_batch_size())

    @contextmanager
    def writing(self, key: str) -> Iterator[Handle]:
        """Give a collection to write to, which has no version from then on."""
        with self.alone():
            handle = self.current(key)
            if version_of(handle) or self._loaded[key] != _mark(handle):
                self.set_version(handle, "")
            yield handle

    def set_version(self, handle: Handle, version: str) -> None:
        """Mark a collection as changed by this client. To be called while `alone`."""
        key, mark = handle.name, uuid4().hex
        handle.modify(metadata={**(handle.metadata or {}), "version": version, "mark": mark})
        self._loaded[key] = mark

    def kept(self, handle: Handle, make: Callable[[], T]) -> T:
        """Return what was made of a collection once, as long as nobody has changed it since."""
        key, mark = handle.name, _mark(handle)
        if not version_of(handle):
            return make()
        if self._kept.get(key, ("", None))[0] != mark:
            self._kept[key] = mark, make()
        return self._kept[key][1]  # type: ignore[no-any-return]

    def _connect(self) -> None:
        self._client = self.place.connect()
        self._loaded: dict[str, str] = {}  # key: the mark up to which its vectors were read
        gc.collect()  # the earlier client is a ring of objects that holds files and vectors


def version_of(handle: Handle) -> str:
    """Return the version of a collection; empty while it is being changed."""
    return str((handle.metadata or {}).get("version", ""))


def _mark(handle: Handle) -> str:
    return str((handle.metadata or {}).get("mark", ""))
