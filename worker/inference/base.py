"""A language model as its callers know it: prompts go in, completions come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from worker.errors import BonsaiError


@dataclass(frozen=True)
class Prompt:
    """What goes in: one user message for the model's chat layout, or a text to be continued.

    Generation ends at any of the `stop` texts, which are not part of the completion.
    """

    text: str
    form: Literal["chat", "completion"]
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sampling:
    """How completions are drawn.

    `temperature` 0 takes the likeliest token each time. `repeatable` asks for the same text to the
    same prompt whatever else is asked: the likeliest token, one prompt at a time, nothing of an
    earlier prompt's work used again, because sums in another order give other last digits.
    `first_tokens` asks for so many of the likeliest first tokens, of engines that can tell.
    """

    max_tokens: int
    temperature: float = 0.0
    seed: int = 1
    repeatable: bool = False
    first_tokens: int = 0


@dataclass(frozen=True)
class Completion:
    """What came out. `cut` says that the token limit ended it.

    `reused_tokens` of the `prompt_tokens` were not computed again, because an earlier prompt began
    with the same ones. `seconds` run from when the engine took the prompt up. `first_tokens` are
    what the text might have begun with, and how probable each was; empty if the engine cannot tell.
    """

    text: str
    prompt_tokens: int
    tokens: int
    cut: bool
    reused_tokens: int = 0
    seconds: float = 0.0
    first_tokens: Mapping[str, float] = field(default_factory=dict)


#: The position of a prompt in its batch, and what became of it.
Reply = tuple[int, Completion | BonsaiError]


class LanguageModel(Protocol):
    """Writes text. One batch at a time, from any thread."""

    @property
    def name(self) -> str:
        """The model's name, as in `gguf:smollm2`."""
        ...

    @property
    def has_chat_layout(self) -> bool:
        """Whether the model brings a chat layout of its own."""
        ...

    @property
    def streams(self) -> int:
        """How many prompts it works on at the same time."""
        ...

    def generate(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        on_text: Callable[[int, str], None],
        cancelled: Callable[[], bool],
    ) -> Iterator[Reply]:
        """Yield the reply to each prompt as soon as it is whole, in any order.

        A prompt that fails alone, because it is too long (PromptTooLongError) or the engine cannot
        digest it (EngineError), yields its error, and the others go on. `on_text` gets the position
        of a prompt and the next piece of its text, in the thread that iterates; the pieces of a
        prompt add up to its completion's text. An exception of `on_text` ends the batch.

        :raises EngineLostError: if the engine is gone; what was yielded holds, and the rest may be
            asked again: the engine comes back by itself if it can.
        :raises CancelledError: within five seconds after `cancelled` turns true.
        """
        ...

    def close(self) -> None:
        """Free its memory; nothing may be generated afterwards."""
        ...
