"""Drafts become completions: all as one batch, whatever happens to the engine."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from worker.answering.prompts import Layout
from worker.contract import TextReady
from worker.errors import BonsaiError, EngineLostError, PromptTooLongError
from worker.inference.base import Completion, LanguageModel, Reply, Sampling
from worker.pipeline.drafts import Draft
from worker.pipeline.job_context import JobContext

#: Seconds to wait before a lost engine is asked again: a server has about 80 to come back.
_PAUSES: tuple[int, ...] = (1, 2, 5, 10, 20, 40)
#: An engine that never gave a reply is not there at all: nobody wants to wait for it.
_FIRST_PAUSES = _PAUSES[:2]

#: A draft as it was asked in the end, with its completion or the reason why there is none.
Written = tuple[Draft, Completion | BonsaiError]


@dataclass(frozen=True)
class Writer:
    """A language model with all that asking it needs."""

    model: LanguageModel
    layout: Layout
    sampling: Sampling
    context: JobContext

    def write(self, drafts: Sequence[Draft]) -> Iterator[Written]:
        """Yield what became of each draft as soon as it is known, in any order.

        A prompt that is too long is asked again with less of its contexts. A lost engine is asked
        again for what it had not finished, until it is gone for good.

        :raises CancelledError: if the user has asked to stop.
        """
        waiting, losses, pauses = list(drafts), 0, _FIRST_PAUSES
        while waiting:
            batch, waiting = waiting, []
            try:
                yield from self._once(batch, waiting)
            except EngineLostError as error:
                if len(waiting) < len(batch):
                    losses, pauses = 0, _PAUSES
                if losses == len(pauses):
                    yield from ((draft, error) for draft in waiting)
                    return
                self._pause(pauses[losses])
                losses += 1

    def _once(self, batch: Sequence[Draft], left: list[Draft]) -> Iterator[Written]:
        """Ask for a batch once; leave in `left` what is to be asked again."""
        open_drafts = dict(enumerate(batch))
        try:
            with closing(self._replies(batch)) as replies:
                for index, reply in replies:
                    draft = open_drafts.pop(index)
                    smaller = draft.smaller() if isinstance(reply, PromptTooLongError) else None
                    if smaller:
                        left.append(smaller)
                    else:
                        yield draft, reply
        finally:
            left.extend(open_drafts.values())

    def _replies(self, batch: Sequence[Draft]) -> Generator[Reply]:
        def say(index: int, text: str) -> None:
            draft = batch[index]
            self.context.emit(TextReady(qid=draft.question.qid, mode=draft.mode, text=text))

        prompts = [draft.prompt(self.layout) for draft in batch]
        yield from self.model.generate(
            prompts, self.sampling, on_text=say, cancelled=self.context.cancelled
        )

    def _pause(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self.context.check_cancelled()
            time.sleep(0.2)
