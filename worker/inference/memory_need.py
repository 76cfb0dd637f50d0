"""What a GGUF model takes of a machine's memory, told before it is loaded.

The sum is that of llama.cpp with its usual settings: weights as they lie in the file, 16-bit keys
and values for each token that is read, and room to compute on a batch of tokens. Weights are pages
of the file, which the system keeps while it has room; what it copies from them in another order it
reads once. So the sum is what must stay in memory for the model to work at its speed, and not all
that the process can be seen to hold. Both were measured: see docs/models.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from worker.errors import EngineError
from worker.inference.gguf_file import GgufModel
from worker.machine_share import Memory
from worker.models.catalogue import MODELS

_BATCH = 512  # tokens computed on at once
_OWN = 20_000_000  # of the engine, for a vocabulary above all
#: Systems make room by putting aside what others do not use: only what is far more is refused.
_CLEARLY_MORE = 1.25
#: What a model takes beyond its weights, roughly; to name one that fits.
_BESIDE_WEIGHTS = 1.3


@dataclass(frozen=True)
class Need:
    """Bytes of memory."""

    weights: int
    context: int
    computing: int

    @property
    def whole(self) -> int:
        """Return the sum."""
        return self.weights + self.context + self.computing


def need_of(model: GgufModel, context_tokens: int, streams: int) -> Need:
    """Return what a model takes that reads so many tokens in each of its streams."""
    return Need(
        weights=model.size,
        context=_context(model) * context_tokens * streams,
        computing=_computing(model, context_tokens * streams) + _OWN,
    )


def refuse_what_does_not_fit(
    name: str, model: GgufModel, context_tokens: int, streams: int, memory: Memory
) -> None:
    """Let nothing be loaded that would bring the machine to a halt.

    :raises EngineError: saying what is needed, what is free, and what to do.
    """
    need = need_of(model, context_tokens, streams)
    if need.whole <= min(memory.total, memory.free * _CLEARLY_MORE):
        return
    raise EngineError(
        f"The language model {name} does not fit into memory.",
        f"It needs about {_mb(need.whole)} MB: {_mb(need.weights)} for its weights, "
        f"{_mb(need.context)} for {streams} × {context_tokens:,} tokens, "
        f"{_mb(need.computing)} to compute. Of {_mb(memory.total)} MB {_mb(memory.free)} are free.",
        _advice(name, streams, memory),
    )


def _context(model: GgufModel) -> int:
    """Return the bytes that are kept of one token, in all layers."""
    own = model.header.own
    heads, width = _most(own("attention.head_count")), _most(own("embedding_length"))
    each = width // heads if heads else 0
    length = sum(_most(own(f"attention.{kind}_length")) or each for kind in ("key", "value"))
    of_layers = _numbers(own("attention.head_count_kv")) or [heads]
    layers = of_layers if len(of_layers) > 1 else of_layers * int(own("block_count"))
    return 2 * length * sum(layers)


def _computing(model: GgufModel, tokens: int) -> int:
    """Return the room for a batch: some rows of each width, and who sees whom."""
    width = _most(model.header.own("embedding_length"))
    widest = _most(model.header.own("feed_forward_length"))
    return _BATCH * (4 * (3 * widest + 5 * width) + 2 * tokens)


def _numbers(value: object) -> list[int]:
    """Return what is one number, or one for each layer, as a list."""
    listed = value if isinstance(value, list) else [value]
    return [number for number in listed if isinstance(number, int)]


def _most(value: object) -> int:
    return max(_numbers(value), default=0)


def _advice(name: str, streams: int, memory: Memory) -> str:
    fitting = [
        model
        for model in MODELS
        if model.name.startswith("gguf:")
        and model.name != name
        and model.megabytes * 1_000_000 * _BESIDE_WEIGHTS < memory.free
    ]
    best = max(fitting, key=lambda model: model.megabytes, default=None)
    smaller = f" such as {best.name}" if best else ""
    if streams > 1:
        return (
            f"Set BONSAI_STREAMS=1, close other programs, choose a smaller model{smaller}, or ask "
            "a server: 'bonsai models' shows those that run here."
        )
    return (
        f"Close other programs, choose a smaller model{smaller}, or ask a server: "
        "'bonsai models' shows those that run here."
    )


def _mb(size: int) -> str:
    return f"{size / 1_000_000:,.0f}"
