"""The asking of a language model: all drafts as one batch, whatever happens to the engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol, TypeVar

from worker.answering.prompts import Layout
from worker.errors import BonsaiError, EngineLostError, PromptTooLongError
from worker.inference.base import Completion, LanguageModel, Prompt, Reply, Sampling
from worker.pipeline.job_context import JobContext

#: Seconds to wait before a lost engine is asked again: a server has about 80 to come back.
_PAUSES: tuple[int, ...] = (1, 2, 5, 10, 20, 40)
#: An engine that never gave a reply is not there at all: nobody wants to wait for it.
_FIRST_PAUSES = _PAUSES[:2]


class Askable(Protocol):
    """What becomes a prompt, and a smaller one if the model cannot read it whole."""

    def prompt(self, layout: Layout) -> Prompt:
        """Return what the model is to read."""
        ...

    def smaller(self: AnyDraft) -> AnyDraft | None:
        """Return the same with less to read, or None if nothing is left to take away."""
        ...


AnyDraft = TypeVar("AnyDraft", bound=Askable)

#: A draft as it was asked in the end, with its completion or the reason why there is none.
FinalReply = tuple[AnyDraft, Completion | BonsaiError]


@dataclass(frozen=True)
class Asker:
    """A language model with all that asking it needs."""

    model: LanguageModel
    layout: Layout
    sampling: Sampling
    context: JobContext

    def ask(
        self, drafts: Sequence[AnyDraft], on_text: Callable[[AnyDraft, str], None]
    ) -> Iterator[FinalReply[AnyDraft]]:
        """Yield what became of each draft as soon as it is known, in any order.

        A prompt that is too long is asked again with less of its contexts. A lost engine is asked
        again for what it had not finished, until it is gone for good. One that is lost before it
        has finished anything may have been ended by a prompt: then each is asked for alone, the
        first of them last. `on_text` gets the pieces of a draft's text as they are written.

        :raises CancelledError: if the user has asked to stop.
        """
        waiting, losses, pauses, size = list(drafts), 0, _FIRST_PAUSES, len(drafts)
        while waiting:
            batch, later = waiting[:size], waiting[size:]
            left: list[AnyDraft] = []
            try:
                yield from self._ask_batch(batch, on_text, left)
                losses, pauses, size = 0, _PAUSES, len(drafts)
            except EngineLostError as error:
                if len(left) < len(batch):
                    losses, pauses = 0, _PAUSES
                else:
                    size, later, left = 1, [*later, *left[1:], left[0]], []
                if losses == len(pauses):
                    yield from ((draft, error) for draft in [*left, *later])
                    return
                self._pause(pauses[losses])
                losses += 1
            waiting = [*left, *later]

    def _ask_batch(
        self,
        batch: Sequence[AnyDraft],
        on_text: Callable[[AnyDraft, str], None],
        left: list[AnyDraft],
    ) -> Iterator[FinalReply[AnyDraft]]:
        """Ask for a batch once; leave in `left` what is to be asked again."""
        open_drafts = dict(enumerate(batch))
        try:
            with closing(self._replies(batch, on_text)) as replies:
                for index, reply in replies:
                    draft = open_drafts.pop(index)
                    smaller = draft.smaller() if isinstance(reply, PromptTooLongError) else None
                    if smaller:
                        left.append(smaller)
                    else:
                        yield draft, reply
        finally:
            left.extend(open_drafts.values())

    def _replies(
        self, batch: Sequence[AnyDraft], on_text: Callable[[AnyDraft, str], None]
    ) -> Generator[Reply]:
        yield from self.model.generate(
            [draft.prompt(self.layout) for draft in batch],
            self.sampling,
            on_text=lambda index, text: on_text(batch[index], text),
            cancelled=self.context.cancelled,
        )

    def _pause(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self.context.check_cancelled()
            time.sleep(0.2)
