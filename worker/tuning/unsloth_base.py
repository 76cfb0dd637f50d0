"""A base loaded by Unsloth, where a GPU is there and a run is long enough for it to pay.

It was never run: no GPU was within reach. The calls are those of Unsloth 2026.10.7.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def faster_base(
    model: SentenceTransformer, place: str, batch: int, steps: int
) -> SentenceTransformer:
    """Return the model in Unsloth's form if its own threshold says that it pays, else as it is.

    :param place: where the model was loaded from.
    :param steps: of the whole training.
    """
    import torch

    if not (torch.cuda.is_available() and find_spec("unsloth")):
        return model
    from unsloth import FastSentenceTransformer

    length = model.max_seq_length
    threshold = FastSentenceTransformer._estimate_compile_threshold(
        model, batch_size=batch, grad_accum=1, max_seq_length=length
    )
    if steps < threshold:
        return model
    return FastSentenceTransformer.from_pretrained(
        place,
        max_seq_length=length,
        dtype=torch.float32,
        load_in_4bit=False,
        load_in_16bit=False,
        full_finetuning=True,
    )
