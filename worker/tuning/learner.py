"""The model that learns: how it is trained, what stands before its texts, what it makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from worker.contract import TuneMethod
from worker.errors import package_missing
from worker.tuning.pairs import Search
from worker.tuning.proof import UnitVectors, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

#: What is usual: the whole model is changed by little, small matrices beside it by more.
_USUAL_RATE: dict[TuneMethod, float] = {"full": 1e-5, "lora": 1e-4}
_TEXTS_AT_ONCE = 64

#: Gets steps that are done, steps there are, and a word; may raise to stop.
Watch = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Recipe:
    """How to train: `batch` counts examples; a `learning_rate` of 0 is the method's usual one."""

    method: TuneMethod = "full"
    epochs: int = 2
    batch: int = 16
    learning_rate: float = 0.0
    seed: int = 1

    @property
    def rate(self) -> float:
        """The learning rate."""
        return self.learning_rate or _USUAL_RATE[self.method]


@dataclass(frozen=True)
class LossPoint:
    """The loss of one step."""

    step: int
    epoch: float
    loss: float


@dataclass(frozen=True)
class Learner:
    """A model that is trained, with what stands before questions and before passages."""

    model: SentenceTransformer
    query_prompt: str = ""
    document_prompt: str = ""

    def vectors(self, asked: Search, watch: Watch) -> Vectors:
        """Return what the model makes of a search as it is now."""
        of = len(asked.questions) + len(asked.passages)
        questions = self.embed(asked.questions, self.query_prompt, watch, 0, of)
        done = len(asked.questions)
        return Vectors(questions, self.embed(asked.passages, self.document_prompt, watch, done, of))

    def embed(
        self, texts: Sequence[str], prompt: str, watch: Watch, done: int = 0, of: int = 0
    ) -> UnitVectors:
        """Return (n, dim) unit vectors, made in blocks: between two of them it can be stopped."""
        made = []
        for first in range(0, len(texts), _TEXTS_AT_ONCE):
            watch(done + first, of or len(texts), "")
            block = list(texts[first : first + _TEXTS_AT_ONCE])
            made.append(self.model.encode(block, prompt=prompt, show_progress_bar=False))
        if not made:
            return np.empty((0, 1), np.float32)
        whole = np.concatenate(made).astype(np.float32)
        unit: UnitVectors = whole / np.linalg.norm(whole, axis=1, keepdims=True)
        return unit


def require_packages() -> None:
    """See that what training needs is installed.

    :raises PackageMissingError: naming the pip line.
    """
    for module in ("torch", "sentence_transformers", "datasets", "accelerate", "peft"):
        if not find_spec(module):
            raise package_missing(module.replace("_", "-"), "tune")
