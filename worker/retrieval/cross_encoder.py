"""Reranking with a cross-encoder of sentence-transformers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from worker.errors import EngineError, package_missing
from worker.models.hub.kept import Place, model_place
from worker.retrieval.base import Reranker
from worker.settings import Settings


class CrossEncoderReranker:
    """A model that reads question and passage together, on a GPU if there is one.

    :param name: for messages, as in `st:cross-encoder/ms-marco-MiniLM-L6-v2`.
    :raises PackageMissingError: if sentence-transformers is not installed.
    :raises EngineError: if the model cannot be loaded.
    """

    def __init__(self, name: str, place: Place) -> None:
        try:
            from sentence_transformers import CrossEncoder
        except ImportError as error:
            raise package_missing("sentence-transformers", "gpu") from error
        self._name = name
        try:
            self._model = CrossEncoder(place.where, **place.options)
        except (OSError, ValueError, RuntimeError) as error:
            raise EngineError(
                f"The reranker {name} cannot be loaded.",
                f"{(str(error).splitlines() or [type(error).__name__])[0]}",
                f"Check the name. Where a hub can be reached, run: bonsai models get {name}",
            ) from error

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return (n,) scores of passages for a question; higher fits better.

        :raises EngineError: if the model gives anything else than one finite number to each.
        """
        pairs = [(question, text) for text in texts]
        scores = np.asarray(self._model.predict(pairs, show_progress_bar=False), np.float64)
        if scores.shape != (len(texts),) or not np.isfinite(scores).all():
            raise EngineError(
                f"The reranker {self._name} gave no score to some of {len(texts)} passages.",
                f"It gave numbers of the shape {scores.shape}, of which "
                f"{np.isfinite(scores).sum()} are finite.",
                "Choose a reranker with one output, or leave the setting 'Reranker' empty.",
            )
        return scores


def load(name: str, settings: Settings) -> Reranker:
    """Return the cross-encoder of this name, as in `st:cross-encoder/ms-marco-MiniLM-L6-v2`."""
    return CrossEncoderReranker(name, model_place(settings.models, name))
