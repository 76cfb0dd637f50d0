"""What answering needs from a language model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Prompt:
    """What goes in: one user message for the model's chat layout, or a text to be continued.

    Generation ends at any of the `stop` texts.
    """

    text: str
    form: Literal["chat", "completion"]
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Completion:
    """What came out. `cut` says that the token limit ended it."""

    text: str
    prompt_tokens: int
    tokens: int
    cut: bool


class LanguageModel(Protocol):
    """Writes text. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """The model's name, as in `gguf:smollm2`."""
        ...

    @property
    def has_chat_layout(self) -> bool:
        """Whether the model brings a chat layout of its own."""
        ...

    def generate(
        self,
        prompt: Prompt,
        *,
        max_tokens: int,
        on_text: Callable[[str], None],
        cancelled: Callable[[], bool],
    ) -> Completion:
        """Return the whole completion, having passed each piece of it to `on_text`.

        Greedy: the same prompt gives the same text on the same machine.

        :raises PromptTooLongError: if the prompt leaves no room to answer.
        :raises EngineError: if the engine fails.
        :raises CancelledError: soon after `cancelled` turns true.
        """
        ...

    def close(self) -> None:
        """Free its memory; nothing may be generated afterwards."""
        ...
