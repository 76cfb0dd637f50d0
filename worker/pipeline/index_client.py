"""The reading side's view of an index: what it asks of whoever holds it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from worker.contract import (
    ChunkText,
    IndexRequest,
    OpenIndexRequest,
    OpenIndexResult,
    StoreChunksRequest,
    StoreChunksResult,
)
from worker.documents.chunks import Chunk
from worker.documents.read_ahead import ReadFile
from worker.pipeline.job_context import Ask

_CHUNKS_AT_ONCE = 64  # in one request, between two looks at the wish to stop
_BYTES_AT_ONCE = 256_000  # of text in one request


@dataclass(frozen=True)
class IndexClient:
    """The collection that a request names, at the other end of `ask`."""

    request: IndexRequest
    ask: Ask

    def open(self) -> OpenIndexResult:
        """Open the collection for changes."""
        opened = self.ask(OpenIndexRequest(**self._names()))
        assert isinstance(opened, OpenIndexResult)
        return opened

    def store(self, chunks: Sequence[ChunkText], current: dict[str, str]) -> StoreChunksResult:
        """Have chunks stored, and other versions of the sources in `current` dropped."""
        return self._send(
            StoreChunksRequest(chunks=tuple(chunks), current=current, **self._names())
        )

    def remove(self, sources: Sequence[str]) -> None:
        """Have sources dropped."""
        self._send(StoreChunksRequest(removed=tuple(sources), **self._names()))

    def finish(self) -> StoreChunksResult:
        """Give the collection its new version."""
        return self._send(StoreChunksRequest(finish=True, **self._names()))

    def _send(self, request: StoreChunksRequest) -> StoreChunksResult:
        stored = self.ask(request)
        assert isinstance(stored, StoreChunksResult)
        return stored

    def _names(self) -> dict[str, Any]:
        return self.request.model_dump(include={"run_id", "collection", "embedder", "store"})


@dataclass(frozen=True)
class StoredFile:
    """A file that is in the index; `unseen` counts chunks that are longer than the model reads."""

    source: str
    read: ReadFile
    unseen: int


@dataclass
class ChunkBatch:
    """Chunks on their way to an index: those of small files share a request.

    :param before: sources that the index held at first, so that other versions may be there.
    """

    index: IndexClient
    before: frozenset[str]
    _chunks: list[ChunkText] = field(default_factory=list)
    _bytes: int = 0
    _whole: dict[str, ReadFile] = field(default_factory=dict)  # files whose last chunk is here
    _unseen: Counter[str] = field(default_factory=Counter)

    def add(self, source: str, read: ReadFile, before_each: Callable[[], None]) -> list[StoredFile]:
        """Take a file; return the files that came to be stored whole.

        :param before_each: is called before each request.
        """
        stored = []
        for chunk in read.chunks:
            length = len(chunk.text.encode())
            if self._is_full(length):
                before_each()
                stored += self.send()
            self._chunks.append(_on_its_way(chunk, read))
            self._bytes += length
        self._whole[source] = read
        return stored

    def send(self) -> list[StoredFile]:
        """Have stored what has gathered; return the files that are stored whole now."""
        if not self._chunks:
            return []
        current = {
            source: read.version.mark
            for source, read in self._whole.items()
            if source in self.before
        }
        self._unseen.update(self.index.store(self._chunks, current).unseen)
        stored = [
            StoredFile(source, read, self._unseen.pop(source, 0))
            for source, read in self._whole.items()
        ]
        self._chunks, self._bytes, self._whole = [], 0, {}
        return stored

    def _is_full(self, more: int) -> bool:
        return bool(self._chunks) and (
            len(self._chunks) >= _CHUNKS_AT_ONCE or self._bytes + more > _BYTES_AT_ONCE
        )


def _on_its_way(chunk: Chunk, read: ReadFile) -> ChunkText:
    version, is_first = read.version, chunk is read.chunks[0]
    return ChunkText(
        **asdict(chunk),
        file_hash=version.mark,
        modified=read.modified,
        lost=version.lost if is_first else "",
        read_as=version.read_as if is_first else "",
    )
