"""Many prompts at once for engines that take one prompt a thread."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic, perf_counter
from typing import Protocol

from worker.errors import CancelledError, EngineError, EngineLostError, PromptTooLongError
from worker.inference.base import Completion, Prompt, Reply

#: A piece of a prompt's text, or what became of the prompt.
_News = tuple[int, str | Completion | BaseException]

#: Seconds between two looks at the wish to stop while no prompt has news.
_LOOK = 0.2

#: Seconds that prompts have to end by themselves once the batch has ended.
_GRACE = 3.0

#: Seconds that the end of the program waits for a prompt that was left behind: an engine that comes
#: back into an interpreter which is gone takes the process down with it.
_LAST_GRACE = 20.0


class Complete(Protocol):
    """Completes one prompt, blocking; soon after `cancelled` turns true it raises."""

    def __call__(
        self, prompt: Prompt, on_text: Callable[[str], None], cancelled: Callable[[], bool]
    ) -> Completion:
        """Return the completion, having passed each piece of its text to `on_text`."""
        ...


def complete_all(
    complete: Complete,
    prompts: Sequence[Prompt],
    streams: int,
    *,
    on_text: Callable[[int, str], None],
    cancelled: Callable[[], bool],
) -> Iterator[Reply]:
    """Yield the reply to each prompt as `LanguageModel.generate` does, `streams` at a time.

    Prompts are taken up in their order. Whatever ends the iteration early ends all prompts; one
    that hangs in its engine all the same is left behind.
    """
    news: SimpleQueue[_News] = SimpleQueue()
    todo: SimpleQueue[int] = SimpleQueue()
    ended = Event()
    for index in range(len(prompts)):
        todo.put(index)

    def run(index: int) -> _News:
        started = perf_counter()
        try:
            completion = complete(
                prompts[index],
                lambda text: news.put((index, text)),
                lambda: ended.is_set() or cancelled(),
            )
        except BaseException as error:
            return index, error
        return index, replace(completion, seconds=perf_counter() - started)

    def work() -> None:
        while not ended.is_set():
            try:
                index = todo.get_nowait()
            except Empty:
                return
            news.put(run(index))

    # Daemons: a prompt that hangs must not keep the program from ending.
    threads = [Thread(target=work, daemon=True) for _ in range(min(streams, len(prompts)))]
    for thread in threads:
        thread.start()
    try:
        yield from _collected(news, len(prompts), on_text, cancelled)
    finally:
        ended.set()
        _wait_for(threads)


def stopped() -> CancelledError:
    """Return the error of a completion that the user stopped."""
    return CancelledError(
        "The answer was stopped.", "You asked to stop.", "Finished answers are kept."
    )


def _collected(
    news: SimpleQueue[_News],
    waiting: int,
    on_text: Callable[[int, str], None],
    cancelled: Callable[[], bool],
) -> Iterator[Reply]:
    while waiting:
        index, what = _next(news, cancelled)
        if isinstance(what, str):
            on_text(index, what)
            continue
        waiting -= 1
        if isinstance(what, Completion | PromptTooLongError | EngineError) and not isinstance(
            what, EngineLostError
        ):
            yield index, what
        else:
            raise what


def _next(news: SimpleQueue[_News], cancelled: Callable[[], bool]) -> _News:
    while True:
        try:
            return news.get(timeout=_LOOK)
        except Empty:
            if cancelled():
                raise stopped() from None


def _wait_for(threads: Sequence[Thread]) -> None:
    until = monotonic() + _GRACE
    for thread in threads:
        thread.join(max(0.0, until - monotonic()))
        if thread.is_alive():
            atexit.register(thread.join, _LAST_GRACE)
