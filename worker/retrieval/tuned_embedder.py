"""Models that were tuned here, `tuned:NAME`: under ONNX where they were exported, else torch."""

from __future__ import annotations

from importlib.util import find_spec

from worker.errors import PackageMissingError
from worker.models.registry import Registry
from worker.retrieval.base import Embedder
from worker.retrieval.onnx_embedder import OnnxEmbedder
from worker.retrieval.sentence_transformers_embedder import SentenceTransformersEmbedder, place_of
from worker.settings import Settings

#: The folder of an export in that of its model.
EXPORT = "onnx"


def load(name: str, settings: Settings) -> Embedder:
    """Return the model of this name. Either way its vectors are the same to 1e-5.

    Its revision is that of the model, not of the way it is run: an index stays usable when the
    model is exported.

    :raises SettingError: if there is none of this name.
    :raises PackageMissingError: if it was not exported, and sentence-transformers is not installed.
    """
    place, registry = place_of(name, settings), Registry(settings.made)
    export = registry.place(name) / EXPORT
    embedder: OnnxEmbedder | SentenceTransformersEmbedder
    if (export / "model.onnx").is_file():
        embedder = OnnxEmbedder(name, export, threads=settings.thread_count, exact=True)
    elif find_spec("sentence_transformers"):
        embedder = SentenceTransformersEmbedder(name, place)
    else:
        raise _no_engine(name)
    embedder.revision = registry.version(name)
    return embedder


def _no_engine(name: str) -> PackageMissingError:
    return PackageMissingError(
        f"The model {name} cannot be run: sentence-transformers is not installed.",
        "It was not exported, so only torch can run it.",
        f"Run: pip install 'bonsai-xl[tune]'   or, where that is installed: bonsai tuned export "
        f"{name.partition(':')[2]}",
    )
