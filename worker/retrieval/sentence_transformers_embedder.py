"""Embedding with sentence-transformers: any of its models, on a GPU where there is one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from worker.errors import EngineError, WeightsMissingError, package_missing
from worker.models.catalogue import find_model
from worker.models.hub.kept import SHORT_COMMIT, Place, model_place
from worker.models.receipts import sha256_of
from worker.models.registry import Registry, is_made_here
from worker.models.weights import find_weights
from worker.retrieval.base import Embedder, Vectors
from worker.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = {"cuda": 256, "cpu": 32}
_WEIGHTS = (".safetensors", ".bin")
#: What the cards of older models ask for in words, for queries and for documents.
_PROMPTS = (
    (r"\bbge-\w+-en\b", "Represent this sentence for searching relevant passages: ", ""),
    (r"\be5-\w+(-v2)?$", "query: ", "passage: "),
    (r"\bruri-v3-\w+$", "検索クエリ: ", "検索文書: "),
)


class SentenceTransformersEmbedder:
    """A model such as `st:BAAI/bge-base-en`, or `st:` and a folder, loaded from its place.

    In batches of texts of similar length; on a GPU in 16-bit numbers, else in 32-bit. On a
    processor the batch changes a vector by less than 1e-6 in cosine.

    :raises PackageMissingError: if sentence-transformers is not installed.
    :raises WeightsMissingError: if the model is neither here nor to be had.
    """

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self._model = _loaded(name, place)
        self._batch = _BATCH.get(self._model.device.type, _BATCH["cpu"])
        self._query_prompt, self._document_prompt = _prompts(self._model, place.where)
        self.revision = _revision(place)
        self.max_tokens = int(self._model.max_seq_length or 512)
        self.dim = self._embed(["dimension"], "").shape[1]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors."""
        return self._embed(texts, self._document_prompt)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors, made with the model's prompt if it has one."""
        return self._embed(texts, self._query_prompt)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each whole text has, prompt and markers included."""
        whole = [self._document_prompt + text for text in texts]
        if not whole:
            return []
        return [len(ids) for ids in self._model.tokenizer(whole, verbose=False)["input_ids"]]

    def _embed(self, texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.empty((0, self.dim), np.float32)
        try:
            vectors = self._model.encode(
                list(texts), prompt=prompt, batch_size=self._batch, show_progress_bar=False
            ).astype(np.float32)
        except RuntimeError as error:  # what torch raises, also when a GPU has no memory left
            raise EngineError(
                f"The embedding model {self.name} failed on {self._model.device}.",
                f"{(str(error).splitlines() or [''])[0]}.",
                "If memory ran out, end other programs that use it, then start the run again.",
            ) from error
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def load_to_train(name: str, settings: Settings) -> tuple[SentenceTransformer, str, str, str]:
    """Return a model in 32-bit numbers, what stands before queries and documents, its revision.

    Raises as the embedder of this name does.
    """
    place = place_of(name, settings)
    model = _loaded(name, place, precision="float32")
    return model, *_prompts(model, place.where), _revision(place)


def place_of(name: str, settings: Settings) -> Place:
    """Return where the weights of an `st` or `tuned` model are.

    :raises WeightsMissingError: naming the command that fetches them.
    :raises SettingError: if no model of the name was tuned here.
    """
    if is_made_here(name):
        registry = Registry(settings.made)
        registry.find(name)
        return Place(str(registry.place(name)))
    if find_model(name):
        return Place(str(find_weights(settings.models, name)))
    return model_place(settings.models, name)


def _loaded(name: str, place: Place, precision: str = "") -> SentenceTransformer:
    try:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except ImportError as error:
        raise package_missing("sentence-transformers", "gpu") from error
    logging.disable_progress_bar()
    on_gpu = torch.cuda.is_available()
    try:
        return SentenceTransformer(
            place.where,
            **place.options,
            device="cuda" if on_gpu else None,
            model_kwargs={"dtype": precision or ("float16" if on_gpu else "float32")},
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise WeightsMissingError(
            f"The embedding model {name} cannot be loaded.",
            f"{(str(error).splitlines() or [type(error).__name__])[0]}",
            f"Check the name. Where a hub can be reached, run: bonsai models get {name}; without "
            "one, copy the model's folder here and give its path: st:/path/folder",
        ) from error


def _prompts(model: SentenceTransformer, place: str) -> tuple[str, str]:
    """Return what stands before queries and documents: the model's own, or what its card says."""
    own = model.prompts
    query, document = own.get("query", ""), own.get("document", "") or own.get("passage", "")
    if query or document:
        return query, document
    for pattern, query, document in _PROMPTS:
        if re.search(pattern, place):
            return query, document
    return "", ""


def _revision(place: Place) -> str:
    """Return the hub's commit, or a hash of the weights in a folder."""
    from huggingface_hub import try_to_load_from_cache

    folder = Path(place.where)
    if place.commit:
        return place.commit[:SHORT_COMMIT]
    if folder.is_dir():
        files = sorted(path for path in folder.rglob("*") if path.suffix in _WEIGHTS)
        return hashlib.sha256("".join(map(sha256_of, files)).encode()).hexdigest()[:12]
    # The library keeps what it fetches in folders that are named after the commit.
    found = try_to_load_from_cache(place.where, "config.json", revision=place.revision or None)
    return Path(found).parent.name[:SHORT_COMMIT] if isinstance(found, str) else "unknown"


def load(name: str, settings: Settings) -> Embedder:
    """Return the model of this name."""
    return SentenceTransformersEmbedder(name, place_of(name, settings))
