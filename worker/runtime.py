"""What a process keeps warm: embedders, stores and language models, built once, by name."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from worker.errors import SettingError
from worker.models.weights import find_weights
from worker.settings import Settings

if TYPE_CHECKING:
    from worker.inference.base import LanguageModel
    from worker.retrieval.base import Collection, Embedder, Reranker, Vectors
    from worker.retrieval.chroma_store import ChromaStore
    from worker.retrieval.keywords import KeywordIndex

T = TypeVar("T")


class Runtime:
    """Warm objects of one process. Heavy packages are imported when first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._warm: dict[tuple[str, str], object] = {}
        self._query_vectors: dict[tuple[str, str, str], Vectors] = {}
        self._keywords: tuple[str, KeywordIndex] | None = None
        self._language_model: LanguageModel | None = None
        self._lock = threading.RLock()

    def embedder(self, name: str) -> Embedder:
        """Return the embedding model of this name.

        :raises SettingError: if the name is of no known kind.
        :raises UnavailableError: if its package or weights are not there.
        """
        return self._once("embedder", name, lambda: _load_embedder(name, self.settings))

    def language_model(self, name: str) -> LanguageModel:
        """Return the language model of this name; raises as `embedder` does.

        One language model is kept: a second one may not fit beside it.
        """
        with self._lock:
            if self._language_model is None or self._language_model.name != name:
                self.close()
                self._language_model = _load_language_model(name, self.settings)
            return self._language_model

    def close(self) -> None:
        """Free the memory of the language model, which may live in a process of its own."""
        with self._lock:
            if self._language_model:
                self._language_model.close()
            self._language_model = None

    def store(self, location: str) -> ChromaStore:
        """Return the store in this folder or at this address; an empty name is the worker's own.

        :raises SettingError: if it is neither.
        :raises StoreError: if it cannot be opened.
        """
        from worker.retrieval.chroma_place import place_of
        from worker.retrieval.chroma_store import ChromaStore

        location, token = location or self.settings.store, self.settings.store_token
        return self._once("store", location, lambda: ChromaStore(place_of(location, token)))

    def reranker(self, name: str) -> Reranker:
        """Return the cross-encoder of this name; raises as `embedder` does."""
        return self._once("reranker", name, lambda: _load_reranker(name))

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

    def query_vectors(self, embedder: Embedder, texts: list[str]) -> Vectors:
        """Return (n, dim) vectors of queries or points of view, embedding only new texts."""
        keys = [(embedder.name, embedder.revision, text) for text in texts]
        new = list(dict.fromkeys(key for key in keys if key not in self._query_vectors))
        if new:
            vectors = embedder.embed_queries([text for *_, text in new])
            self._query_vectors.update(zip(new, vectors, strict=True))
        rows = [self._query_vectors[key] for key in keys]
        return np.array(rows, np.float32).reshape(len(keys), embedder.dim)

    def _once(self, kind: str, name: str, build: Callable[[], T]) -> T:
        with self._lock:
            if (kind, name) not in self._warm:
                self._warm[kind, name] = build()
            return self._warm[kind, name]  # type: ignore[return-value]


def _load_embedder(name: str, settings: Settings) -> Embedder:
    from worker.retrieval.covering_embedder import COVERING, CoveringEmbedder

    if name.endswith(COVERING):
        return CoveringEmbedder(_load_embedder(name.removesuffix(COVERING), settings))
    kind, _, rest = name.partition(":")
    if kind not in ("onnx", "st", "cohere") or not rest:
        raise _unknown(
            name, "embedding model", "onnx:minilm, st:BAAI/bge-base-en or cohere:embed-english-v3.0"
        )
    if kind == "st":
        from worker.retrieval.sentence_transformers_embedder import SentenceTransformersEmbedder

        return SentenceTransformersEmbedder(name)
    if kind == "cohere":
        from worker.retrieval.cohere_embedder import CohereEmbedder

        return CohereEmbedder(name, settings.cohere_key)
    from worker.retrieval.onnx_embedder import OnnxEmbedder

    folder = find_weights(settings.models, name)
    return OnnxEmbedder(name, folder, threads=settings.thread_count)


def _load_reranker(name: str) -> Reranker:
    kind, _, rest = name.partition(":")
    if kind != "st" or not rest:
        raise _unknown(name, "reranker", "st:cross-encoder/ms-marco-MiniLM-L6-v2")
    from worker.retrieval.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(rest)


def _load_language_model(name: str, settings: Settings) -> LanguageModel:
    kind, _, rest = name.partition(":")
    if kind == "gguf" and rest:
        from worker.inference.llama_cpp import LlamaCppModel

        own_file = Path(rest).expanduser()
        path = own_file if own_file.suffix else find_weights(settings.models, name) / "model.gguf"
        return LlamaCppModel(name, path, threads=settings.thread_count, streams=settings.streams)
    if kind == "hf" and rest:
        from worker.inference.transformers_model import TransformersModel

        return TransformersModel(name, streams=settings.streams)
    if kind == "unsloth" and rest:
        from worker.inference.unsloth_model import UnslothModel

        return UnslothModel(name, streams=settings.streams)
    if kind == "openai" and rest:
        from worker.inference.openai_endpoint import OpenAiEndpoint

        return OpenAiEndpoint(name, key=settings.llm_key, streams=settings.streams)
    raise _unknown(
        name, "language model", "gguf:smollm2, hf:ORG/NAME, unsloth:FOLDER or openai:URL#MODEL"
    )


def _unknown(name: str, task: str, example: str) -> SettingError:
    return SettingError(
        f"There is no {task} called '{name}'.",
        f"A name has a kind and a model, such as {example}.",
        "Run 'bonsai models' to see what there is, and correct the name.",
    )
