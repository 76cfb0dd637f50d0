"""The process with an Unsloth model: lines of JSON come in by its input, others go out.

Nothing else imports Unsloth, and here it is imported before transformers, as it wants to be.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import IO, TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from worker.contract.wire import Problem, Wire
from worker.errors import (
    BonsaiError,
    CancelledError,
    EngineError,
    WeightsMissingError,
    package_missing,
)
from worker.inference.base import Completion, Prompt, Sampling
from worker.inference.padded_batches import PaddedBatches
from worker.inference.streams import stopped

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

#: What the name of a model ends in whose weights are to be 4-bit.
FOUR_BIT = "+4bit"

#: The line that stops the batch in hand.
STOP = b"stop\n"

#: Neither telemetry nor progress bars; where the weights come from is not changed.
_ENVIRONMENT = {
    "UNSLOTH_DISABLE_STATISTICS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


class Batch(Wire):
    """What the process is asked for: completions of all these."""

    prompts: tuple[Prompt, ...]
    sampling: Sampling


class Ready(Wire):
    """The model is loaded."""

    kind: Literal["ready"] = "ready"
    has_chat_layout: bool


class Failed(Wire):
    """The model cannot be loaded; the process ends."""

    kind: Literal["failed"] = "failed"
    problem: Problem


class Piece(Wire):
    """The next piece of a prompt's text."""

    kind: Literal["piece"] = "piece"
    index: int
    text: str


class Whole(Wire):
    """A prompt's completion."""

    kind: Literal["whole"] = "whole"
    index: int
    completion: Completion


class Refused(Wire):
    """A prompt that failed alone."""

    kind: Literal["refused"] = "refused"
    index: int
    problem: Problem


class Ended(Wire):
    """Nothing more comes of this batch."""

    kind: Literal["ended"] = "ended"


News = Ready | Failed | Piece | Whole | Refused | Ended

#: Reads a line of the process.
NEWS: TypeAdapter[News] = TypeAdapter(Annotated[News, Field(discriminator="kind")])


def line_of(message: Wire) -> bytes:
    """Return a message as it travels."""
    return message.model_dump_json().encode() + b"\n"


def main(name: str, streams: int) -> None:
    """Load the model, then work on batches until the other side is gone."""
    wire, inbox = _wire(), _Inbox()

    def say(message: Wire) -> None:
        wire.write(line_of(message))
        wire.flush()

    try:
        model, tokenizer = _loaded(name)
    except BonsaiError as error:
        say(Failed(problem=Problem.from_error(error)))
        return
    batches = PaddedBatches(model, tokenizer, streams)
    say(Ready(has_chat_layout=bool(tokenizer.chat_template)))
    while True:
        _answer(inbox.next(), batches, say, inbox.stop)


class _Inbox:
    """What comes in, read in a thread of its own, so that a batch can be stopped."""

    def __init__(self) -> None:
        self.stop = Event()
        self._batches: SimpleQueue[Batch] = SimpleQueue()
        Thread(target=self._read, daemon=True).start()

    def next(self) -> Batch:
        """Return the next batch when there is one."""
        return self._batches.get()

    def _read(self) -> None:
        for line in sys.stdin.buffer:
            if line == STOP:
                self.stop.set()
                continue
            self.stop.clear()
            self._batches.put(Batch.model_validate_json(line))
        os._exit(0)  # nobody is left who would read an answer


def _answer(batch: Batch, batches: PaddedBatches, say: Callable[[Wire], None], stop: Event) -> None:
    def tell(index: int, text: str) -> None:
        if stop.is_set():  # Unsloth writes tokens without calling the layers, where others look
            raise stopped()
        say(Piece(index=index, text=text))

    replies = batches.generate(batch.prompts, batch.sampling, on_text=tell, cancelled=stop.is_set)
    with suppress(CancelledError):
        for index, reply in replies:
            if isinstance(reply, Completion):
                say(Whole(index=index, completion=reply))
            else:
                say(Refused(index=index, problem=Problem.from_error(reply)))
    say(Ended())


def _loaded(name: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Return the model, ready to write, and its tokenizer.

    :raises PackageMissingError: if unsloth is not installed.
    :raises EngineError: if it does not start here, or not in 4 bit.
    :raises WeightsMissingError: if the model is neither here nor to be had.
    """
    four_bit = name.endswith(FOUR_BIT)
    place = name.removesuffix(FOUR_BIT).partition(":")[2]
    folder = Path(os.path.expanduser(place))
    os.environ.update(_ENVIRONMENT)
    if folder.is_dir():  # nothing is downloaded for it, nor for an adapter's base
        os.environ["HF_HUB_OFFLINE"] = "1"
        place = str(folder)
    unsloth = _imported()
    try:
        model, tokenizer = unsloth.FastLanguageModel.from_pretrained(
            place,
            max_seq_length=None,  # as long as the model reads
            load_in_4bit=four_bit,
            load_in_16bit=not four_bit,
            use_exact_model_name=True,  # not somebody's copy of it
            use_gradient_checkpointing=False,
        )
    except Exception as error:
        raise _not_loaded(name, error) from error
    if four_bit and not getattr(model, "is_loaded_in_4bit", False):
        raise _not_in_four_bit(name)
    unsloth.FastLanguageModel.for_inference(model)
    tokenizer.padding_side = "left"
    return model, tokenizer


def _imported() -> Any:  # noqa: ANN401 (loaded late)
    if find_spec("unsloth") is None:
        raise package_missing("unsloth", "gpu")
    try:
        import unsloth
    except Exception as error:
        raise EngineError(
            "Unsloth does not start on this machine.",
            f"It says: {_first_line(error)}",
            "It needs a GPU that torch can use. Without one, choose an hf: or gguf: model.",
        ) from error
    return unsloth


def _not_loaded(name: str, error: Exception) -> WeightsMissingError:
    return WeightsMissingError(
        f"The language model {name} cannot be loaded.",
        f"Unsloth says: {_first_line(error)}",
        "Check the name; without a way to huggingface.co, copy the model's folder here and "
        "give its path: unsloth:/path/folder",
    )


def _not_in_four_bit(name: str) -> EngineError:
    return EngineError(
        f"The language model {name} cannot be loaded in 4 bit.",
        "Unsloth took 16 bit in its place: bitsandbytes does not work here.",
        f"Repair bitsandbytes (python -m bitsandbytes says more), or leave '{FOUR_BIT}' out.",
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _wire() -> IO[bytes]:
    """Keep the output for messages; what is printed goes to the error output."""
    wire = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return wire


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
