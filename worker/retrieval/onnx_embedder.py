"""Embedding on a CPU: BERT-like encoders, out of packages or exported from what was tuned here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from worker.errors import EngineError, package_missing
from worker.models.onnx_encoder import EncoderFile, encoder_file
from worker.models.receipts import sha256_of
from worker.models.weights import find_weights
from worker.retrieval.base import Embedder, Vectors
from worker.retrieval.cpu_engines import Engine, Inputs, best_engine, openvino_engine
from worker.settings import Settings

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

#: What sentence-transformers' all-MiniLM-L6-v2 was evaluated with.
_MINILM = EncoderFile(
    max_tokens=256, pooling="mean", inputs=("input_ids", "attention_mask", "token_type_ids")
)


@dataclass(frozen=True)
class Encoder:
    """An encoder, its tokenizer, and what it wants before a text."""

    revision: str
    tokenizer: Tokenizer
    max_tokens: int
    inputs: Callable[[NDArray[np.int64]], Inputs]  # from token ids (1, tokens)
    engine: Engine
    pool: Callable[[Vectors], Vectors]  # from the states of a text's tokens
    document_prompt: str = ""
    query_prompt: str = ""


class OnnxEmbedder:
    """The model in a folder of weights; safe to use from several threads.

    A vector depends on its text alone, to the last digit.

    :param threads: processor threads.
    :param exact: whether 32-bit numbers are wanted, so that vectors are those of torch.
    :raises PackageMissingError: if tokenizers, or an engine, are not installed.
    :raises EngineError: if the files cannot be loaded.
    """

    def __init__(self, name: str, folder: Path, *, threads: int, exact: bool = False) -> None:
        self.name = name
        self._lock = threading.Lock()
        try:
            self._encoder = _encoder(folder, threads, exact=exact)
            self.revision = self._encoder.revision
            self.max_tokens = self._encoder.max_tokens
            self.dim = 0
            self.dim = self._embed(["dimension"]).shape[1]
        except (OSError, RuntimeError, ValueError) as error:
            raise EngineError(
                f"The embedding model {name} cannot be loaded from {folder}.",
                f"{str(error).splitlines()[0]}",
                f"Fetch it again with: bonsai models get {name}",
            ) from error

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors."""
        return self._embed([self._encoder.document_prompt + text for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors."""
        return self._embed([self._encoder.query_prompt + text for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each whole text has, prompt and markers included."""
        whole = [self._encoder.document_prompt + text for text in texts]
        tokenizer = self._encoder.tokenizer
        with self._lock:
            tokenizer.no_truncation()
            counts = [len(encoding.ids) for encoding in tokenizer.encode_batch(whole)]
            tokenizer.enable_truncation(self.max_tokens)
        return counts

    def token_vectors(self, texts: Sequence[str]) -> list[tuple[NDArray[np.int64], Vectors]]:
        """Return for each text where its tokens stand, and what they mean there.

        Places are (t, 2), the first character and the one after the last; vectors are (t, dim)
        float32 of length 1. Tokens beyond `max_tokens` are left out.
        """
        with self._lock:
            encodings = self._encoder.tokenizer.encode_batch(list(texts))
            ids = (encoding.ids for encoding in encodings)
            states = self._encoder.engine(self._inputs(ids), np.copy)
        return [
            _of_text(encoding, vectors) for encoding, vectors in zip(encodings, states, strict=True)
        ]

    def _embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dim), np.float32)
        with self._lock:  # neither the tokenizer nor the engine takes two calls at once
            encodings = self._encoder.tokenizer.encode_batch(list(texts))
            ids = (encoding.ids for encoding in encodings)
            means = np.array(self._encoder.engine(self._inputs(ids), self._encoder.pool))
        unit: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
        return unit

    def _inputs(self, texts: Iterable[list[int]]) -> Iterable[Inputs]:
        return (self._encoder.inputs(np.array([ids], np.int64)) for ids in texts)


def _mean(states: Vectors) -> Vectors:
    mean: Vectors = states.mean(axis=0, dtype=np.float32)
    return mean


def _first(states: Vectors) -> Vectors:
    return np.copy(states[0])


def _of_text(encoding: Encoding, states: Vectors) -> tuple[NDArray[np.int64], Vectors]:
    """Return places and unit vectors of tokens without the markers around a text."""
    own = np.array(encoding.special_tokens_mask) == 0
    places = np.array(encoding.offsets, np.int64).reshape(-1, 2)[own]
    return places, states[own] / np.linalg.norm(states[own], axis=1, keepdims=True)


def _encoder(folder: Path, threads: int, *, exact: bool) -> Encoder:
    try:
        import tokenizers  # noqa: F401
    except ImportError as error:
        raise package_missing("tokenizers", "local") from error
    e5_weights = folder / "model.e5"
    return _e5(e5_weights, threads) if e5_weights.exists() else _bert(folder, threads, exact=exact)


def _bert(folder: Path, threads: int, *, exact: bool) -> Encoder:
    from tokenizers import Tokenizer

    model, file = folder / "model.onnx", encoder_file(folder) or _MINILM
    tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer.enable_truncation(file.max_tokens)
    tokenizer.no_padding()
    return Encoder(
        revision=sha256_of(model)[:12],
        tokenizer=tokenizer,
        max_tokens=file.max_tokens,
        inputs=lambda ids: _bert_inputs(ids, file.inputs),
        engine=best_engine(model, threads, exact=exact),
        pool=_mean if file.pooling == "mean" else _first,
        document_prompt=file.document_prompt,
        query_prompt=file.query_prompt,
    )


def _bert_inputs(ids: NDArray[np.int64], names: Iterable[str]) -> Inputs:
    of_bert = {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
    }
    return {name: of_bert[name] for name in names}


def _e5(weights: Path, threads: int) -> Encoder:
    from worker.retrieval.e5_file import E5File
    from worker.retrieval.e5_model import e5_graph, e5_tokenizer

    file = E5File(weights)
    return Encoder(
        revision=sha256_of(weights)[:12],
        tokenizer=e5_tokenizer(file),
        max_tokens=file.sizes.positions,
        inputs=lambda ids: {"words": file.word_vectors(ids)},
        engine=openvino_engine(e5_graph(file), threads),
        pool=_mean,
        document_prompt="passage: ",
        query_prompt="query: ",
    )


def load(name: str, settings: Settings) -> Embedder:
    """Return the model of this name, with weights that `bonsai models get` has fetched."""
    folder = find_weights(settings.models, name)
    return OnnxEmbedder(name, folder, threads=settings.thread_count)
