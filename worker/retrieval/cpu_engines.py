"""Running an encoder on a processor: OpenVINO, or onnxruntime where OpenVINO is absent.

Each text goes through by itself, as many at once as there are threads. In a batch, padding beside
longer texts would change the last digits of a vector, and was no faster.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from worker.errors import package_missing
from worker.retrieval.base import Vectors

if TYPE_CHECKING:
    import openvino

#: What an encoder reads of one text: named arrays of shape (1, tokens, …).
Inputs = Mapping[str, NDArray[Any]]
#: Returns for each text the mean of the states of its tokens, together (n, dim) float32.
Engine = Callable[[Iterable[Inputs]], Vectors]


def best_engine(model: Path, threads: int) -> Engine:
    """Return an engine for a model file.

    :raises PackageMissingError: if neither package is installed.
    """
    if find_spec("openvino"):
        return openvino_engine(load_openvino().Core().read_model(str(model)), threads)
    if find_spec("onnxruntime"):
        return _onnxruntime_engine(model, threads)
    raise package_missing("openvino (or onnxruntime)", "local")


def load_openvino() -> ModuleType:
    """Import OpenVINO without its reporting of usage.

    :raises PackageMissingError: if it is not installed.
    """
    # The import reports to a web service unless the reporting package cannot be imported; it then
    # falls back to a stub of its own.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    try:
        import openvino
    except ImportError as error:
        raise package_missing("openvino", "local") from error
    module: ModuleType = openvino
    return module


def openvino_engine(model: openvino.Model, threads: int) -> Engine:
    """Return an engine for a model in OpenVINO's memory; one call at a time."""
    runtime = load_openvino()
    options = {
        "INFERENCE_PRECISION_HINT": "bf16",  # full precision where the processor has no bf16
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "THROUGHPUT",
    }
    queue = runtime.AsyncInferQueue(runtime.Core().compile_model(model, "CPU", options))

    def keep(request: openvino.InferRequest, place: tuple[dict[int, Vectors], int]) -> None:
        means, index = place
        means[index] = _mean(request.get_output_tensor(0).data)

    queue.set_callback(keep)

    def run(texts: Iterable[Inputs]) -> Vectors:
        means: dict[int, Vectors] = {}
        for index, inputs in enumerate(texts):
            queue.start_async(dict(inputs), (means, index))
        queue.wait_all()
        return np.array([means[index] for index in range(len(means))])

    return run


def _onnxruntime_engine(model: Path, threads: int) -> Engine:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a thread for each text
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    pool = ThreadPoolExecutor(threads)

    def embed(text: Inputs) -> Vectors:
        return _mean(session.run(None, dict(text))[0])

    return lambda texts: np.array(list(pool.map(embed, texts)))


def _mean(states: NDArray[np.float32]) -> Vectors:
    mean: Vectors = states[0].mean(axis=0, dtype=np.float32)
    return mean
