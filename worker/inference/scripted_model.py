"""A language model without weights, for tests and as an example: it says what a script says."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from worker.errors import BonsaiError, PromptTooLongError, SettingError
from worker.inference.base import Completion, LanguageModel, Prompt, Reply, Sampling
from worker.inference.streams import complete_all, stopped
from worker.settings import Settings

#: A step at which the model says nothing until it is stopped.
HANG = "hang until stopped"

#: What the model does with one prompt: says a piece, fails with an error, or hangs.
Script = Callable[[Prompt], Iterable[str | BonsaiError]]

_STREAMS = 2
_SERIES = (
    "one, two, three, four, five, six, seven, eight, nine, ten",
    "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday",
    "January, February, March, April, May, June",
)
_MOST_CHARACTERS = 4000
_SMALL_WORD = re.compile(r"\b[a-z]+\b")
_QUESTION_WORD = re.compile(r"Ask with the word (\w+)\.")
_FIRST_SENTENCE = re.compile(r"^\[1\]\s*(.+?[.!?。]|.+$)", re.MULTILINE | re.DOTALL)


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


def quoting(prompt: Prompt) -> Iterator[str]:
    """Answer with the first sentence of passage 1, and its number; say so if there is none."""
    found = _FIRST_SENTENCE.search(prompt.text)
    answer = f"{found[1]} [1]" if found else "There are no passages."
    yield from re.findall(r"\s*\S+", answer)


def asking(prompt: Prompt) -> Iterator[str]:
    """Ask about the two longest words of a passage, and answer with its first sentence."""
    passage = prompt.text.split("\n\n")[2]
    if "Question: " not in prompt.text:
        words = sorted(set(_SMALL_WORD.findall(passage)), key=lambda word: (-len(word), word))
        wish = _QUESTION_WORD.search(prompt.text)
        yield f"{wish[1] if wish else 'How'} does {' go with '.join(words[:2])}?"
    elif "Grade" in prompt.text:
        yield "9"
    else:
        yield re.split(r"(?<=[.!?])\s", passage)[0]


_SCRIPTS: dict[str, Script] = {
    "scripted:asking": asking,
    "scripted:counting": counting,
    "scripted:quoting": quoting,
}


class ScriptedModel:
    """Follows the script for each prompt, on as many threads as it has streams."""

    def __init__(
        self, script: Script = counting, *, name: str = "scripted:own", streams: int = _STREAMS
    ) -> None:
        self.name = name
        self.has_chat_layout = True
        self.streams = streams
        self.script = script

    def generate(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        on_text: Callable[[int, str], None],
        cancelled: Callable[[], bool],
    ) -> Iterator[Reply]:
        """Yield the reply to each prompt; see `LanguageModel.generate`."""

        def complete(
            prompt: Prompt, on_text: Callable[[str], None], cancelled: Callable[[], bool]
        ) -> Completion:
            return self._complete(prompt, sampling, on_text, cancelled)

        streams = 1 if sampling.repeatable else self.streams
        return complete_all(complete, prompts, streams, on_text=on_text, cancelled=cancelled)

    def close(self) -> None:
        """Do nothing: there is no memory to free."""

    def _complete(
        self,
        prompt: Prompt,
        sampling: Sampling,
        on_text: Callable[[str], None],
        cancelled: Callable[[], bool],
    ) -> Completion:
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


def load(name: str, settings: Settings) -> LanguageModel:
    """Return the model that follows the script of this name.

    :raises SettingError: if there is none.
    """
    if name not in _SCRIPTS:
        raise SettingError(
            f"There is no model called '{name}'.",
            f"Those of its kind are {', '.join(_SCRIPTS)}.",
            "Run 'bonsai models' to see what there is, and correct the name.",
        )
    return ScriptedModel(_SCRIPTS[name], name=name, streams=settings.streams or _STREAMS)
