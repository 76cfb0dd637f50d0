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
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from numpy.typing import NDArray

from worker.errors import package_missing
from worker.retrieval.base import Vectors

if TYPE_CHECKING:
    import openvino

#: What an encoder reads of one text: named arrays of shape (1, tokens, …).
Inputs = Mapping[str, NDArray[Any]]
T = TypeVar("T")


class Engine(Protocol):
    """Runs an encoder."""

    def __call__(self, texts: Iterable[Inputs], keep: Callable[[Vectors], T]) -> list[T]:
        """Return for each text what `keep` makes of the (tokens, dim) states of its tokens.

        The states belong to the engine: `keep` must copy what it wants to stay.
        """
        ...


def best_engine(model: Path, threads: int, *, exact: bool = False) -> Engine:
    """Return an engine for a model file.

    :param exact: whether 32-bit numbers are wanted, also where the processor has faster ones.
    :raises PackageMissingError: if neither package is installed.
    """
    if find_spec("openvino"):
        graph = load_openvino().Core().read_model(str(model))
        return openvino_engine(graph, threads, exact=exact)
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


def openvino_engine(model: openvino.Model, threads: int, *, exact: bool = False) -> Engine:
    """Return an engine for a model in OpenVINO's memory; one call at a time."""
    runtime = load_openvino()
    options = {
        # bf16 is full precision where the processor has none.
        "INFERENCE_PRECISION_HINT": "f32" if exact else "bf16",
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "THROUGHPUT",
    }
    queue = runtime.AsyncInferQueue(runtime.Core().compile_model(model, "CPU", options))

    def collect(
        request: openvino.InferRequest,
        place: tuple[dict[int, Any], int, Callable[[Vectors], Any]],
    ) -> None:
        kept, index, keep = place
        kept[index] = keep(request.get_output_tensor(0).data[0])

    queue.set_callback(collect)

    def run(texts: Iterable[Inputs], keep: Callable[[Vectors], T]) -> list[T]:
        kept: dict[int, T] = {}
        for index, inputs in enumerate(texts):
            queue.start_async(dict(inputs), (kept, index, keep))
        queue.wait_all()
        return [kept[index] for index in range(len(kept))]

    return run


def _onnxruntime_engine(model: Path, threads: int) -> Engine:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a thread for each text
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    pool = ThreadPoolExecutor(threads)

    def run(texts: Iterable[Inputs], keep: Callable[[Vectors], T]) -> list[T]:
        return list(pool.map(lambda text: keep(session.run(None, dict(text))[0][0]), texts))

    return run
