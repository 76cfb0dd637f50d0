"""Models and LoRA adapters of the transformers library, on a GPU where there is one."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from worker.inference.base import LanguageModel, Prompt, Reply, Sampling
from worker.inference.padded_batches import PaddedBatches
from worker.inference.transformers_weights import load_weights
from worker.settings import Settings

_STREAMS = {"cuda": 8, "cpu": 4}


class TransformersModel:
    """A model such as `hf:Qwen/Qwen3-4B-Instruct-2507`, or `hf:` and the folder of one.

    The folder may be that of a LoRA adapter, which names its base.

    :param models: the folder in which models of a hub are kept.
    :param streams: prompts in a batch; 0 for 8 on a GPU and 4 on a processor.
    :raises PackageMissingError: if torch, transformers or, for an adapter, peft is not installed.
    :raises WeightsMissingError: if the model is neither here nor to be had.
    :raises EngineError: if it cannot be loaded here, for want of memory for example.
    """

    def __init__(self, name: str, models: Path, *, streams: int) -> None:
        self.name = name
        model, tokenizer = load_weights(name, models)
        self.streams = streams or _STREAMS[model.device.type]
        self.has_chat_layout = bool(tokenizer.chat_template)
        self._batches: PaddedBatches | None = PaddedBatches(model, tokenizer, self.streams)

    def generate(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        on_text: Callable[[int, str], None],
        cancelled: Callable[[], bool],
    ) -> Iterator[Reply]:
        """Yield the reply to each prompt as its batch ends; see `LanguageModel.generate`.

        Repeatable texts are the same on one machine: another one may add up in another order.
        """
        assert self._batches, "the model was closed"
        return self._batches.generate(prompts, sampling, on_text=on_text, cancelled=cancelled)

    def close(self) -> None:
        """Free its memory."""
        import torch

        self._batches = None
        gc.collect()
        torch.cuda.empty_cache()


def load(name: str, settings: Settings) -> LanguageModel:
    """Return the model of this name."""
    return TransformersModel(name, settings.models, streams=settings.streams)
