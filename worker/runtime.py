"""The runtime of a process: embedders, stores and language models, built once and kept warm."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from worker.addresses import is_one_place
from worker.models.kinds import find_engine
from worker.models.registry import made_version
from worker.settings import Settings

if TYPE_CHECKING:
    from worker.answering.evidence.vocabulary import Vocabulary
    from worker.inference.base import LanguageModel
    from worker.retrieval.base import Collection, Embedder, Reranker, Vectors
    from worker.retrieval.chroma_store import ChromaStore
    from worker.retrieval.keywords import KeywordIndex
    from worker.translation.base import Translator

T = TypeVar("T")


class Runtime:
    """Warm objects of one process. Heavy packages are imported when first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._warm: dict[tuple[str, str], tuple[str, object]] = {}
        self._query_vectors: dict[tuple[str, str, str], Vectors] = {}
        self._keywords: tuple[str, KeywordIndex] | None = None
        self._vocabulary: tuple[str, Vocabulary] | None = None
        self._language_model: LanguageModel | None = None
        self._lock = threading.RLock()

    def embedder(self, name: str) -> Embedder:
        """Return the embedding model of this name.

        One that was made here and has been made anew since is loaded again.

        :raises SettingError: if the name is of no known kind.
        :raises UnavailableError: if its package or weights are not there.
        """
        version = made_version(self.settings, name)
        return self._keep_warm("embedder", name, lambda: self._embedder(name), version)

    def language_model(self, name: str) -> LanguageModel:
        """Return the language model of this name; raises as `embedder` does.

        One language model is kept: a second one may not fit beside it.
        """
        with self._lock:
            if self._language_model is None or self._language_model.name != name:
                self.close()
                self._language_model = find_engine(name, "write").load(name, self.settings)
            return self._language_model

    def close(self) -> None:
        """Free the memory of the language model, which may live in a process of its own."""
        with self._lock:
            if self._language_model:
                self._language_model.close()
            self._language_model = None

    def store(self, location: str) -> ChromaStore:
        """Return the store in this folder or at this address; an empty name is the worker's own.

        The token of this machine goes to its own store alone.

        :raises SettingError: if it is neither.
        :raises StoreError: if it cannot be opened.
        """
        from worker.retrieval.chroma_place import place_of
        from worker.retrieval.chroma_store import ChromaStore

        location = location or self.settings.store
        is_own = is_one_place(location, self.settings.store)
        token = self.settings.store_token if is_own else ""
        return self._keep_warm("store", location, lambda: ChromaStore(place_of(location, token)))

    def reranker(self, name: str) -> Reranker:
        """Return the cross-encoder of this name; raises as `embedder` does."""
        return self._keep_warm("reranker", name, lambda: self._reranker(name))

    def translator(self, name: str) -> Translator:
        """Return the translator of this name, which is no language model; raises as `embedder`."""
        return self._keep_warm("translator", name, lambda: self._translator(name))

    def keywords(self, collection: Collection) -> KeywordIndex:
        """Return the keyword index of a collection; that of the last version stays in memory.

        :raises PackageMissingError: if its package is not installed.
        """
        from worker.retrieval.keywords import KeywordIndex

        version = collection.version
        with self._lock:
            if not version or self._keywords is None or self._keywords[0] != version:
                self._keywords = (version, KeywordIndex(collection.chunks()))
            return self._keywords[1]

    def vocabulary(self, collection: Collection) -> Vocabulary:
        """Return the vocabulary of a collection; that of the last version stays in memory."""
        from worker.answering.evidence.vocabulary import vocabulary

        version = collection.version
        with self._lock:
            if not version or self._vocabulary is None or self._vocabulary[0] != version:
                texts = (chunk.text for chunk in collection.chunks())
                self._vocabulary = (version, vocabulary(texts))
            return self._vocabulary[1]

    def query_vectors(self, embedder: Embedder, texts: list[str]) -> Vectors:
        """Return (n, dim) vectors of queries or points of view, embedding only new texts."""
        keys = [(embedder.name, embedder.revision, text) for text in texts]
        new = list(dict.fromkeys(key for key in keys if key not in self._query_vectors))
        if new:
            vectors = embedder.embed_queries([text for *_, text in new])
            self._query_vectors.update(zip(new, vectors, strict=True))
        rows = [self._query_vectors[key] for key in keys]
        return np.array(rows, np.float32).reshape(len(keys), embedder.dim)

    def _embedder(self, name: str) -> Embedder:
        from worker.retrieval.covering_embedder import COVERING, CoveringEmbedder

        if name.endswith(COVERING):
            return CoveringEmbedder(self.embedder(name.removesuffix(COVERING)))
        engine = find_engine(name, "embed")
        others = (self.embedder,) if engine.over_another else ()
        embedder: Embedder = engine.load(name, self.settings, *others)
        return embedder

    def _reranker(self, name: str) -> Reranker:
        reranker: Reranker = find_engine(name, "rerank").load(name, self.settings)
        return reranker

    def _translator(self, name: str) -> Translator:
        translator: Translator = find_engine(name, "translate").load(name, self.settings)
        return translator

    def _keep_warm(self, kind: str, name: str, build: Callable[[], T], version: str = "") -> T:
        with self._lock:
            kept = self._warm.get((kind, name))
            if kept is None or kept[0] != version:
                self._warm[kind, name] = kept = (version, build())
            return kept[1]  # type: ignore[return-value]
