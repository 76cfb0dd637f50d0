"""A stand-in for a language model that fails, hangs or answers as a script says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from worker.errors import BonsaiError, PromptTooLongError
from worker.inference.base import Completion, Prompt
from worker.inference.streams import complete_all, stopped

#: A step at which the model says nothing until it is stopped.
HANG = "hang until stopped"

#: What the model does with one prompt: says a piece, fails with an error, or hangs.
Script = Callable[[Prompt], Iterable[str | BonsaiError]]

_SERIES = (
    "one, two, three, four, five, six, seven, eight, nine, ten",
    "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday",
    "January, February, March, April, May, June",
)
_MOST_CHARACTERS = 4000


def counting(prompt: Prompt) -> Iterator[str | BonsaiError]:
    """Go on with a series that the prompt begins; otherwise tell without an end."""
    if len(prompt.text) > _MOST_CHARACTERS:
        yield PromptTooLongError("The prompt is too long.", "So says the script.", "Shorten it.")
    for series in _SERIES:
        said = prompt.text.rpartition(": ")[2]
        if series.startswith(said):
            yield from (f" {word}" for word in series[len(said) :].split())
            return
    while True:
        time.sleep(0.01)
        yield " and"


class ScriptedModel:
    """Follows the script for each prompt, on as many threads as it has streams."""

    def __init__(self, script: Script = counting, *, streams: int = 2) -> None:
        self.name = "scripted:stand-in"
        self.has_chat_layout = True
        self.streams = streams
        self.script = script

    def generate(self, prompts, sampling, *, on_text, cancelled):
        def complete(prompt, on_text, cancelled):
            return self._complete(prompt, sampling, on_text, cancelled)

        streams = 1 if sampling.repeatable else self.streams
        return complete_all(complete, prompts, streams, on_text=on_text, cancelled=cancelled)

    def close(self) -> None:
        pass

    def _complete(self, prompt, sampling, on_text, cancelled) -> Completion:
        pieces: list[str] = []
        for step in self.script(prompt):
            while step is HANG and not cancelled():
                time.sleep(0.01)
            if cancelled():
                raise stopped()
            if isinstance(step, BonsaiError):
                raise step
            if len(pieces) == sampling.max_tokens or any(stop in step for stop in prompt.stop):
                break
            pieces.append(step)
            on_text(step)
        tokens = len(pieces)
        cut = tokens == sampling.max_tokens
        return Completion("".join(pieces), len(prompt.text.split()), tokens, cut)
