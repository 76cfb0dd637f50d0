"""The worker's side of indexing: what a collection holds, and chunks that come to be stored."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from worker.contract import (
    ChunkText,
    OpenIndexRequest,
    OpenIndexResult,
    StoreChunksRequest,
    StoreChunksResult,
)
from worker.pipeline.job_context import JobContext
from worker.retrieval.base import Collection, Embedder, StoredChunk, Vectors

_FIRST_STEP = 8  # texts that are embedded between two looks at the wish to stop
_SHORT = 0.5  # seconds of a step after which the next one may be twice as large


def open_index(request: OpenIndexRequest, context: JobContext) -> OpenIndexResult:
    """Open a collection for changes; it has no version until they are finished.

    :raises CollectionError: if the collection was made with another model.
    :raises UnavailableError: if the model or the store is not there.
    """
    embedder, collection = _opened(request, context)
    collection.begin_changes()
    return OpenIndexResult(
        files=collection.files(),
        lost=collection.said("lost"),
        read_as=collection.said("read_as"),
        embedder=f"{embedder.name}@{embedder.revision}",
        max_tokens=embedder.max_tokens,
    )


def store_chunks(request: StoreChunksRequest, context: JobContext) -> StoreChunksResult:
    """Embed and store chunks, drop what is out of date, and finish the changes if asked to.

    :raises CollectionError: if the collection was made with another model.
    :raises UnavailableError: if the model or the store is not there.
    """
    embedder, collection = _opened(request, context)
    embedded = _embed_and_store(request.chunks, embedder, collection, context.check_cancelled)
    for source, file_hash in request.current.items():
        collection.drop(source, keep=file_hash)
    for source in request.removed:
        collection.drop(source)
    return StoreChunksResult(
        embedded=embedded,
        unseen=_unseen(request, embedder),
        chunks=collection.count() if request.finish else 0,
        index_version=collection.finish_changes() if request.finish else "",
    )


def _opened(
    request: OpenIndexRequest | StoreChunksRequest, context: JobContext
) -> tuple[Embedder, Collection]:
    embedder = context.runtime.embedder(request.embedder)
    if not request.is_last:  # to load a model takes seconds, and to open a store takes some more
        context.check_cancelled()
    store = context.runtime.store(request.store)
    return embedder, store.open_or_create(request.collection, embedder)


def _embed_and_store(
    chunks: Sequence[ChunkText],
    embedder: Embedder,
    collection: Collection,
    before_each: Callable[[], None],
) -> int:
    """Store chunks; return how many of them had to be embedded.

    A chunk whose text stands in the collection under the same id, from an earlier version of its
    file or a run that ended early, keeps its vector.
    """
    if not chunks:
        return 0
    stored = collection.fetch([chunk.chunk_id for chunk in chunks])
    known = {(found.chunk.chunk_id, found.chunk.text): found.vector for found in stored}
    new = [chunk for chunk in chunks if (chunk.chunk_id, chunk.text) not in known]
    if new:
        made = _embedded([chunk.text for chunk in new], embedder, before_each)
        known |= {(chunk.chunk_id, chunk.text): row for chunk, row in zip(new, made, strict=True)}
    vectors = np.stack([known[chunk.chunk_id, chunk.text] for chunk in chunks])
    collection.upsert([StoredChunk(**dict(chunk)) for chunk in chunks], vectors)
    return len(new)


def _embedded(texts: list[str], embedder: Embedder, before_each: Callable[[], None]) -> Vectors:
    """Embed in steps, `before_each` of which the run can be stopped: a slow machine has small ones.

    A large model on a laptop takes half a minute for a request; a GPU wants many texts at once.
    """
    made, first, step = [], 0, _FIRST_STEP
    while first < len(texts):
        before_each()
        started = time.monotonic()
        made.append(embedder.embed_documents(texts[first : first + step]))
        first += step
        if time.monotonic() - started < _SHORT:
            step *= 2
    return np.concatenate(made)


def _unseen(request: StoreChunksRequest, embedder: Embedder) -> dict[str, int]:
    """Return {source: chunks that are longer than the model reads}."""
    counts = embedder.count_tokens([chunk.text for chunk in request.chunks])
    sized = zip(request.chunks, counts, strict=True)
    return Counter(chunk.source for chunk, count in sized if count > embedder.max_tokens)
