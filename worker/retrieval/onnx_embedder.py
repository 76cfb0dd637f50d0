"""Embedding on a CPU: ONNX weights under OpenVINO, or onnxruntime where OpenVINO is absent."""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from worker.errors import EngineError, package_missing
from worker.retrieval.base import Vectors

#: What sentence-transformers' all-MiniLM-L6-v2 was evaluated with.
_MAX_TOKENS = 256
_BATCH = 32

Tokens = NDArray[np.int64]
Inference = Callable[[Mapping[str, Tokens]], NDArray[np.float32]]


class OnnxEmbedder:
    """A BERT-like encoder with mean pooling, from a folder with model.onnx and tokenizer.json.

    Texts of similar length share a batch. Safe to use from several threads.

    :param threads: processor threads.
    :raises PackageMissingError: if tokenizers, or both engines, are not installed.
    :raises EngineError: if the files cannot be loaded.
    """

    def __init__(self, name: str, folder: Path, *, threads: int) -> None:
        model = folder / "model.onnx"
        self.name = name
        self.max_tokens = _MAX_TOKENS
        self._lock = threading.Lock()
        try:
            self.revision = hashlib.sha256(model.read_bytes()).hexdigest()[:12]
            self._tokenizer = _tokenizer(folder / "tokenizer.json")
            self._infer = _inference(model, threads)
            self.dim = int(self._embed_batch(["dimension"]).shape[1])
        except (OSError, RuntimeError, ValueError) as error:
            raise EngineError(
                f"The embedding model {name} cannot be loaded from {folder}.",
                f"{str(error).splitlines()[0]}",
                f"Fetch it again with: bonsai models get {name}",
            ) from error

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors."""
        vectors = np.empty((len(texts), self.dim), np.float32)
        by_length = sorted(range(len(texts)), key=lambda index: len(texts[index]), reverse=True)
        for first in range(0, len(texts), _BATCH):
            batch = by_length[first : first + _BATCH]
            vectors[batch] = self._embed_batch([texts[index] for index in batch])
        return vectors

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors; this model has no prompt for queries.

        Each is embedded by itself: padding beside longer ones would change its last digits, and a
        run that goes on after a break must give what it would have given.
        """
        return np.concatenate([self._embed_batch([text]) for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each whole text has, markers included."""
        with self._lock:
            self._tokenizer.no_truncation()
            counts = [sum(e.attention_mask) for e in self._tokenizer.encode_batch(list(texts))]
            self._tokenizer.enable_truncation(_MAX_TOKENS)
        return counts

    def _embed_batch(self, texts: Sequence[str]) -> Vectors:
        with self._lock:  # neither the tokenizer nor the compiled model takes two calls at once
            encodings = self._tokenizer.encode_batch(list(texts))
            ids = np.array([encoding.ids for encoding in encodings], np.int64)
            mask = np.array([encoding.attention_mask for encoding in encodings], np.int64)
            states = self._infer(
                {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            )
        weights = mask[..., None].astype(np.float32)
        pooled = (states * weights).sum(axis=1) / weights.sum(axis=1)
        unit: Vectors = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return unit


def _tokenizer(path: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202 (loaded late)
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise package_missing("tokenizers", "local") from error
    tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
    tokenizer.enable_truncation(_MAX_TOKENS)
    tokenizer.enable_padding()
    return tokenizer


def _inference(model: Path, threads: int) -> Inference:
    if find_spec("openvino"):
        return _openvino(model, threads)
    if find_spec("onnxruntime"):
        return _onnxruntime(model, threads)
    raise package_missing("openvino (or onnxruntime)", "local")


def _openvino(model: Path, threads: int) -> Inference:
    # Its import reports usage to a web service unless the reporting package cannot be imported;
    # it then falls back to a stub of its own.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    compiled = openvino.Core().compile_model(
        str(model),
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": "bf16",  # full precision where the processor has no bf16
            "INFERENCE_NUM_THREADS": threads,
            "PERFORMANCE_HINT": "LATENCY",
        },
    )
    return lambda inputs: np.asarray(compiled(dict(inputs))[0], np.float32)


def _onnxruntime(model: Path, threads: int) -> Inference:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return lambda inputs: np.asarray(session.run(None, dict(inputs))[0], np.float32)
